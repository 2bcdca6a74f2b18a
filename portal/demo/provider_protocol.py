"""The demo identity provider's protocol: Authlib's server side, with our people and our key.

Authorization code flow only, PKCE with S256 required, nonce, RS256, ``iss`` in the answer (RFC 9207), RP-initiated
and back-channel logout.
"""

# mypy: disallow-untyped-calls=False
# (Authlib has no annotations)

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.integrations.flask_oauth2.resource_protector import ResourceProtector
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo, UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc.jwk import KeySet, RSAKey

from portal.demo.people import DemoPerson
from portal.demo.provider_memory import SCOPES, Application, Code, Memory, ProviderSession, Token

ALGORITHM = "RS256"


def signing_key(folder: Path) -> RSAKey:
    """Made at the first start and kept, so that sessions survive a restart. The file is its owner's only."""
    path = folder / "identity-provider-key.json"
    if path.exists():
        return RSAKey.import_key(json.loads(path.read_text()))
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(key.as_dict(private=True), file)
    return key


def claims_of(person: DemoPerson, scope: str) -> dict[str, Any]:
    """OpenID Connect Core §5.4: which claims a scope opens. Personnel number and groups are this company's own."""
    scopes = scope.split()
    claims: dict[str, Any] = {"sub": person.subject}
    if "profile" in scopes:
        claims |= {"name": person.name, "given_name": person.given_name, "nickname": person.given_name,
                   "preferred_username": person.username, "locale": person.locale, "zoneinfo": person.zone,
                   "employee_id": person.id_number}
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": True}
    if "groups" in scopes or "profile" in scopes:
        claims["groups"] = list(person.groups)
    return claims


def discovery(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery 1.0 §3, with the logout and RFC 9207 members."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo", "jwks_uri": f"{issuer}/keys",
        "end_session_endpoint": f"{issuer}/end-session",
        "scopes_supported": list(SCOPES), "response_types_supported": ["code"], "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"], "prompt_values_supported": ["none", "login"],
        "claims_supported": ["sub", "name", "given_name", "nickname", "preferred_username", "locale", "zoneinfo",
                             "employee_id", "email", "email_verified", "groups"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True, "backchannel_logout_session_supported": True,
    }


def authorization_server(issuer: str, memory: Memory, key: RSAKey) -> Any:
    """Authlib's (untyped) server for Flask, ready for requests."""
    server: Any = _server(memory)
    server.register_grant(_grant(memory), [_id_token(issuer, key), _PkceRequired(required=True)])
    server.register_extension(_named(issuer))
    server.register_endpoint(_userinfo(memory))
    server.register_endpoint(_end_session(memory, key))
    return server


def _server(memory: Memory) -> Any:
    def save_token(token: Mapping[str, Any], request: Any) -> None:
        session: ProviderSession = request.user
        session.applications.add(request.client.client_id)
        memory.keep_token(token["access_token"],
                          Token(application=request.client, scope=token["scope"], person=session.person))

    server: Any = AuthorizationServer()
    server._query_client, server._save_token = memory.applications.get, save_token
    server.load_config({"OAUTH2_SCOPES_SUPPORTED": None})
    return server


def _grant(memory: Memory) -> type[AuthorizationCodeGrant]:
    class Grant(AuthorizationCodeGrant):
        """Codes live in memory; the user of a request is a session at the provider."""

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            memory.keep_code(code, Code(
                client_id=request.client.client_id, redirect_uri=request.payload.redirect_uri, scope=request.scope,
                nonce=asked.get("nonce"), code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"], session=request.user))

        def query_authorization_code(self, code: str, client: Application) -> Code | None:
            return memory.use_code(code, client.client_id)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            return      # it was used up when it was asked for

        def authenticate_user(self, authorization_code: Code) -> ProviderSession:
            return authorization_code.session

    return Grant


class _PkceRequired(CodeChallenge):
    """For confidential clients too (RFC 9700 §2.1.1), and never ``plain``."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with code_challenge_method=S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


def _id_token(issuer: str, key: RSAKey) -> OpenIDCode:
    class IdToken(OpenIDCode):
        """OpenID Connect Core §2, with ``sid`` (Back-Channel Logout §2.1)."""

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return False    # a nonce protects the application, which compares it; codes are single-use anyway

        def resolve_client_private_key(self, client: Application) -> RSAKey:
            return key

        def get_client_algorithm(self, client: Application) -> str:
            return ALGORITHM

        def get_encode_header(self, client: Application) -> dict[str, str]:
            return {"alg": ALGORITHM, "kid": str(key.kid)}

        def get_client_claims(self, client: Application) -> dict[str, Any]:
            return {"iss": issuer, "aud": client.client_id}

        def get_authorization_code_claims(self, authorization_code: Any) -> dict[str, Any]:
            found: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
            return {**found, "sid": authorization_code.session.sid}

        def generate_user_info(self, user: ProviderSession, scope: str) -> UserInfo:
            return UserInfo(claims_of(user.person, scope))

    return IdToken(require_nonce=True)


def _named(issuer: str) -> IssuerParameter:
    class Named(IssuerParameter):
        def get_issuer(self) -> str:
            return issuer

    return Named()


def _userinfo(memory: Memory) -> UserInfoEndpoint:
    class Bearer(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return memory.token(token_string)

    class Endpoint(UserInfoEndpoint):
        def generate_user_info(self, user: DemoPerson, scope: str) -> UserInfo:
            return UserInfo(claims_of(user, scope))

    protector: Any = ResourceProtector()
    protector.register_token_validator(Bearer())
    return Endpoint(resource_protector=protector)


def _end_session(memory: Memory, key: RSAKey) -> type[EndSessionEndpoint]:
    class Endpoint(EndSessionEndpoint):
        """Checks the request (RP-Initiated Logout §2, §3); the page decides what follows."""

        def get_server_jwks(self) -> KeySet:
            return KeySet([key])

        def get_algorithms(self) -> list[str]:
            return [ALGORITHM]

        def is_post_logout_redirect_uri_legitimate(self, request: Any, post_logout_redirect_uri: str,
                                                   client: Application | None, logout_hint: str | None) -> bool:
            confirmed: bool = request.method == "POST"      # on our own page
            return confirmed

        def end_session(self, end_session_request: Any) -> None:
            return      # done by the page, which knows the cookie

    return Endpoint
