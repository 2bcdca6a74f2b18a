"""Pages to items: limits, loop detection, and an honest word about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from adapters.errors import BadAnswer, PlatformError
from adapters.records import Notice

T = TypeVar("T")
C = TypeVar("C", bound=Hashable)

MAX_PAGES, MAX_ITEMS = 100, 5_000
MOST_UNREADABLE = 0.2


@dataclass(slots=True)
class Pages(Generic[T]):
    """items in order, each identity once; complete is False when a limit cut the reading short."""

    items: list[T] = field(default_factory=list)
    complete: bool = True
    warnings: list[Notice] = field(default_factory=list)


def collect(fetch: Callable[[C | None], tuple[Iterable[T], C | None]], identity: Callable[[T], Hashable], *,
            touched: Callable[[T], datetime | None] = lambda _item: None,
            max_pages: int = MAX_PAGES, max_items: int = MAX_ITEMS) -> Pages[T]:
    """Read pages until the cursor ends.

    fetch: cursor (None first) → (items, next cursor or None). identity: what makes two items the same one. touched:
    when the platform changed an item; of two duplicates the one touched later counts, else the later one (pages shift
    while they are read, and the later answer is the newer).
    A cursor seen before ends the reading: complete if it brought nothing new, since all pages were seen.
    An error on a later page says on which.
    """
    result: Pages[T] = Pages()
    by_identity: dict[Hashable, T] = {}
    seen: set[C | None] = set()
    cursor: C | None = None
    duplicates = 0
    for page in range(1, max_pages + 1):
        seen.add(cursor)
        try:
            items, cursor = fetch(cursor)
        except PlatformError as error:
            error.reason += f", on page {page}" if page > 1 else ""
            raise
        for item in items:
            key = identity(item)
            known = by_identity.get(key)
            duplicates += known is not None
            if known is None or not _is_older(touched(item), touched(known)):
                by_identity[key] = item
        if len(by_identity) > max_items:
            result.complete = False
            result.warnings.append(Notice("too_many_items", f"stopped after {max_items} items"))
            break
        if cursor is None:
            break
        if cursor in seen:
            result.warnings.append(Notice("pagination_loop", "the platform sent the same page address twice"))
            break
    else:
        result.complete = False
        result.warnings.append(Notice("too_many_pages", f"stopped after {max_pages} pages"))
    if duplicates:
        result.warnings.append(Notice("duplicates", f"{duplicates} items came more than once"))
    result.items = list(by_identity.values())[:max_items]
    return result


def doubt(kept: int, skipped: list[Notice], operation: str) -> None:
    """Raises BadAnswer when more than a fifth of an answer had to be left out: then not single items are wrong, the
    format has changed, and what is stored is better than what is left."""
    if len(skipped) > (kept + len(skipped)) * MOST_UNREADABLE:
        raise BadAnswer(f"schema: {len(skipped)} of {kept + len(skipped)} items are not readable",
                        sample=skipped[0].sample, operation=operation)


def _is_older(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other
