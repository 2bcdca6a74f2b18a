"""What a platform sent: bounded bytes first, strict JSON second. Nothing here opens a connection."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.errors import BadAnswer
from adapters.times import from_http_date

LONGEST_WAIT, GARBAGE_WAIT = timedelta(hours=1), timedelta(seconds=60)
_NOT_A_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\[\]{}"]+', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """seconds: for one call, all in all. Bytes: as sent, and after decompression. depth: nesting of JSON."""

    connect_seconds: float = 2.0
    total_seconds: float = 30.0
    raw_bytes: int = 5_000_000
    inflated_bytes: int = 20_000_000
    json_depth: int = 64
    number_digits: int = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """Complete and within limits. headers: lower-case names. operation: the call's name, for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    operation: str

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class ByteSource(Protocol):
    """The part of urllib3's response that is read here."""

    def read(self, amt: int, *, decode_content: bool) -> bytes: ...


def bounded_body(source: ByteSource, headers: Mapping[str, str], limits: Limits,
                 check_deadline: Callable[[], None]) -> bytes:
    """The whole body, inflated by us so that both limits hold. Raises BadAnswer, and what check_deadline raises."""
    declared = headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limits.raw_bytes:
        raise BadAnswer(f"too large: {declared} bytes announced, {limits.raw_bytes} allowed")
    inflate = _inflater(headers.get("Content-Encoding", ""))
    chunks: list[bytes] = []
    taken = size = 0
    while chunk := source.read(65_536, decode_content=False):
        taken += len(chunk)
        if taken > limits.raw_bytes:
            raise BadAnswer(f"too large: more than {limits.raw_bytes} bytes")
        plain = inflate(chunk, limits.inflated_bytes - size)
        size += len(plain)
        if size >= limits.inflated_bytes:
            raise BadAnswer(f"too large: more than {limits.inflated_bytes} bytes after decompression")
        chunks.append(plain)
        check_deadline()
    return b"".join(chunks)


def _inflater(encoding: str) -> Callable[[bytes, int], bytes]:
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        return lambda data, _room: data
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise BadAnswer(f"unknown content encoding {kind[:20]!r}")
    machine = zlib.decompressobj(47 if "gzip" in kind else 15)

    def inflate(data: bytes, room: int) -> bytes:
        try:
            return machine.decompress(data, max(room, 1))
        except zlib.error:
            raise BadAnswer("broken compression") from None
    return inflate


def parse_json(answer: Answer, limits: Limits) -> Any:
    """Strict JSON in a strict charset. Raises BadAnswer that says what came instead."""
    sample = f"{answer.content_type or 'no content type'}, {len(answer.body)} bytes"

    def bad(reason: str, *, sample: str = sample, remedy: str = "") -> BadAnswer:
        return BadAnswer(reason, operation=answer.operation, sample=sample, remedy=remedy)

    if not answer.body.strip():
        raise bad("empty answer where JSON was expected")
    if answer.content_type in ("text/html", "application/xhtml+xml"):
        raise bad("not JSON: an HTML page", sample=page_title(answer.body),
                  remedy="Open the address in a browser: is it the platform, or a sign-in or maintenance page?")
    try:
        text = _decoded(answer)
    except (UnicodeError, LookupError):
        raise bad("charset: the bytes are not what the platform declares") from None
    if _deeper_than(text, limits.json_depth):
        raise bad(f"parse limits: nested deeper than {limits.json_depth}")
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_int=_Digits(limits.number_digits, int),
                          parse_float=_Digits(limits.number_digits, _finite))
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("<"):
            raise bad("not JSON: markup") from None
        raise bad(f"parse error at character {error.pos}") from None
    except (ValueError, RecursionError):
        raise bad("parse limits: a number or nesting outside JSON's sensible range") from None


def page_title(body: bytes) -> str:
    """The title of an HTML page, to tell maintenance from a captive portal; safe characters only."""
    text = body[:20_000].decode("utf-8", "replace")
    found = re.search(r"<title[^>]*>([^<]*)", text, re.IGNORECASE)
    return "".join(c for c in found[1] if c.isalnum() or c in " .,-:")[:80].strip() if found else ""


def wait_until(retry_after: str | None, now: datetime) -> datetime:
    """RFC 9110 §10.2.3: seconds or a date. Clamped to 1 s – 1 h; absent, past or unreadable means one minute."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        seconds = timedelta(seconds=min(int(text[:9]), 86_400))
        return now + max(timedelta(seconds=1), min(seconds, LONGEST_WAIT))
    moment = from_http_date(text) if text else None
    if moment is None or moment <= now:
        return now + GARBAGE_WAIT
    return min(moment, now + LONGEST_WAIT)


def _decoded(answer: Answer) -> str:
    """JSON is UTF-8, whatever the header says (RFC 8259 §8.1, §11); UTF-16 and UTF-32 are known by their zeros
    (RFC 4627 §3), a byte-order mark is tolerated. Only bytes that are no UTF-8 are read as the header says.

    Text in another charset is almost never valid UTF-8 by chance, so a wrong header garbles nothing.
    """
    try:
        return answer.body.decode(json.detect_encoding(answer.body))
    except UnicodeDecodeError:
        parts = [part.strip() for part in answer.headers.get("content-type", "").split(";")[1:]]
        declared = next((p.split("=", 1)[1].strip("\"' ") for p in parts if p.lower().startswith("charset=")), "")
        if not declared:
            raise
        return answer.body.decode(declared)


def _deeper_than(text: str, most: int) -> bool:
    """Nesting is measured without parsing, so that the parser's recursion is never reached."""
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for bracket in _NOT_A_BRACKET.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > most:
            return True
    return False


class _Digits:
    """A number parser that refuses absurd lengths before they cost time."""

    def __init__(self, most: int, convert: Callable[[str], int | float]) -> None:
        self._most, self._convert = most, convert

    def __call__(self, digits: str) -> int | float:
        if len(digits) > self._most:
            raise ValueError("number too long")
        return self._convert(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
