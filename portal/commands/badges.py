"""``homeroom badges verify``: is this badge genuine? For a file or an address, without the store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from adapters.badge_fetching import BadgeFetcher
from adapters.badge_result import VerificationResult
from adapters.badge_verification import verify
from adapters.egress import EgressPolicy
from adapters.errors import Misconfigured
from portal import clock


@click.group()
def badges() -> None:
    """Check Open Badges."""


@badges.command("verify")
@click.argument("file_or_url")
@click.option("--recipient", metavar="EMAIL", help="Whom it must be awarded to.")
@click.option("--key", "key_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The issuer's public key (PEM or JWK), if you were given it.")
@click.option("--allow-private", is_flag=True, help="Also call addresses inside your own network.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def verify_badge(context: click.Context, file_or_url: str, recipient: str | None, key_file: Path | None,
                 allow_private: bool, as_json: bool) -> None:
    """Check a badge: JSON, a signed token, a baked PNG or SVG, or the address of one.

    Exit status: 0 only if the badge is verified, 1 if it is not, 2 if the command was not understood.
    """
    badge = file_or_url if file_or_url.startswith(("https://", "http://")) else _bytes_of(file_or_url)
    with BadgeFetcher(EgressPolicy(allow_private=allow_private)) as fetcher:
        try:
            result = verify(badge, recipient=recipient, key=_key_in(key_file), fetch=fetcher.for_one_badge(),
                            now=clock.now)
        except Misconfigured as error:
            raise click.BadParameter(error.reason, param_hint="--key") from None
    click.echo(json.dumps(_summary(result), ensure_ascii=False, indent=2) if as_json else _sentences(result))
    context.exit(0 if result.verified else 1)


def _bytes_of(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{name}: {error.strerror}", param_hint="FILE_OR_URL") from None


def _key_in(path: Path | None) -> str | dict[str, Any] | None:
    if path is None:
        return None
    text = path.read_text("utf-8", "replace")
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text


def _summary(result: VerificationResult) -> dict[str, Any]:
    award = result.award
    return {
        "verification": result.verification.value,
        "reason": result.reason,
        "name": award.name if award else None,
        "issuer": award.issuer if award else None,
        "issuer_id": award.issuer_id if award else None,
        "recipient_matches": result.recipient_matches,
        "issued_at": award.issued_at.isoformat() if award and award.issued_at else None,
        "expires_at": award.expires_at.isoformat() if award and award.expires_at else None,
        "format": result.format or None,
    }


def _sentences(result: VerificationResult) -> str:
    """What is not verified is only claimed, and says so."""
    lines = [f"{result.verification.value.replace('_', ' ').capitalize()}. {result.reason}"]
    summary = _summary(result)
    match = {True: "yes", False: "no", None: None}[result.recipient_matches]
    shown = {"Badge": summary["name"], "Issuer": summary["issuer"], "Issuer's id": summary["issuer_id"],
             "Issued": summary["issued_at"], "Expires": summary["expires_at"], "Format": summary["format"],
             "Awarded to this recipient": match}
    if result.award and not result.verified:
        lines.append("The badge says:")
    return "\n".join([*lines, *(f"  {label}: {value}" for label, value in shown.items() if value)])
