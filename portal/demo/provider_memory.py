"""What the demo identity provider remembers while it runs: who is signed in, codes and tokens given out.

The classes at the end are what Authlib's server side asks a registered application, a code and a token.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from portal.demo.people import DemoClient, DemoPerson

CODE_SECONDS, TOKEN_SECONDS = 60, 3600
SCOPES = ("openid", "profile", "email", "groups")


@dataclass(slots=True)
class ProviderSession:
    """Somebody signed in at the provider. sid: told to applications; cookie: told to the browser."""

    person: DemoPerson
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    since: int = field(default_factory=lambda: int(time()))
    applications: set[str] = field(default_factory=set)


class Application(ClientMixin):
    """A registered application, as Authlib asks about it."""

    def __init__(self, registered: DemoClient) -> None:
        self.registered = registered
        self.client_id = registered.client_id
        self.client_metadata = {"post_logout_redirect_uris": list(registered.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None     # an application says where to go, always

    def get_allowed_scope(self, scope: str | None) -> str | None:
        wanted = [name for name in SCOPES if name in (scope or "").split()]
        return " ".join(wanted) if "openid" in wanted else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.registered.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(client_secret.encode(), self.registered.client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(slots=True, kw_only=True)
class Code(AuthorizationCodeMixin):
    """Good once, for one minute."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    session: ProviderSession
    good_until: float = field(default_factory=lambda: time() + CODE_SECONDS)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.session.since

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(slots=True, kw_only=True)
class Token(TokenMixin):
    """An access token; it opens userinfo and nothing else."""

    application: Application
    scope: str
    person: DemoPerson
    good_until: float = field(default_factory=lambda: time() + TOKEN_SECONDS)

    def get_scope(self) -> str:
        return self.scope

    def get_client(self) -> Application:
        return self.application

    def get_user(self) -> DemoPerson:
        return self.person

    def is_expired(self) -> bool:
        return time() > self.good_until

    def is_revoked(self) -> bool:
        return False


class Memory:
    """Everything above, behind one lock."""

    def __init__(self, people: Sequence[DemoPerson], clients: Sequence[DemoClient]) -> None:
        self.people = {person.subject: person for person in people}
        self.applications = {client.client_id: Application(client) for client in clients}
        self._lock = threading.Lock()
        self._sessions: dict[str, ProviderSession] = {}
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

    def personas(self) -> list[DemoPerson]:
        """Those worth a button of their own."""
        return [person for person in self.people.values() if person.note]

    def find(self, words: str, limit: int = 12) -> list[DemoPerson]:
        """People whose name, user name or e-mail contains every word."""
        wanted = words.casefold().split()
        texts = ((person, f"{person.name} {person.username} {person.email}".casefold())
                 for person in self.people.values())
        return [person for person, text in texts if all(word in text for word in wanted)][:limit]

    def sign_in(self, person: DemoPerson) -> ProviderSession:
        session = ProviderSession(person)
        with self._lock:
            self._sessions[session.cookie] = session
        return session

    def session(self, cookie: str | None) -> ProviderSession | None:
        with self._lock:
            return self._sessions.get(cookie or "")

    def sign_out(self, session: ProviderSession) -> None:
        with self._lock:
            self._sessions.pop(session.cookie, None)

    def keep_code(self, value: str, code: Code) -> None:
        with self._lock:
            self._codes[value] = code

    def use_code(self, value: str, client_id: str) -> Code | None:
        """Whoever asks, the code is gone afterwards (RFC 6749 §4.1.2)."""
        with self._lock:
            code = self._codes.pop(value, None)
        return code if code and code.client_id == client_id and time() <= code.good_until else None

    def keep_token(self, value: str, token: Token) -> None:
        with self._lock:
            self._tokens[value] = token

    def token(self, value: str) -> Token | None:
        with self._lock:
            return self._tokens.get(value)
