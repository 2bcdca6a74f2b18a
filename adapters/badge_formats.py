"""What was handed over? JSON, a signed token, an address, or a picture with one of them baked in. Proves nothing."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.parsers import expat

from adapters.answer import Answer, Limits, parse_json
from adapters.badge_jsonld import Document, node, text, types
from adapters.errors import BadAnswer
from adapters.text import web_address

MOST_BYTES = 5_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEYWORDS = frozenset({b"openbadges", b"openbadgecredential"})              # OB 2.0 baking; OB 3.0 §5.3
_SVG_ELEMENTS = frozenset({"http://openbadges.org assertion", "https://purl.imsglobal.org/ob/v3p0 credential"})
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
_CREDENTIAL_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})


class Format(StrEnum):
    OB2_HOSTED = "ob2_hosted"
    OB2_SIGNED = "ob2_signed"
    OB3_JWT = "ob3_jwt"
    OB3_EMBEDDED_PROOF = "ob3_embedded_proof"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Credential:
    """text: the token, the JSON or the address. document: what it says, unverified; empty for an address."""

    format: Format
    text: str
    document: Document


def recognise(handed_over: bytes | str | Mapping[str, Any]) -> Credential:
    """The one credential in a file, a text or a JSON object. Raises BadAnswer, saying what it is instead."""
    if isinstance(handed_over, Mapping):
        return _of_object(handed_over, json.dumps(handed_over, ensure_ascii=False))
    data = handed_over.encode() if isinstance(handed_over, str) else handed_over
    if len(data) > MOST_BYTES:
        raise BadAnswer(f"the file is larger than {MOST_BYTES // 1_000_000} MB")
    if data.startswith(_PNG):
        return recognise(_from_png(data))
    data = data.strip().removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b"<"):
        return recognise(_from_svg(data))
    if data.startswith((b"{", b"[")):
        found = parse_json(Answer(200, {}, data, "badge"), Limits())
        if not isinstance(found, dict):
            raise BadAnswer("this is a list; give one badge at a time")
        return _of_object(found, data.decode())
    words = data.decode("utf-8", "replace")
    if _TOKEN.fullmatch(words):
        return _of_token(words)
    if address := web_address(words):
        return Credential(Format.ADDRESS, address, {})
    raise BadAnswer("this is neither a badge in JSON, nor a signed token, nor an address, nor a baked picture")


def credentials_in(data: bytes) -> list[Credential]:
    """Every credential of an uploaded file: one badge, or a JSON list of them (see ``listed``). Raises BadAnswer."""
    if not data.lstrip().startswith((b"{", b"[")):
        return [recognise(data)]
    return [recognise(item) for item in listed(parse_json(Answer(200, {}, data, "badges"), Limits()))]


def listed(answer: Any) -> list[Any]:
    """The items of a list of badges: a JSON array, a single badge, or an OB 3.0 ``GetOpenBadgeCredentialsResponse``.

    The specification names the list of tokens ``compactJwsString`` and writes ``compactJwsStrings`` in its example;
    both occur, and either list may be absent. Raises BadAnswer.
    """
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        raise BadAnswer("a list of badges was expected", sample=type(answer).__name__)
    if types(answer):
        return [answer]
    found: list[Any] = []
    for key in ("credential", "compactJwsString", "compactJwsStrings"):
        items = answer.get(key, [])
        if not isinstance(items, list):
            raise BadAnswer("a list was expected", sample=key)
        found.extend(items)
    return found


def token_header(token: str) -> Document:
    """The JOSE header of a compact token, unverified. Raises BadAnswer."""
    return _segment(token, 0)


def recognise_token(token: str) -> Document:
    """What any signed token says, unverified: for the lists and keys around badges. Raises BadAnswer."""
    if not _TOKEN.fullmatch(token):
        raise BadAnswer("this is not a signed token")
    return _segment(token, 1)


def is_hosted(assertion: Document) -> bool:
    """OB 2.0 ``verification: {type: HostedBadge}``, in its older spellings too: Moodle 4.5 sends OB 1.x
    ``verify: {type: hosted}`` in an OB 2.0 assertion."""
    kind = text(node(assertion.get("verification") or assertion.get("verify")).get("type")).lower()
    return kind in ("hostedbadge", "hosted")


def _of_object(document: Document, written: str) -> Credential:
    kinds = types(document)
    if kinds & _CREDENTIAL_TYPES:
        return Credential(Format.OB3_EMBEDDED_PROOF, written, document)
    if _is_assertion(document):
        return Credential(Format.OB2_HOSTED, written, document)
    what = ", ".join(sorted(kinds))[:60]
    raise BadAnswer("this JSON is not an awarded badge", sample=f"type: {what or 'none'}")


def _of_token(token: str) -> Credential:
    token_header(token)
    document = _segment(token, 1)
    if _is_assertion(document):
        return Credential(Format.OB2_HOSTED if is_hosted(document) else Format.OB2_SIGNED, token, document)
    if types(document) & _CREDENTIAL_TYPES:
        return Credential(Format.OB3_JWT, token, document)
    raise BadAnswer("this signed token is not an Open Badge")


def _is_assertion(document: Document) -> bool:
    return "Assertion" in types(document) or ("recipient" in document and "badge" in document)


def _segment(token: str, index: int) -> Document:
    part = token.split(".")[index]
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadAnswer("the signed token is damaged") from None
    found = parse_json(Answer(200, {}, data, "token"), Limits())
    if not isinstance(found, dict):
        raise BadAnswer("the signed token is damaged")
    return found


def _from_png(data: bytes) -> str:
    """OB 2.0 "Badge Baking": an iTXt chunk with the keyword ``openbadges`` (older: tEXt with an address); OB 3.0:
    ``openbadgecredential``."""
    for kind, content in _chunks(data):
        keyword, _, rest = content.partition(b"\0")
        if keyword in _PNG_KEYWORDS and kind == b"tEXt":
            return rest.decode("latin-1")
        if keyword in _PNG_KEYWORDS and kind == b"iTXt" and len(rest) > 2:
            compressed, (_, _, written) = rest[0], rest[2:].partition(b"\0")     # flag, method, language tag
            written = written.partition(b"\0")[2]                                # translated keyword
            return (_inflated(written) if compressed else written).decode("utf-8", "replace")
    raise BadAnswer("no badge is baked into this picture")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """PNG (ISO/IEC 15948) §5.3: length, type, content, checksum."""
    position = len(_PNG)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position:position + 4])
        yield data[position + 4:position + 8], data[position + 8:position + 8 + length]
        position += 12 + length


def _inflated(data: bytes) -> bytes:
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(data, MOST_BYTES)
    except zlib.error:
        raise BadAnswer("the badge baked into this picture is damaged") from None
    if machine.unconsumed_tail:
        raise BadAnswer("the badge baked into this picture is too large")
    return found


def _from_svg(data: bytes) -> str:
    """``<openbadges:assertion verify="…">`` (OB 2.0) or ``<openbadges:credential verify="…">`` (OB 3.0), or the
    credential as the element's text. A document type is refused: it is where entity bombs live."""
    found: list[str] = []
    inside: list[bool] = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        inside[0] = name in _SVG_ELEMENTS
        if inside[0]:
            found.append(attributes.get("verify", ""))

    def stop(_name: str) -> None:
        inside[0] = False

    def characters(written: str) -> None:
        if inside[0]:
            found.append(written)

    def refuse(*_declaration: object) -> None:
        raise BadAnswer("a picture with a document type declaration is not read")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, stop
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise BadAnswer("this is markup, not a badge") from None
    baked = "".join(found).strip()
    if not baked:
        raise BadAnswer("no badge is baked into this picture")
    return baked
