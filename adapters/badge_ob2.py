"""Open Badges 2.0, hosted and signed: what proves an assertion, and who may vouch for whom.

A document speaks for the origin it was fetched from: an object embedded in it is taken as it stands only if its own id
lies on that origin; otherwise its id is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from adapters.answer import Answer
from adapters.badge_award import Award, award_of_ob2
from adapters.badge_formats import Credential, is_hosted
from adapters.badge_jsonld import Document, many, named, node, origin, text
from adapters.badge_keys import published_key, require_signature
from adapters.badge_result import Authentic, Inquiry, Refused, json_object
from adapters.records import Verification
from adapters.text import plain
from adapters.times import from_iso

Origin = tuple[str, str, int] | None


def claimed_by_ob2(assertion: Document) -> Award:
    """What an assertion says by itself, with whatever it embeds."""
    badge_class = node(assertion.get("badge"))
    return award_of_ob2(assertion, badge_class, node(badge_class.get("issuer")))


def authenticate_hosted(credential: Credential, inquiry: Inquiry) -> Authentic:
    """Hosted verification: what counts is what the issuer publishes at the assertion's id, now. Raises Refused."""
    claimed = credential.document
    if not is_hosted(claimed):
        raise Refused("The badge says it is signed, but comes without its signature.")
    address = text(claimed.get("id")) or text(node(claimed.get("verify")).get("url"))
    if origin(address) is None:
        raise Refused("The badge does not say where its issuer publishes it.")
    assertion = _published(inquiry.answer(address, "badge at its issuer"))
    if assertion.get("id", address) != address or not is_hosted(assertion):
        raise Refused("The issuer publishes something else at the badge's address.")
    _require_unchanged(claimed, assertion)
    badge_class, where = _resolved(assertion.get("badge"), origin(address), inquiry, "badge class")
    issuer, _ = _resolved(badge_class.get("issuer"), where, inquiry, "issuer's profile")
    _require_scope(address, issuer)
    return _authentic(assertion, badge_class, issuer, f"Published by its issuer on {urlsplit(address).hostname}.",
                      revoked=lambda: None)


def authenticate_signed(credential: Credential, inquiry: Inquiry) -> Authentic:
    """Signed verification: the key is one the issuer's own profile lists. Raises Refused."""
    assertion = credential.document
    if inquiry.key is not None:
        require_signature(credential.text, inquiry.key)
    badge_class, where = _resolved(assertion.get("badge"), None, inquiry, "badge class")
    issuer, _ = _resolved(badge_class.get("issuer"), where, inquiry, "issuer's profile")
    if inquiry.key is None:
        require_signature(credential.text, published_key(_key_document(assertion, issuer, inquiry)))
    return _authentic(assertion, badge_class, issuer, f"Signed by {plain(text(issuer.get('id')), 120)}.",
                      revoked=lambda: _revocation(assertion, issuer, inquiry))


def _authentic(assertion: Document, badge_class: Document, issuer: Document, proof: str, *,
               revoked: Callable[[], str | None]) -> Authentic:
    dates = {name: from_iso(text(assertion.get(name))) for name in ("issuedOn", "expires") if assertion.get(name)}
    if None in dates.values():
        raise Refused("A date in the badge cannot be read.")
    return Authentic(award=award_of_ob2(assertion, badge_class, issuer), proof=proof,
                     not_before=dates.get("issuedOn"), expires=dates.get("expires"), revoked=revoked)


def _published(answer: Answer) -> Document:
    """The assertion in an answer. HTTP 410 or ``revoked: true`` means withdrawn (OB 2.0, "Revoking hosted badges")."""
    if answer.status == 410:
        raise Refused("The issuer revoked this badge (HTTP 410).", Verification.REVOKED)
    if answer.status != 200:
        raise Refused(f"The issuer does not publish this badge (HTTP {answer.status}).")
    assertion = json_object(answer, "badge at its issuer")
    if assertion.get("revoked") is True:
        because = plain(text(assertion.get("revocationReason")), 200)
        raise Refused(f"The issuer revoked this badge{': ' + because if because else ''}.", Verification.REVOKED)
    return assertion


def _require_unchanged(claimed: Document, published: Document) -> None:
    """The copy in hand may be older or shorter, but may not say another thing than the issuer does."""
    same = (
        claimed.get("recipient") == published.get("recipient")
        and named(claimed.get("badge")) == named(published.get("badge"))
        and all(from_iso(text(claimed.get(name))) == from_iso(text(published.get(name)))
                for name in ("issuedOn", "expires"))
        and all(node(published.get("badge")).get(name, said) == said
                for name, said in node(claimed.get("badge")).items() if name in ("name", "description"))
    )
    if not same:
        raise Refused("The badge was changed: its issuer publishes something else.")


def _resolved(value: Any, where: Origin, inquiry: Inquiry, what: str) -> tuple[Document, Origin]:
    """What a property names, by the rule above, with the origin that vouches for it. where: of the document that
    holds the property; None = a document that came from nowhere in particular (a token)."""
    name, embedded = named(value), node(value)
    if embedded and where and (name is None or origin(name) == where):
        return embedded, where
    if name is None or origin(name) is None:
        raise Refused(f"The badge does not name its {what} by address.")
    found = inquiry.document(name, what)
    if found.get("id", name) != name:
        raise Refused(f"Another {what} is published at the address the badge names.")
    return {"id": name, **found}, origin(name)


def _require_scope(address: str, issuer: Document) -> None:
    """May this address host the issuer's badges? OB 2.0 ``verification`` of the Profile: ``startsWith``, else
    ``allowedOrigins``, else the origin of the issuer's own id."""
    rules = node(issuer.get("verification"))
    prefixes, hosts = many(rules.get("startsWith")), many(rules.get("allowedOrigins"))
    if prefixes:
        allowed = any(_lies_below(address, prefix) for prefix in prefixes if isinstance(prefix, str))
    elif hosts:
        allowed = urlsplit(address).hostname in {str(h).lower() for h in hosts} or urlsplit(address).netloc in hosts
    else:
        allowed = origin(address) == origin(text(issuer.get("id")))
    if not allowed:
        raise Refused("The badge is published at a place its issuer does not vouch for.")


def _lies_below(address: str, prefix: str) -> bool:
    """By origin and whole path segments: ``https://a.example`` is no prefix of ``https://a.example.evil.test``, and
    ``..`` leads nowhere."""
    ours, theirs = unquote(urlsplit(address).path), unquote(urlsplit(prefix).path).rstrip("/")
    return (origin(address) is not None and origin(address) == origin(prefix)
            and ".." not in ours.split("/") and (ours == theirs or ours.startswith(f"{theirs}/")))


def _key_document(assertion: Document, issuer: Document, inquiry: Inquiry) -> Document:
    """The issuer's CryptographicKey: ``verification.creator``, or the only key of the profile. The link must hold in
    both directions: the profile lists the key, the key names the profile as its owner."""
    listed = {named(key): key for key in many(issuer.get("publicKey"))}
    creator = named(node(assertion.get("verification") or assertion.get("verify")).get("creator"))
    if creator is None and len(listed) == 1:
        creator = next(iter(listed))
    if creator not in listed:
        raise Refused("The key the badge names is not listed by its issuer.")
    document, _ = _resolved(listed[creator], origin(text(issuer.get("id"))), inquiry, "issuer's key")
    if named(document.get("owner")) != issuer.get("id"):
        raise Refused("The key the badge names belongs to somebody else.")
    return document


def _revocation(assertion: Document, issuer: Document, inquiry: Inquiry) -> str | None:
    """OB 2.0 RevocationList: entries are ids, or objects with ``id`` and ``revocationReason``. An issuer without a
    list revokes nothing."""
    address = named(issuer.get("revocationList"))
    if address is None:
        return None
    published = inquiry.document(address, "issuer's revocation list")
    if named(published.get("issuer")) not in (None, issuer.get("id")):
        raise Refused("The revocation list belongs to another issuer.")
    if not isinstance(published.get("revokedAssertions"), list):
        raise Refused("The issuer's revocation list cannot be read.")
    for entry in published["revokedAssertions"]:
        if named(entry) == assertion.get("id"):
            because = plain(text(entry.get("revocationReason")), 200) if isinstance(entry, Mapping) else ""
            return f"The issuer revoked this badge{': ' + because if because else ''}."
    return None
