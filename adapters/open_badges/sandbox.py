"""A badge host about a small world: the Open Badges 3.0 API with really signed credentials, and the same awards as
hosted Open Badges 2.0 assertions. What a badge's ``verification`` says in the world is made true: a revoked one is set
in the signed status list, one that is not verified carries somebody else's signature."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue
from joserfc import jws
from joserfc.jwk import OKPKey
from markupsafe import escape

from adapters.badge_keys import SIGNATURES, did_of_key
from adapters.records import Badge, BadgeKind, Verification
from adapters.world import World

TOKEN = "sandbox-token"  # noqa: S105 – accepted by this sandbox only
_SALT, _LIST_BITS = "sandbox", 131_072      # Bitstring Status List §7.1: the smallest list
_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
_COLOURS = ("#2b6cb0", "#2f855a", "#9b2c2c", "#6b46c1", "#b7791f")


@dataclass(frozen=True, slots=True)
class _Awarded:
    """One badge of one person; its place is also its bit in the status list."""

    place: int
    key: str
    email: str
    badge: Badge


def settings_for(base_url: str) -> dict[str, str]:
    return {"base_url": base_url, "source": "backpack", "token": TOKEN}


def create_sandbox(world: World) -> Flask:
    app = Flask(__name__)
    host = _Host(world)

    @app.get("/ims/ob/v3p0/credentials")
    def credentials() -> ResponseReturnValue:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return {"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": "unauthorised"}, 401
        offset, limit = request.args.get("offset", 0, int), request.args.get("limit", 20, int)
        tokens = [host.credential(awarded, _base()) for awarded in host.awards[offset:offset + limit]]
        headers = {"X-Total-Count": str(len(host.awards))}
        if offset + limit < len(host.awards):
            path = f"{_base()}/ims/ob/v3p0/credentials?limit={limit}&offset={offset + limit}"
            headers["Link"] = f'<{path}>; rel="next"'
        return {"compactJwsString": tokens}, 200, headers

    @app.get("/badges.json")
    def plain_list() -> ResponseReturnValue:
        return [f"{_base()}/assertions/{awarded.key}.json" for awarded in host.awards]

    @app.get("/status/1")
    def status_list() -> Response:
        return Response(host.status_list(_base()), mimetype="application/vc+jwt")

    @app.get("/assertions/<key>.json")
    def assertion(key: str) -> ResponseReturnValue:
        awarded = host.find(key)
        if awarded.badge.verification is Verification.REVOKED:
            return {"id": f"{_base()}/assertions/{key}.json", "revoked": True}, 410
        return host.assertion(awarded, _base())

    @app.get("/badges/<key>")
    def page(key: str) -> str:
        badge = host.find(key).badge
        return (f"<!doctype html><html lang=en><title>{escape(badge.name)}</title><h1>{escape(badge.name)}</h1>"
                f"<img src='{_base()}/images/{escape(key)}.svg' width=160 height=160 alt=''>"
                f"<p>{escape(badge.description)}</p><p>{escape(badge.issuer)}</p></html>")

    @app.get("/images/<key>.svg")
    def image(key: str) -> Response:
        return Response(host.image(host.find(key), _base()), mimetype="image/svg+xml")

    return app


class _Host:
    """The awards of the world, and one key made from its title, so that a restart changes nothing."""

    def __init__(self, world: World) -> None:
        people = {person.username: person for person in world.people}
        awards = [(username, badge) for username, badges in sorted(world.badges.items()) for badge in badges]
        self._world = world
        self.awards = [_Awarded(place, f"{username}-{badge.external_id}", people[username].email, badge)
                       for place, (username, badge) in enumerate(awards)]
        self._key = _key_from(world.title)
        self._did = did_of_key(self._key.public_key())

    def find(self, key: str) -> _Awarded:
        return next((awarded for awarded in self.awards if awarded.key == key), None) or abort(404)

    def credential(self, awarded: _Awarded, base: str) -> str:
        """The award as OB 3.0 VC-JWT."""
        badge, issued = awarded.badge, awarded.badge.issued_at or self._world.now
        address, status = f"{base}/badges/{awarded.key}", f"{base}/status/1"
        payload: dict[str, Any] = {
            "@context": _CONTEXT, "id": address, "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": badge.name, "validFrom": _iso(issued), "iss": self._did, "jti": address,
            "nbf": int(issued.timestamp()),
            "issuer": {"id": self._did, "type": ["Profile"], "name": badge.issuer or self._world.title},
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [{"type": "IdentityObject", "identityType": "emailAddress", "hashed": True,
                                "identityHash": _hash(awarded.email), "salt": _SALT}],
                "achievement": {
                    "id": f"{address}#achievement", "type": ["Achievement"], "name": badge.name,
                    "description": badge.description, "criteria": {"narrative": badge.criteria or badge.description},
                    "image": {"id": badge.image_url or f"{base}/images/{awarded.key}.svg", "type": "Image"},
                    "achievementType": {BadgeKind.CERTIFICATE: "Certificate", BadgeKind.LICENCE: "License"}.get(
                        badge.kind, "Badge")}},
            "credentialStatus": {"id": f"{status}#{awarded.place}", "type": "BitstringStatusListEntry",
                                 "statusPurpose": "revocation", "statusListIndex": str(awarded.place),
                                 "statusListCredential": status},
        }
        if badge.expires_at:
            payload |= {"validUntil": _iso(badge.expires_at), "exp": int(badge.expires_at.timestamp())}
        if badge.evidence_url:
            payload["evidence"] = [{"id": badge.evidence_url, "type": ["Evidence"]}]
        forged = badge.verification is Verification.NOT_VERIFIED
        return _signed(payload, _key_from("somebody else") if forged else self._key)

    def status_list(self, base: str) -> str:
        bits = bytearray(_LIST_BITS // 8)
        for awarded in self.awards:
            if awarded.badge.verification is Verification.REVOKED:
                bits[awarded.place // 8] |= 0x80 >> awarded.place % 8
        packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
        address = f"{base}/status/1"
        return _signed({
            "@context": _CONTEXT[:1], "id": address, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self._did, "iss": self._did, "jti": address,
            "credentialSubject": {"id": f"{address}#list", "type": "BitstringStatusList",
                                  "statusPurpose": "revocation", "encodedList": f"u{packed}"}}, self._key)

    def assertion(self, awarded: _Awarded, base: str) -> dict[str, Any]:
        """The same award as hosted OB 2.0, class and issuer embedded."""
        badge, context = awarded.badge, {"@context": "https://w3id.org/openbadges/v2"}
        elsewhere = "https://issuer.invalid" if badge.verification is Verification.NOT_VERIFIED else base
        said = {
            **context, "type": "Assertion", "id": f"{base}/assertions/{awarded.key}.json",
            "recipient": {"type": "email", "hashed": True, "salt": _SALT, "identity": _hash(awarded.email)},
            "badge": {"type": "BadgeClass", "id": f"{base}/badges/{awarded.key}", "name": badge.name,
                      "description": badge.description, "criteria": {"narrative": badge.criteria or badge.description},
                      "image": badge.image_url or f"{base}/images/{awarded.key}.svg",
                      "issuer": {"type": "Issuer", "id": f"{elsewhere}/issuer.json",
                                 "name": badge.issuer or self._world.title, "url": base}},
            "verification": {"type": "HostedBadge"}, "issuedOn": _iso(badge.issued_at or self._world.now)}
        return {**said, **({"expires": _iso(badge.expires_at)} if badge.expires_at else {})}

    def image(self, awarded: _Awarded, base: str) -> str:
        """A picture with the credential baked in (OB 3.0 §5.3), so that a download can be checked anywhere."""
        colour = _COLOURS[sum(awarded.badge.name.encode()) % len(_COLOURS)]
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
                f'<circle cx="50" cy="50" r="46" fill="{colour}"/>'
                f'<path d="M50 20l9 19 21 3-15 15 3 21-18-10-18 10 3-21-15-15 21-3z" fill="#fff"/>'
                f'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
                f'verify="{self.credential(awarded, base)}"/></svg>')


def _base() -> str:
    return request.url_root.rstrip("/")


def _key_from(title: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(title.encode()).digest())


def _signed(payload: dict[str, Any], key: Ed25519PrivateKey) -> str:
    return jws.serialize_compact({"alg": "EdDSA", "typ": "JWT"}, json.dumps(payload, ensure_ascii=False).encode(),
                                 OKPKey.import_key(key), registry=SIGNATURES)


def _hash(email: str) -> str:
    return "sha256$" + hashlib.sha256((email.lower() + _SALT).encode()).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
