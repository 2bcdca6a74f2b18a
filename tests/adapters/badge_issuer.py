"""Badges for tests, made by openbadgeslib: an issuer nobody here wrote."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from openbadgeslib import ob2, ob3
from openbadgeslib.keys import KeyFactory, KeyType
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.status_list import build_status_list_credential, sign_status_list_credential, status_entry

from adapters.answer import Answer
from adapters.errors import Unreachable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE, BOB = "alice@example.org", "bob@example.org"
LIST = "https://issuer.example/status/1"
KEY_TYPES = {"RS256": KeyType.RSA, "ES256": KeyType.ECC, "EdDSA": KeyType.ED25519}


def clock() -> datetime:
    return NOW


def serving(documents: Mapping[str, Any]) -> Callable[[str], Answer]:
    """A fetch that knows these addresses: bytes, text, JSON, or (status, body); everything else is unreachable."""
    def fetch(address: str) -> Answer:
        if address not in documents:
            raise Unreachable("nothing answers")
        found = documents[address]
        status, body = found if isinstance(found, tuple) else (200, found)
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        return Answer(status, {"content-type": "application/json"}, data, "test")
    return fetch


@dataclass(frozen=True)
class Issuer:
    """algorithm and key pair (PEM) of one issuer; id: its OB 3.0 id."""

    algorithm: str
    private: bytes
    public: bytes
    id: str

    @classmethod
    def new(cls, algorithm: str) -> Issuer:
        private, public = KeyFactory(KEY_TYPES[algorithm]).generate_keypair()
        return cls(algorithm, private, public, did_key_from_pem(public) if algorithm != "RS256" else
                   "https://issuer.example/profile")

    def named(self, issuer_id: str) -> Issuer:
        return replace(self, id=issuer_id)

    def credential(self, *, to: str = f"mailto:{ALICE}", days: int = -3, expires_in: int | None = None,
                   status: int | None = None, **more: Any) -> ob3.OpenBadgeCredential:
        """days: validFrom, from now. status: place in the list at LIST."""
        return ob3.OpenBadgeCredential(
            issuer=ob3.Issuer(id=self.id, name="Acme Academy"), recipient_id=to,
            achievement=ob3.Achievement(id="https://issuer.example/a/1", name="Fire Warden", description="Keeps calm",
                                        criteria_narrative="Pass the drill", achievement_type="Certificate"),
            id="urn:uuid:7f0c7b0e-0000-4000-8000-000000000001", issuance_date=NOW + timedelta(days=days),
            expiration_date=NOW + timedelta(days=expires_in) if expires_in is not None else None,
            credential_status=[status_entry(LIST, "revocation", status)] if status is not None else [], **more)

    def token(self, **credential: Any) -> str:
        return self.sign(self.credential(**credential).to_jwt_payload())

    def sign(self, payload: dict[str, Any]) -> str:
        return str(self.signer.sign_payload(payload))

    @property
    def signer(self) -> ob3.OB3Signer:
        return ob3.OB3Signer(self.private, self.algorithm)

    def status_list(self, *revoked: int, purpose: str = "revocation", **more: Any) -> str:
        vc = build_status_list_credential(self.id, LIST, purpose, revoked, issued=NOW - timedelta(days=1), **more)
        return str(sign_status_list_credential(vc, self.private, self.algorithm))

    def assertion(self, *, to: str = ALICE, expires_in: int | None = None, kind: str = "SignedBadge") -> ob2.Assertion:
        address = "https://issuer.example/ob2/a/1.json" if kind == "HostedBadge" else "urn:uuid:1"
        return ob2.Assertion(
            id=address, recipient=ob2.IdentityObject.create(to, "s4lt"), badge="https://issuer.example/ob2/class.json",
            verification=ob2.Verification(kind, None if kind == "HostedBadge" else "https://issuer.example/ob2/key.json"),
            issued_on=NOW - timedelta(days=3),
            expires=NOW + timedelta(days=expires_in) if expires_in is not None else None)

    def jws(self, **assertion: Any) -> str:
        return str(ob2.OB2Signer(self.private, self.algorithm).sign(self.assertion(**assertion)))

    def published(self) -> dict[str, Any]:
        """What an OB 2.0 issuer publishes: profile, key, class, revocation list."""
        host = "https://issuer.example/ob2"
        profile = ob2.Profile(id=f"{host}/issuer.json", name="Acme Academy", url="https://issuer.example",
                              public_key=[f"{host}/key.json"], revocation_list=f"{host}/revoked.json")
        return {
            f"{host}/issuer.json": profile.to_dict(),
            f"{host}/key.json": ob2.CryptographicKey(id=f"{host}/key.json", owner=f"{host}/issuer.json",
                                                     public_key_pem=self.public.decode()).to_dict(),
            f"{host}/class.json": ob2.BadgeClass(id=f"{host}/class.json", name="Fire Warden", description="Keeps calm",
                                                 image=f"{host}/i.png", criteria=f"{host}/criteria",
                                                 issuer=f"{host}/issuer.json").to_dict(),
            f"{host}/revoked.json": {"type": "RevocationList", "id": f"{host}/revoked.json",
                                     "issuer": f"{host}/issuer.json", "revokedAssertions": []},
        }


def decoded(token: str, index: int = 1) -> dict[str, Any]:
    part = token.split(".")[index]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def reassembled(token: str, *, header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None,
                signature: str | None = None) -> str:
    """The token with parts replaced and nothing signed again."""
    parts = token.split(".")
    for index, part in enumerate((header, payload)):
        if part is not None:
            parts[index] = base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    if signature is not None:
        parts[2] = signature
    return ".".join(parts)
