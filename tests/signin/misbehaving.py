"""An OpenID provider that does what it is told, also what no provider should.

Every knob changes one thing of an otherwise correct answer; ``None`` in a dictionary takes the member away.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask, Response, redirect, request
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

Replacement = Callable[[], Any]
_ANY = jws.JWSRegistry(algorithms=["RS256", "PS256", "ES256", "Ed25519", "HS256"], strict_check_header=False)


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def weak_key() -> tuple[Any, dict[str, Any]]:
    """1024 bits, which joserfc refuses to make: the raw private key, and its public JWK."""
    key = rsa.generate_private_key(65537, 1024)
    numbers = key.public_key().public_numbers()
    return key, {"kty": "RSA", "kid": "weak", "n": encoded(numbers.n.to_bytes(128, "big")), "e": "AQAB"}


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Key) -> str:
    return jwt.encode(dict(header), dict(claims), key, registry=_ANY, default_type=None)


def signed_by_hand(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """For what joserfc refuses to write."""
    signing = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{signing}.{encoded(sign(signing.encode()))}"


def rs256(private_key: Any) -> Callable[[bytes], bytes]:
    return lambda message: private_key.sign(message, PKCS1v15(), SHA256())


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return ".".join([encoded(json.dumps({**header, "alg": "none"}).encode()),
                     encoded(json.dumps(claims).encode()), ""])


def tampered(token: str) -> str:
    """One bit of the signature differs."""
    head, payload, signature = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[10] ^= 1
    return f"{head}.{payload}.{encoded(bytes(raw))}"


def merged(good: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


class Provider:
    """Knobs: metadata, header, claims, token, userinfo, answer (dictionaries); published (JWKS), finish, replace."""

    CLIENT, SECRET = "homeroom", "client secret for tests"
    issuer: str
    clock: Callable[[], datetime]

    def __init__(self) -> None:
        self.rsa = RSAKey.generate_key(2048, {"kid": "one"})
        self.other = RSAKey.generate_key(2048, {"kid": "two"})
        self.ec = ECKey.generate_key("P-256", {"kid": "ec"})
        self.okp = OKPKey.generate_key("Ed25519", {"kid": "okp"})
        self.app = self._application()

    def reset(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.metadata: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.published: list[dict[str, Any]] = [self.rsa.as_dict(private=False)]
        self.sign: Callable[[Mapping[str, Any], Mapping[str, Any]], str] = lambda h, c: signed(h, c, self.rsa)
        self.replace: dict[str, Replacement] = {}
        self.calls: Counter[str] = Counter()
        self.seen: dict[str, Any] = {}
        self._asked: dict[str, dict[str, str]] = {}

    def sign_with(self, key: Key, algorithm: str, **header: Any) -> None:
        self.header |= {"alg": algorithm, "kid": key.kid, **header}
        self.sign = lambda h, c: signed(h, c, key)

    def now(self) -> int:
        return int(self.clock().timestamp())

    def id_token(self, asked: Mapping[str, str], access_token: str) -> str:
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        good = {"iss": self.issuer, "sub": "anna", "aud": self.CLIENT, "iat": self.now(), "exp": self.now() + 300,
                "nonce": asked.get("nonce"), "at_hash": encoded(half), "sid": "sid-of-anna", "auth_time": self.now()}
        return self.sign(merged({"alg": "RS256", "kid": "one", "typ": "JWT"}, self.header), merged(good, self.claims))

    def _application(self) -> Flask:
        app = Flask("misbehaving")

        @app.before_request
        def count() -> Any:
            self.calls[request.path] += 1
            replacement = self.replace.get(request.path)
            return replacement() if replacement else None

        @app.get("/.well-known/openid-configuration")
        def configuration() -> dict[str, Any]:
            good = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/userinfo", "end_session_endpoint": f"{self.issuer}/end",
                    "scopes_supported": ["openid", "profile", "email", "groups"],
                    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                    "authorization_response_iss_parameter_supported": True}
            return merged(good, self.metadata)

        @app.get("/authorize")
        def authorize() -> Any:
            self.seen["authorize"] = request.args.to_dict(flat=True)
            code = secrets.token_urlsafe(8)
            self._asked[code] = request.args.to_dict(flat=True)
            answer = merged({"code": code, "state": request.args["state"], "iss": self.issuer}, self.answer)
            return redirect(f"{request.args['redirect_uri']}?{urlencode(answer, doseq=True)}", 302)

        @app.post("/token")
        def token() -> Any:
            self.seen["token"] = request.form.to_dict()
            self.seen["authorization"] = request.headers.get("Authorization", "")
            asked = self._asked.pop(request.form["code"], None)
            if asked is None:
                return {"error": "invalid_grant", "error_description": "<b>used</b>"}, 400
            access_token = secrets.token_urlsafe(8)
            good = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300,
                    "id_token": self.id_token(asked, access_token)}
            return merged(good, self.token)

        @app.get("/keys")
        @app.get("/keys-of-today")
        def keys() -> dict[str, Any]:
            return {"keys": self.published}

        @app.get("/userinfo")
        def userinfo() -> dict[str, Any]:
            self.seen["userinfo"] = dict(request.headers), request.query_string
            good = {"sub": "anna", "name": "Anna Berg", "given_name": "Anna", "email": "anna@example.com",
                    "email_verified": True, "groups": ["staff"], "locale": "de-DE", "zoneinfo": "Europe/Vienna",
                    "preferred_username": "aberg", "employee_id": "1001"}
            return merged(good, self.userinfo)

        return app


def octet_key() -> OctKey:
    return OctKey.import_key(secrets.token_bytes(32), {"kid": "oct"})


def raw(body: bytes | str, status: int = 200, kind: str = "application/json", **headers: str) -> Replacement:
    return lambda: Response(body, status=status, content_type=kind, headers=headers)
