"""The suite over the registry: every adapter, every rule."""

from __future__ import annotations

import pytest

from adapters import conformance, registry
from adapters.conformance import Rule
from adapters.registry import AdapterClass


@pytest.mark.parametrize("rule", conformance.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("adapter", list(registry.default()), ids=lambda adapter: adapter.manifest.key)
def test_adapter(adapter: AdapterClass, rule: Rule) -> None:
    rule(adapter)


def test_registry__no_folder_is_broken() -> None:
    assert registry.default().broken == ()
    assert {a.manifest.key for a in registry.default()} >= {"kolibri", "moodle", "open_badges", "xapi"}
