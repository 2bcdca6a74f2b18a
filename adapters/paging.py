"""Pages to items: limits, loop detection, and an honest word about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from adapters.records import Notice

T = TypeVar("T")
C = TypeVar("C", bound=Hashable)

MAX_PAGES, MAX_ITEMS = 100, 5_000


@dataclass(slots=True)
class Pages(Generic[T]):
    """items in order, each identity once; complete is False when a limit cut the reading short."""

    items: list[T] = field(default_factory=list)
    complete: bool = True
    warnings: list[Notice] = field(default_factory=list)


def collect(fetch: Callable[[C | None], tuple[Iterable[T], C | None]], identity: Callable[[T], Hashable], *,
            max_pages: int = MAX_PAGES, max_items: int = MAX_ITEMS) -> Pages[T]:
    """Read pages until the cursor ends.

    fetch: cursor (None first) → (items, next cursor or None). identity: what makes two items the same one; a later
    duplicate replaces the earlier (pages shift while they are read; the later answer is the newer).
    A cursor seen before ends the reading: complete if it brought nothing new, since all pages were seen.
    """
    result: Pages[T] = Pages()
    by_identity: dict[Hashable, T] = {}
    seen: set[C | None] = set()
    cursor: C | None = None
    duplicates = 0
    for _page in range(max_pages):
        seen.add(cursor)
        items, cursor = fetch(cursor)
        for item in items:
            key = identity(item)
            duplicates += key in by_identity
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
