"""Homeroom as a relying party: Authlib's OAuth 2 client with every check of OpenID Connect around it.

Authlib builds the authorization address (PKCE, nonce, state) and exchanges the code; what an answer must be before
anybody is signed in is decided here and in ``tokens``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn, Protocol
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError

from adapters.errors import PlatformError
from portal.clock import Clock
from portal.config import Settings
from portal.signin import metadata as discovery
from portal.signin import tokens
from portal.signin.failures import SignInFailed
from portal.signin.keys import KeyRing
from portal.signin.metadata import Metadata
from portal.signin.provider_http import ProviderHttp, failure, json_object
from portal.signin.remembered import Remembered
from portal.store.sessions import PendingSignIn

METADATA_TTL = timedelta(hours=1)
CALLBACK_PATH, SIGNED_OUT_PATH = "/sign-in/callback", "/signed-out"
LONGEST_HINT = 4_000
"""Characters of ``id_token_hint`` that a web server still takes in an address, beside the rest."""

_SCOPES = ("openid", "profile", "email")
_WELCOME_SCOPES = ("groups", "roles")
_ONCE = ("code", "state", "iss", "error")


class Arguments(Protocol):
    """The callback's parameters; a name may occur more than once."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where to send the browser, and what to expect when it comes back."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody the provider vouches for. claims: ID token first, completed by userinfo."""

    claims: Mapping[str, Any]
    id_token: str


class RelyingParty:
    """One provider, one client. Opens no connection until somebody signs in; safe to share between threads."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._http = ProviderHttp(settings.issuer, insecure_loopback=settings.insecure_loopback)
        self._http.check_address(settings.issuer, "HOMEROOM_ISSUER")
        self._keys: KeyRing | None = None
        self._metadata = Remembered(self._load, METADATA_TTL, clock)
        self._redirect_uri = settings.base_url + CALLBACK_PATH

    def depart(self, max_age: timedelta | None = None) -> Departure:
        """Raises SignInFailed. max_age: the person must have proved who they are within this time."""
        provider, _ = self._metadata.get()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        scope = [*_SCOPES, *(name for name in _WELCOME_SCOPES if name in provider.scopes)]
        extra = {} if max_age is None else {"max_age": int(max_age.total_seconds())}
        with self._http.session(
                provider.authorization_endpoint, client_id=self._settings.client_id, scope=" ".join(scope),
                redirect_uri=self._redirect_uri, code_challenge_method="S256") as client:
            url, _ = client.create_authorization_url(provider.authorization_endpoint, state=state, nonce=nonce,
                                                     code_verifier=verifier, **extra)
        return Departure(url=url, state=state, nonce=nonce, code_verifier=verifier)

    def arrive(self, arguments: Arguments, pending: PendingSignIn) -> Arrival:
        """Turn the callback's parameters into a person. The state was checked and used up by the caller.

        Raises SignInFailed.
        """
        provider, keys = self._metadata.get()
        self._check_sender(arguments, provider)
        if error := _single(arguments, "error"):
            _raise_refusal(error)
        code = _single(arguments, "code")
        if not code:
            raise SignInFailed("code", "the provider sent neither a code nor an error")
        answer = self._exchange(provider, code, pending.code_verifier)
        claims = tokens.id_token_claims(
            answer["id_token"], keys, issuer=self._settings.issuer, client_id=self._settings.client_id,
            nonce=pending.nonce, access_token=answer["access_token"], now=self._clock())
        return Arrival(claims=self._completed(claims, provider, answer["access_token"]), id_token=answer["id_token"])

    def logout_order(self, token: str) -> tokens.LogoutOrder:
        """What the provider's back channel asks for. Raises SignInFailed."""
        _, keys = self._metadata.get()
        return tokens.logout_order(token, keys, issuer=self._settings.issuer, client_id=self._settings.client_id,
                                   now=self._clock())

    def end_session_url(self, id_token: str | None) -> str | None:
        """Where signing out continues, or None when the provider offers nothing (RP-Initiated Logout 1.0 §2)."""
        try:
            provider, _ = self._metadata.get()
        except SignInFailed:
            return None
        if provider.end_session_endpoint is None:
            return None
        query = {"client_id": self._settings.client_id,
                 "post_logout_redirect_uri": self._settings.base_url + SIGNED_OUT_PATH}
        if id_token and len(id_token) <= LONGEST_HINT:
            query["id_token_hint"] = id_token
        joint = "&" if "?" in provider.end_session_endpoint else "?"
        return provider.end_session_endpoint + joint + urlencode(query)

    def _load(self) -> tuple[Metadata, KeyRing]:
        """A new key ring only when the address of the keys changed: what is known of them outlives the metadata."""
        found = discovery.load(self._http, self._settings.issuer)
        if self._keys is None or self._keys.address != found.jwks_uri:
            self._keys = KeyRing(self._http, found.jwks_uri, self._clock)
        return found, self._keys

    def _check_sender(self, arguments: Arguments, provider: Metadata) -> None:
        """RFC 9207 §2.4, on error answers too: is this callback from the provider that was asked?"""
        issuer = _single(arguments, "iss")
        if issuer is None and provider.names_itself:
            raise SignInFailed("response_iss", "the provider announces iss in its answers, this one has none")
        if issuer is not None and issuer != self._settings.issuer:
            raise SignInFailed("response_iss", "an answer in the name of another provider")

    def _exchange(self, provider: Metadata, code: str, code_verifier: str) -> Mapping[str, str]:
        """The code against tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
        what = "token_endpoint"
        with self._http.session(
                provider.token_endpoint, client_id=self._settings.client_id,
                client_secret=self._settings.client_secret.get_secret_value(), redirect_uri=self._redirect_uri,
                token_endpoint_auth_method=_auth_method(provider)) as client:
            client.register_compliance_hook("access_token_response", _checked)
            try:
                answer = client.fetch_token(
                    provider.token_endpoint, grant_type="authorization_code", code=code, code_verifier=code_verifier,
                    redirect_uri=self._redirect_uri, allow_redirects=False)
            except PlatformError as error:
                raise failure(error, what) from None
            except OAuthError as error:
                raise SignInFailed("token_refused", f"the token endpoint said {_word(error.error)}") from None
            except ValueError:
                raise SignInFailed("code", "the code cannot be sent on") from None
        if str(answer.get("token_type", "")).lower() != "bearer":
            raise SignInFailed("token_type", "not a bearer token")
        for name in ("id_token", "access_token"):
            if not isinstance(answer.get(name), str) or not answer[name]:
                raise SignInFailed(name, f"the token endpoint sent no {name}")
        return {name: answer[name] for name in ("id_token", "access_token")}

    def _completed(self, claims: Mapping[str, Any], provider: Metadata, access_token: str) -> Mapping[str, Any]:
        """With what userinfo adds (OpenID Connect Core §5.3); the signed token wins."""
        if provider.userinfo_endpoint is None:
            return claims
        more = self._http.get_json(provider.userinfo_endpoint, "userinfo", bearer=access_token)
        if more.get("sub") != claims["sub"]:
            raise SignInFailed("userinfo_sub", "userinfo is about somebody else")
        return {**more, **claims}


def check_once(arguments: Arguments) -> None:
    """RFC 6749 §3.1: no parameter more than once. Raises SignInFailed."""
    for name in _ONCE:
        if len(arguments.getlist(name)) > 1:
            raise SignInFailed("duplicate_parameter", f"{name} was sent more than once")


def _single(arguments: Arguments, name: str) -> str | None:
    return next(iter(arguments.getlist(name)), None)


def _raise_refusal(error: str) -> NoReturn:
    """RFC 6749 §4.1.2.1. The description is the provider's prose: it is not kept."""
    raise SignInFailed("access_denied" if error == "access_denied" else "provider_error",
                       f"the provider said {_word(error)}")


def _word(text: object) -> str:
    """An error code fit for a log: letters, digits and underscores, not many."""
    return "".join(c for c in str(text)[:60] if c.isascii() and (c.isalnum() or c in "_.-")) or "something unreadable"


def _auth_method(provider: Metadata) -> str:
    for method in ("client_secret_basic", "client_secret_post"):
        if method in provider.token_auth_methods:
            return method
    raise SignInFailed("client_authentication", "the provider accepts neither client_secret_basic nor _post")


def _checked(response: requests.Response) -> requests.Response:
    """Before Authlib parses it: an object in strict JSON, or an error answer in one (RFC 6749 §5.2)."""
    json_object(response, "token_endpoint", also=(requests.codes.bad_request, requests.codes.unauthorized))
    return response
