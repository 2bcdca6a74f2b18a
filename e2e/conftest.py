"""One running product for all tests here, and visitors whose browsers must not have complained in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from e2e.people import Learner
from e2e.product import Demo, running_demo

expect.set_options(timeout=15_000)     # milliseconds; on a busy machine a page may take seconds


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("e2e")) as demo:
        yield demo


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], demo: Demo) -> dict[str, Any]:
    return {**browser_context_args, "base_url": demo.portal, "locale": "en-GB",
            "viewport": {"width": 1280, "height": 900}}


Arrives = Callable[..., Learner]


@pytest.fixture
def arrives(demo: Demo, new_context: Callable[..., BrowserContext]) -> Iterator[Arrives]:
    """``arrives("Amelie Clarke", color_scheme="dark")``: somebody with a new browser, in front of the portal."""
    arrived: list[Learner] = []

    def somebody(name: str, **options: Any) -> Learner:
        arrived.append(Learner(name, new_context(**options), demo))
        return arrived[-1]

    yield somebody
    assert [complaint for learner in arrived for complaint in learner.complaints] == []


@pytest.fixture
def amelie(arrives: Arrives) -> Learner:
    """Much to learn, on every platform; signed in."""
    amelie = arrives("Amelie Clarke")
    amelie.signs_in()
    return amelie
