"""Nordwind is believable, consistent, and the same at every start."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.records import Status, Verification
from adapters.world import World
from portal.demo.company import Company, company
from portal.demo.staff import ADMIN_GROUP, PRODUCT_GROUP, WHAT_ONE_SEES, Story

MOMENTS = {
    "an ordinary afternoon": datetime(2026, 5, 19, 14, 30, tzinfo=UTC),
    "late in the evening": datetime(2026, 10, 25, 23, 50, tzinfo=UTC),
    "the first of January": datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 29, 9, 0, tzinfo=UTC),
}
NOW = MOMENTS["an ordinary afternoon"]


@pytest.fixture(scope="module", params=MOMENTS.values(), ids=MOMENTS.keys())
def nordwind(request: pytest.FixtureRequest) -> Company:
    return company(request.param)


def worlds(nordwind: Company) -> list[World]:
    return [p.world for p in nordwind.platforms]


def test_company__is_the_same_at_every_start(nordwind: Company) -> None:
    now = nordwind.platforms[0].world.now
    assert company(now) == nordwind


def test_company__differs_only_in_its_moment_later_the_same_day() -> None:
    morning, evening = company(NOW.replace(hour=6)), company(NOW.replace(hour=20))
    for early, late in zip(worlds(morning), worlds(evening), strict=True):
        assert (early.people, early.resources, early.enrolments, early.badges) == (
            late.people, late.resources, late.enrolments, late.badges)


def test_company__is_large_enough() -> None:
    nordwind = company(NOW)
    with_resources = [w for w in worlds(nordwind) if w.resources]
    languages = {r.language for w in with_resources for r in w.resources}
    assert len(nordwind.people) >= 300
    assert len({e.country for e in nordwind.people}) >= 8
    assert len({e.language for e in nordwind.people}) >= 8
    assert sum(len(w.resources) for w in with_resources) >= 400
    assert len(with_resources) >= 4
    assert len(languages) >= 6


def test_people__are_distinct_and_reachable() -> None:
    people = company(NOW).people
    for fact in ("username", "email", "id_number", "name"):
        assert len({getattr(e, fact) for e in people}) == len(people), fact
    assert all(e.email == f"{e.username}@nordwind.example" and e.username.isascii() for e in people)
    assert all(ZoneInfo(e.zone) for e in people)


def test_stories__come_first_and_each_says_what_one_sees() -> None:
    nordwind = company(NOW)
    assert [e.story for e in nordwind.people[:5]] == list(Story) == list(WHAT_ONE_SEES)
    assert all(e.story is None for e in nordwind.people[5:])
    assert ADMIN_GROUP in nordwind.person(Story.ADMIN).groups
    assert PRODUCT_GROUP in nordwind.person(Story.PRODUCT).groups
    assert sum(ADMIN_GROUP in e.groups or PRODUCT_GROUP in e.groups for e in nordwind.people) == 2


def test_newcomer__is_known_and_has_nothing(nordwind: Company) -> None:
    name = nordwind.person(Story.NOTHING).username
    assert name in {p.username for p in nordwind.platforms[0].world.people}
    assert not any(w.enrolments.get(name) or w.assignments.get(name) or w.badges.get(name) for w in worlds(nordwind))


def open_days(nordwind: Company, story: Story) -> list[int]:
    """Due days of what is open, counted from today where the person works."""
    person = nordwind.person(story)
    zone = ZoneInfo(person.zone)
    today = nordwind.platforms[0].world.now.astimezone(zone).date()
    return sorted((a.due.local_day(zone) - today).days for w in worlds(nordwind)
                  for a in w.assignments.get(person.username, ()) if a.due and a.status is not Status.COMPLETED)


def test_rich_learner__has_something_due_today_and_in_weeks(nordwind: Company) -> None:
    assert open_days(nordwind, Story.MUCH) == [0, 3, 9, 24]


def test_overdue_learner__is_late_on_both_course_sites(nordwind: Company) -> None:
    assert [day for day in open_days(nordwind, Story.OVERDUE) if day < 0] == [-21, -21, -9, -9, -2, -2]


def test_rich_learner__took_the_yearly_course_twice_and_must_again() -> None:
    campus, name = company(NOW).platforms[0].world, "amelie.clarke"
    yearly = {campus.resource(e.resource_id).title: e.status for e in campus.enrolments[name]
              if campus.resource(e.resource_id).title.startswith("Fire safety")}
    assert list(yearly) == ["Fire safety instruction 2024", "Fire safety instruction 2025",
                            "Fire safety instruction 2026"]
    assert [s is Status.COMPLETED for s in yearly.values()] == [True, True, False]


def test_rich_learner__holds_genuine_expired_and_withdrawn_badges(nordwind: Company) -> None:
    held = Counter(b.verification for b in worlds(nordwind)[-1].badges["amelie.clarke"])
    assert held == {Verification.VERIFIED: 3, Verification.EXPIRED: 1, Verification.REVOKED: 1}


def test_world__names_only_people_and_resources_it_has(nordwind: Company) -> None:
    for world in worlds(nordwind):
        people, resources = {p.username for p in world.people}, {r.external_id for r in world.resources}
        assert len(people) == len(world.people)
        assert len(resources) == len(world.resources)
        assert {*world.enrolments, *world.assignments, *world.badges} <= people
        for per_person in (world.enrolments, world.assignments):
            assert {x.resource_id for records in per_person.values() for x in records} <= resources


def test_world__has_each_enrolment_and_badge_once(nordwind: Company) -> None:
    for world in worlds(nordwind):
        for per_person in (world.enrolments, world.badges, world.assignments):
            for records in per_person.values():
                ids = [r.external_id for r in records]
                assert len(ids) == len(set(ids))


def test_world__nothing_happened_in_the_future(nordwind: Company) -> None:
    for world in worlds(nordwind):
        for enrolment in (e for all_of in world.enrolments.values() for e in all_of):
            moments = [m for m in (enrolment.started_at, enrolment.completed_at, enrolment.last_activity_at) if m]
            assert moments == sorted(moments), enrolment
            assert all(m < world.now for m in moments), enrolment
        for assignment in (a for all_of in world.assignments.values() for a in all_of):
            assert assignment.assigned_at is None or assignment.assigned_at < world.now
        for badge in (b for all_of in world.badges.values() for b in all_of):
            assert badge.issued_at is not None
            assert badge.issued_at < world.now
            assert badge.expires_at is None or badge.expires_at > badge.issued_at


def test_world__status_progress_and_completion_agree(nordwind: Company) -> None:
    for enrolment in (e for w in worlds(nordwind) for all_of in w.enrolments.values() for e in all_of):
        done = enrolment.status is Status.COMPLETED
        assert (enrolment.progress == 1.0) is done, enrolment
        assert done or enrolment.completed_at is None, enrolment


def test_world__due_dates_lie_within_weeks(nordwind: Company) -> None:
    for world in worlds(nordwind):
        days = [(a.due.at - world.now) for all_of in world.assignments.values() for a in all_of
                if a.due and isinstance(a.due.at, datetime)]
        assert all(timedelta(days=-35) < d < timedelta(days=65) for d in days)


def test_texts__are_whole_and_filled_in(nordwind: Company) -> None:
    for resource in (r for w in worlds(nordwind) for r in w.resources):
        assert "{" not in resource.title + resource.summary
        assert resource.title.strip() == resource.title
        assert resource.title
        assert resource.summary.endswith((".", "?", "!")), resource.summary


def test_titles__are_unique_on_a_platform() -> None:
    for world in worlds(company(NOW)):
        titles = [r.title for r in world.resources]
        assert len(titles) == len(set(titles)), [t for t, n in Counter(titles).items() if n > 1]


def test_some_courses__stand_on_two_platforms() -> None:
    campus, hub = ({(r.title, r.language) for r in w.resources} for w in worlds(company(NOW))[:2])
    assert {title for title, language in campus & hub if language == "en"} == {
        "First aid refresher", "Evacuation assistant"}
