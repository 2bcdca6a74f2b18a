"""What does the identity provider say about itself? (OpenID Connect Discovery 1.0 §3, §4; RFC 8414)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.signin.failures import SignInFailed
from portal.signin.provider_http import ProviderHttp


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The part we use. The provider's list of signing algorithms is not: ours decides.

    names_itself: it puts ``iss`` into the callback (RFC 9207), so a callback without one is not its own.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    names_itself: bool
    token_auth_methods: frozenset[str]
    scopes: frozenset[str]


def load(http: ProviderHttp, issuer: str) -> Metadata:
    """Fetched anew. Raises SignInFailed, also when the document is somebody else's (Discovery §4.3)."""
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    found = http.get_json(address, "discovery")
    if found.get("issuer") != issuer:
        raise SignInFailed("issuer_mismatch", "the discovery document names another issuer than HOMEROOM_ISSUER; "
                                              "copy the issuer exactly, with or without the slash at its end")

    def address_of(name: str) -> str | None:
        value = found.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise SignInFailed("bad_address", f"{name} is not an address")
        return http.check_address(value, name)

    def required(name: str) -> str:
        value = address_of(name)
        if value is None:
            raise SignInFailed("discovery_incomplete", f"the discovery document has no {name}")
        return value

    return Metadata(
        authorization_endpoint=required("authorization_endpoint"), token_endpoint=required("token_endpoint"),
        jwks_uri=required("jwks_uri"), userinfo_endpoint=address_of("userinfo_endpoint"),
        end_session_endpoint=address_of("end_session_endpoint"),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        token_auth_methods=_texts(found, "token_endpoint_auth_methods_supported") or frozenset({"client_secret_basic"}),
        scopes=_texts(found, "scopes_supported"))


def _texts(found: Mapping[str, Any], name: str) -> frozenset[str]:
    value = found.get(name)
    return frozenset(v for v in value if isinstance(v, str)) if isinstance(value, list) else frozenset()
