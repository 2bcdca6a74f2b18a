"""Everything a learner needs works where no script runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Arrives

pytestmark = pytest.mark.xdist_group("e2e")


def test_without_javascript__a_whole_visit(arrives: Arrives) -> None:
    amelie = arrives("Amelie Clarke", java_script_enabled=False)
    amelie.signs_in()
    assert len(amelie.titles("continue")) == 4
    amelie.opens("continue")
    assert len(amelie.titles("continue")) > 4
    amelie.page.locator("#continue-more").click()
    expect(amelie.section("continue").locator("h3")).to_have_count(4)
    amelie.launches(amelie.titles("continue")[0])
    amelie.page.go_back()
    amelie.signs_out()
    expect(amelie.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
