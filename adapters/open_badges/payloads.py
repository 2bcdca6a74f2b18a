"""The lists of badges as sent: pages of the Open Badges 3.0 API, and a plain list.

OB 3.0 §6.3 ``GET /ims/ob/v3p0/credentials?limit&offset`` → ``{"credential": [...], "compactJwsString": [...]}`` with
``Link`` (rel next) and ``X-Total-Count``. Ignored on purpose: rel first, prev and last; ``since`` is not asked, because
a revoked badge must be seen again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from adapters.answer import Answer, Limits, parse_json
from adapters.badge_formats import listed

CREDENTIALS = "ims/ob/v3p0/credentials"
PAGE_SIZE = 100
SCOPE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly"
_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """items: tokens, addresses or JSON objects as sent. next: path or address of the next page, None at the end."""

    items: list[Any]
    next: str | None


def page_of(answer: Answer, limits: Limits, offset: int) -> Page:
    """One page of a backpack. The next one is where ``Link`` points, else where ``X-Total-Count`` says more is.

    Raises BadAnswer.
    """
    items = listed(parse_json(answer, limits))
    if found := _NEXT.search(answer.headers.get("link", "")):
        return Page(items, found[1])
    total = answer.headers.get("x-total-count", "")
    reached = offset + len(items)
    more = bool(items) and total.isdigit() and reached < int(total)
    return Page(items, address_of(reached) if more else None)


def address_of(offset: int) -> str:
    return f"{CREDENTIALS}?limit={PAGE_SIZE}&offset={offset}"
