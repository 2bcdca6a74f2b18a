"""``homeroom badges verify``: exit status and output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.samples import answering
from portal.commands.badges import badges
from tests.adapters.badge_issuer import ALICE, BOB, Issuer, clock
from tests.adapters.test_open_badges_recorded import RECORDED, read


@pytest.fixture(autouse=True)
def held_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.clock.now", clock)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(badges, ["verify", *arguments])


@pytest.mark.parametrize(("file", "more", "status", "verdict"), [
    ("ob3_ed25519.jwt", (), 0, "verified"),
    ("ob3_baked.png", ("--recipient", ALICE), 0, "verified"),
    ("ob3_ed25519.jwt", ("--recipient", BOB), 1, "not_verified"),
    ("ob3_ed25519.jwt", ("--key", str(RECORDED / "ob3_ed25519.pub.pem")), 0, "verified"),
    ("ob3_ed25519.tampered.jwt", (), 1, "not_verified"),
    ("ob3_ed25519.expired.jwt", (), 1, "expired"),
    ("README.md", (), 1, "not_verified"),
], ids=["good", "png", "other-recipient", "with-key", "tampered", "expired", "no-badge"])
def test_verify_file(file: str, more: tuple[str, ...], status: int, verdict: str) -> None:
    result = run(str(RECORDED / file), *more, "--json")
    said = json.loads(result.output)
    assert (result.exit_code, said["verification"]) == (status, verdict), said
    assert said["reason"]


def test_verify__json_has_every_field() -> None:
    said = json.loads(run(str(RECORDED / "ob3_ed25519.expired.jwt"), "--recipient", ALICE, "--json").output)
    assert said == {
        "verification": "expired", "reason": "The badge was valid until 2026-10-16.",
        "name": "Safety Hero & Friend – été", "issuer": "Real Moodle & Söhne",
        "issuer_id": "did:key:z6MksnYww2DbjxgiLESZXtA8gH5madxYqZ1sbaFfpx95twkh", "recipient_matches": True,
        "issued_at": "2025-10-16T12:00:00+00:00", "expires_at": "2026-10-16T12:00:00+00:00", "format": "ob3_jwt",
    }


def test_verify__text_marks_what_is_only_claimed() -> None:
    good, forged = run(str(RECORDED / "ob3_ed25519.jwt")), run(str(RECORDED / "ob3_ed25519.tampered.jwt"))
    assert good.output.startswith("Verified. Signed by did:key:")
    assert "The badge says:" not in good.output
    assert "The badge says:\n  Badge: Forged" in forged.output


@pytest.mark.parametrize("arguments", [
    (), ("no-such-file.json",), (str(RECORDED),), (str(RECORDED / "ob3_ed25519.jwt"), "--key", "no-such-key.pem"),
    (str(RECORDED / "ob3_ed25519.jwt"), "--key", str(RECORDED / "README.md")),
    (str(RECORDED / "ob3_ed25519.jwt"), "--unknown"),
], ids=["nothing", "missing", "folder", "missing-key", "no-key", "unknown-option"])
def test_verify__usage_errors(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_verify__jwk_file(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"kty": "OKP", "crv": "Ed25519", "x": "xhkTucxQVP2_Mpv0eaeNcDs9unukkKjmVvZstxoMsfY"}')
    assert run(str(RECORDED / "ob3_ed25519.jwt"), "--key", str(key)).exit_code == 0


def test_verify_address__inside_the_own_network_only_when_allowed() -> None:
    badge = json.loads(read("moodle_assertion_1.json"))
    body = json.loads(json.dumps(badge).replace("http://127.0.0.1:8100", "{base}"))
    with answering([{"path": "/badges/assertion.php", "body": body}]) as base:
        address = badge["id"].replace("http://127.0.0.1:8100", base)
        allowed = run(address, "--recipient", ALICE, "--allow-private")
        refused = run(address, "--json")
    assert allowed.exit_code == 0, allowed.output
    assert "Awarded to this recipient: yes" in allowed.output
    assert (refused.exit_code, "https only" in refused.output) == (1, True)


def test_verify__private_key_is_a_usage_error(tmp_path: Path) -> None:
    key = tmp_path / "private.pem"
    key.write_bytes(Issuer.new("EdDSA").private)
    result = run(str(RECORDED / "ob3_ed25519.jwt"), "--key", str(key))
    assert result.exit_code == 2
    assert "private key" in result.output
