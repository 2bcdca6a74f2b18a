"""What a sandbox is seeded with: a small world of people and learning, in neutral records.

A sandbox speaks the vendor's wire format about this world; reading it back through the adapter must give the world
again. The demo company and the conformance kit use the same worlds.

A vendor's ``sandbox.py`` offers::

    def create_sandbox(world: World) -> flask.Flask        # the vendor's API and a plausible page per launch address
    def settings_for(base_url: str) -> dict[str, str]      # settings and secrets that this sandbox accepts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.records import Assignment, Badge, Enrolment, LearningResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """username is the key of everything below. active: False for an account that is closed and still listed."""

    username: str
    email: str
    id_number: str
    name: str
    language: str = "en"
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """resources carry no url: the sandbox gives them its own. Mappings are keyed by username.

    now: the moment the world is described at; title: what the platform calls itself.
    """

    title: str
    now: datetime
    people: tuple[Person, ...]
    resources: tuple[LearningResource, ...] = ()
    enrolments: Mapping[str, tuple[Enrolment, ...]] = field(default_factory=dict)
    assignments: Mapping[str, tuple[Assignment, ...]] = field(default_factory=dict)
    badges: Mapping[str, tuple[Badge, ...]] = field(default_factory=dict)

    def resource(self, external_id: str) -> LearningResource:
        return next(r for r in self.resources if r.external_id == external_id)
