"""PlatformSession: the only way from an adapter to the network.

Every call has an explicit scope, one deadline over everything (name, connection, headers, body), bounded bytes, a
guarded address and no redirects. What comes back is checked JSON or bytes, or a typed error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from adapters.answer import Answer, Limits, parse_json, wait_until
from adapters.cache import CatalogueCache
from adapters.egress import EgressPolicy
from adapters.errors import (
    BadAnswer,
    BlockedAddress,
    CredentialsRefused,
    Forbidden,
    Misconfigured,
    PlatformError,
    RateLimited,
    Rejected,
    Unreachable,
)
from adapters.transport import GuardedTransport

USER_AGENT = "Homeroom (learner portal)"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose answer this is: a connection, and a learner's account or nobody. A call without one raises.

    Personal answers are never kept in the HTTP cache; they go to our store.
    """

    connection: str
    account: str | None

    @property
    def personal(self) -> bool:
        return self.account is not None


class Throttle(Protocol):
    """Permission to call, shared by everybody who uses the connection."""

    def before_call(self) -> None:
        """Raises RateLimited when the quota does not allow a call now. Never sleeps for long."""

    def told_to_wait(self, not_before: datetime) -> None:
        """The platform asked for a pause."""


class NoThrottle:
    """For a single reading from the command line."""

    def before_call(self) -> None:
        return

    def told_to_wait(self, not_before: datetime) -> None:
        return


@dataclass(slots=True)
class PlatformSession:
    """Bound to one connection. Not shared between threads: open one per job, and close it.

    connection: the connection's id as text, part of every scope. credentials_version: changes with the secret.
    auth and headers go to the bound host only, since nothing else is ever called.
    """

    base_url: str
    connection: str = "adhoc"
    credentials_version: str = "1"
    policy: EgressPolicy = field(default_factory=EgressPolicy)
    limits: Limits = field(default_factory=Limits)
    throttle: Throttle = field(default_factory=NoThrottle)
    cache: CatalogueCache | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    auth: AuthBase | None = None
    headers: dict[str, str] = field(default_factory=dict)
    _personal: requests.Session | None = field(default=None, init=False, repr=False)
    _catalogue: requests.Session | None = field(default=None, init=False, repr=False)

    def public(self) -> Scope:
        """Scope of answers that are the same for everybody."""
        return Scope(self.connection, None)

    def of_learner(self, account_id: str) -> Scope:
        """Scope of answers about one account on this platform."""
        if not account_id:
            raise ValueError("an empty account id is no scope")
        return Scope(self.connection, account_id)

    def use_basic(self, user: str, password: str) -> None:
        self.auth = HTTPBasicAuth(user.encode(), password.encode())

    def use_bearer(self, token: str) -> None:
        self.auth = _Bearer(token)

    def get_json(self, path: str, *, scope: Scope, operation: str = "", **request: Any) -> Any:
        """GET and parse. request: params, headers … as in requests. Raises PlatformError."""
        return parse_json(self.send("GET", path, scope=scope, operation=operation, **request), self.limits)

    def post_form(self, path: str, form: Mapping[str, Any], *, scope: Scope, operation: str = "",
                  **request: Any) -> Any:
        """POST application/x-www-form-urlencoded and parse the JSON answer."""
        answer = self.send("POST", path, scope=scope, operation=operation, data=form, **request)
        return parse_json(answer, self.limits)

    def post_json(self, path: str, body: Any, *, scope: Scope, operation: str = "", **request: Any) -> Any:
        """POST a JSON body and parse the JSON answer."""
        answer = self.send("POST", path, scope=scope, operation=operation, json=body, **request)
        return parse_json(answer, self.limits)

    def send(self, method: str, path: str, *, scope: Scope, operation: str = "",
             accept_statuses: tuple[int, ...] = (), **request: Any) -> Answer:
        """Any call, unparsed. path: below the base address, or an absolute address on the same origin.

        accept_statuses: statuses that are an answer rather than an error (404, 410 …). Raises PlatformError.
        """
        if not isinstance(scope, Scope) or scope.connection != self.connection:
            raise ValueError("every call needs a scope of this session: session.public() or session.of_learner(id)")
        url = self._address(path)
        operation = operation or f"{method} {urlsplit(url).path}"
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **self.headers,
                   **(request.pop("headers", None) or {})}
        try:
            response = self._http(scope).request(method, url, headers=headers, auth=self.auth or _no_auth,
                                                 allow_redirects=False, **request)
        except PlatformError as error:
            error.operation = error.operation or operation
            raise
        except requests.RequestException as error:      # raised while preparing: the address itself is unusable
            raise Misconfigured(f"the address cannot be called ({type(error).__name__})", field="base_url",
                                operation=operation) from None
        answer = Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()},
                        response.content, operation)
        self._raise_for_status(answer, accept_statuses)
        return answer

    def cookie(self, name: str) -> str | None:
        """A cookie the platform set in this session (some APIs want their CSRF cookie echoed)."""
        return self._personal.cookies.get(name) if self._personal else None

    def close(self) -> None:
        for http in (self._personal, self._catalogue):
            if http is not None:
                http.close()
        self._personal = self._catalogue = None

    def __enter__(self) -> PlatformSession:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _http(self, scope: Scope) -> requests.Session:
        """The cached session for what is the same for everybody, a plain one for everything personal."""
        if self.cache is not None and not scope.personal:
            if self._catalogue is None:
                self._catalogue = self._guarded(self.cache.session(self.connection, self.credentials_version),
                                                cookies=False)
            return self._catalogue
        if self._personal is None:
            self._personal = self._guarded(requests.Session(), cookies=True)
        return self._personal

    def _guarded(self, http: requests.Session, *, cookies: bool) -> requests.Session:
        http.trust_env = False      # no proxy or .netrc picked up by accident
        transport = GuardedTransport(self.policy, self.limits, self.throttle.before_call, cookies=cookies)
        http.mount("https://", transport)
        http.mount("http://", transport)
        return http

    def _address(self, path: str) -> str:
        if any(ord(c) < 0x21 for c in path):
            raise Misconfigured("the address contains a space or control character", field="base_url")
        if "://" not in path.split("?", maxsplit=1)[0]:
            return f"{self.base_url}/{path.lstrip('/')}" if path else self.base_url
        ours, theirs = urlsplit(self.base_url), urlsplit(path)
        if (ours.scheme, ours.netloc.lower()) != (theirs.scheme, theirs.netloc.lower()):
            raise BadAnswer("the platform pointed to another host; not followed", sample=theirs.hostname or "")
        return path

    def _refuses_host_of(self, target: str) -> str | None:
        """Why the place a redirect names may not be called. Names are not resolved: nothing is followed anyway."""
        try:
            return self.policy.refusal(urlsplit(target).hostname or "")
        except ValueError:      # a name, a path, or nonsense
            return None

    def _raise_for_status(self, answer: Answer, accepted: tuple[int, ...]) -> None:
        status, operation = answer.status, answer.operation
        if 200 <= status < 300 or status in accepted:
            return
        if 300 <= status < 400:
            target = answer.headers.get("location", "")
            if why := self._refuses_host_of(target):
                raise BlockedAddress(f"redirect blocked: {why}", operation=operation, remedy="Ask the vendor why the "
                                     "platform sends us there, and correct the address.")
            login = "login" in target.lower()
            raise BadAnswer(f"redirected {'to a sign-in page' if login else 'elsewhere'} (HTTP {status}); not followed",
                            operation=operation, remedy="Enter the platform's final address, with https.")
        if status == 401:
            raise CredentialsRefused("the platform refused the credentials (HTTP 401)", operation=operation)
        if status == 403:
            raise Forbidden("the platform refused this reading (HTTP 403)", operation=operation)
        retry_after = answer.headers.get("retry-after")
        if status == 429 or (status == 503 and retry_after):
            not_before = wait_until(retry_after, self.now())
            self.throttle.told_to_wait(not_before)
            raise RateLimited(f"paused by the platform (HTTP {status})", not_before=not_before, operation=operation)
        if status >= 500:
            raise Unreachable(f"the platform answered HTTP {status}", operation=operation)
        raise Rejected(f"the platform answered HTTP {status}", operation=operation)


class _Bearer(AuthBase):
    """RFC 6750 §2.1."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
