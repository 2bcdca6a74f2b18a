"""How the identity provider is called: guarded address, 5 seconds in all, bounded bytes, no redirects, https.

The same transport as for platforms. The issuer's own host may be a private address, since the operator named it; any
other host that the provider's metadata points to must be a public one.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session

from adapters.answer import Answer, Limits, parse_json
from adapters.egress import EgressPolicy
from adapters.errors import BadAnswer, PlatformError, Unreachable
from adapters.transport import GuardedTransport
from portal.signin.failures import ProviderUnavailable, SignInFailed

LIMITS = Limits(connect_seconds=2.0, total_seconds=5.0, raw_bytes=512_000, inflated_bytes=1_000_000, json_depth=20)


class ProviderHttp:
    """Calls to one identity provider.

    insecure_loopback: http is good enough for addresses on this machine; for the demo and tests only.
    """

    def __init__(self, issuer: str, *, insecure_loopback: bool = False) -> None:
        self._home = urlsplit(issuer).hostname
        self._insecure_loopback = insecure_loopback

    def check_address(self, url: str, what: str) -> str:
        """url, if it may be used at all; raises SignInFailed. what: its name in the metadata."""
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            host = None
        if not host or "#" in url or any(ord(c) <= 0x20 or c == "\\" for c in url):
            raise SignInFailed("bad_address", f"{what} is not an address")
        if parts.scheme == "https" or (parts.scheme == "http" and self._insecure_loopback and _is_loopback(host)):
            return url
        raise SignInFailed("insecure_address", f"{what} must use https")

    def session(self, url: str, **client: Any) -> Any:
        """Authlib's (untyped) OAuth2Session that may call ``url``'s host. client: as for OAuth2Session."""
        http = OAuth2Session(**client)  # type: ignore[no-untyped-call]
        http.trust_env = False
        policy = EgressPolicy(allow_private=urlsplit(url).hostname == self._home)
        http.mount("https://", GuardedTransport(policy, LIMITS, _always))
        http.mount("http://", GuardedTransport(policy, LIMITS, _always))
        return http

    def get_json(self, url: str, what: str, *, bearer: str | None = None) -> dict[str, Any]:
        """GET a JSON object. Raises SignInFailed."""
        self.check_address(url, what)
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        with self.session(url) as http:
            try:
                response = http.get(url, headers=headers, allow_redirects=False, withhold_token=True)
            except PlatformError as error:
                raise failure(error, what) from None
        return json_object(response, what)


def json_object(response: requests.Response, what: str, also: tuple[int, ...] = ()) -> dict[str, Any]:
    """The JSON object of a good answer. Raises SignInFailed: redirects, errors, HTML, lists, deep nesting are none.

    also: statuses whose JSON is worth reading although they are errors.
    """
    status, kind = response.status_code, response.headers.get("Content-Type", "")
    if status >= requests.codes.server_error:
        raise ProviderUnavailable(f"{what}_unavailable", f"{what} answered HTTP {status}")
    if status != requests.codes.ok and status not in also:
        raise SignInFailed(f"{what}_refused", f"{what} answered HTTP {status}")
    if kind.split(";")[0].strip().lower() == "application/jwt":
        raise SignInFailed(f"{what}_signed", f"{what} is a signed document; have the provider send plain JSON")
    try:
        found = parse_json(Answer(status, {"content-type": kind}, response.content, what), LIMITS)
    except PlatformError as error:
        raise failure(error, what) from None
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{what}_unreadable", f"{what} did not answer with a JSON object")
    return found


def failure(error: PlatformError, what: str) -> SignInFailed:
    """A transport's error in the words of sign-in."""
    match error:
        case Unreachable():
            return ProviderUnavailable(f"{what}_unavailable", f"{what}: {error.reason}")
        case BadAnswer():
            return ProviderUnavailable(f"{what}_unreadable", f"{what}: {error.reason}")
        case _:
            return SignInFailed(f"{what}_blocked", f"{what}: {error.reason}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _always() -> None:
    return
