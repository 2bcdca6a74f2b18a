"""Every section in every state, and the rule each of them follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.records import Capability, Due, Status, Verification
from portal.home.section import Place, Section, SectionState, SectionView
from portal.home.sections import SECTIONS
from portal.learner_view import LearnerView
from tests.home.learners import ADA, NOW, assignment, badge, enrolment, reader, recommendation, source, view

BY_KEY = {section.key: section for section in SECTIONS}
ONE_OF_EACH: dict[str, Any] = {"enrolments": (enrolment(1),), "assignments": (assignment(2, Due(date(2026, 11, 24))),),
                               "recommendations": (recommendation(3),), "badges": (badge(4),)}


def built(key: str, given: LearnerView, *, whole: bool = False, **options: Any) -> SectionView:
    section = BY_KEY[key]
    return section.build(given, section.Options(**options), reader(), Place(1, whole))


def titles(shown: SectionView) -> list[str]:
    return [card.name if hasattr(card, "name") else card.about.title for card in shown.shown]


ASKED = source(succeeded_at=None)
DOWN_FOREVER = source(succeeded_at=None, failure="Unreachable")
DOWN = source(failure="Unreachable")
UNKNOWN = source(succeeded_at=None, failure="NotLinked")
NO_ACCOUNT = replace(UNKNOWN, connection_id=2, name="Canvas")


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
@pytest.mark.parametrize(("sources", "items", "state"), [
    pytest.param((source(),), True, SectionState.READY, id="fresh"),
    pytest.param((source(),), False, SectionState.EMPTY, id="fresh and nothing there"),
    pytest.param((ASKED,), False, SectionState.LOADING, id="first visit"),
    pytest.param((source(), replace(ASKED, connection_id=2)), False, SectionState.LOADING, id="half asked"),
    pytest.param((source(), replace(ASKED, connection_id=2)), True, SectionState.PARTIAL, id="more may come"),
    pytest.param((DOWN,), True, SectionState.STALE, id="down, old data stands"),
    pytest.param((DOWN,), False, SectionState.UNAVAILABLE, id="down, nothing known"),
    pytest.param((DOWN_FOREVER,), False, SectionState.UNAVAILABLE, id="never answered"),
    pytest.param((UNKNOWN,), False, SectionState.UNAVAILABLE, id="no account"),
    pytest.param((source(), NO_ACCOUNT), True, SectionState.READY, id="no account elsewhere"),
    pytest.param((source(), NO_ACCOUNT), False, SectionState.EMPTY, id="new here, no account elsewhere"),
    pytest.param((ASKED, NO_ACCOUNT), False, SectionState.LOADING, id="asked, no account elsewhere"),
    pytest.param((DOWN_FOREVER, NO_ACCOUNT), False, SectionState.UNAVAILABLE, id="down, no account elsewhere"),
    pytest.param((UNKNOWN, replace(NO_ACCOUNT, failure="Ambiguous")), False, SectionState.UNAVAILABLE,
                 id="no account and several"),
])
def test_state__follows_from_sources_and_items(section: Section[Any], sources: tuple[Any, ...], items: bool,
                                               state: SectionState) -> None:
    shown = built(section.key, LearnerView(learner=ADA, sources=sources, **(ONE_OF_EACH if items else {})))
    assert shown.state is state
    assert bool(shown.delay) is (state is SectionState.LOADING)
    assert bool(shown.notes) is (state in (SectionState.STALE, SectionState.UNAVAILABLE))
    assert shown.heading
    assert shown.empty_title
    if state is SectionState.UNAVAILABLE:
        assert shown.empty_title == "Nothing here so far"     # never "Nothing is due" while somebody was not heard


NOT_FOUND = "We have not found an account of yours on {}. If you have one, your L&D team can connect it."
LATE = "Moodle has not been reachable since 12:00\u202fPM. "
ALONE = "Once an account of yours is connected, this fills in by itself."
SILENT = "Not every platform could tell us what it has for you."


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
@pytest.mark.parametrize(("sources", "items", "notes", "empty_text"), [
    pytest.param((source(), NO_ACCOUNT), False, [], None, id="another was heard"),
    pytest.param((source(), NO_ACCOUNT), True, [], None, id="another has something"),
    pytest.param((ASKED, NO_ACCOUNT), False, [], None, id="another is being asked"),
    pytest.param((replace(DOWN, failing_since=NOW), NO_ACCOUNT), True,
                 [LATE + "What you see is from 5 minutes ago."], None, id="another was heard and is in trouble"),
    pytest.param((replace(DOWN_FOREVER, failing_since=NOW), NO_ACCOUNT), False,
                 [LATE + "We keep trying; there is nothing you need to do.", NOT_FOUND.format("Canvas")], SILENT,
                 id="the other never answered"),
    pytest.param((UNKNOWN, NO_ACCOUNT), False, [NOT_FOUND.format("Moodle and Canvas")], ALONE, id="nobody knows me"),
    pytest.param((replace(UNKNOWN, failure="Ambiguous"), NO_ACCOUNT), False,
                 [NOT_FOUND.format("Canvas"),
                  "We found more than one account on Moodle. Your L&D team decides which is yours."], ALONE,
                 id="one knows several of me"),
])
def test_notes__no_account_is_no_trouble_while_another_platform_speaks(
        section: Section[Any], sources: tuple[Any, ...], items: bool, notes: list[str], empty_text: str | None) -> None:
    shown = built(section.key, LearnerView(learner=ADA, sources=sources, **(ONE_OF_EACH if items else {})))
    assert [note.words for note in shown.notes] == notes
    assert shown.empty_text == (empty_text or section.words(reader()).empty_text)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_state__ignores_platforms_that_cannot_feed_the_section(section: Section[Any]) -> None:
    others = frozenset(Capability) - section.fed_by
    shown = built(section.key, view(source(capabilities=others, failure="Unreachable")))
    assert (shown.state, shown.notes) == (SectionState.EMPTY, ())
    assert shown.empty_text == "None of the platforms connected here provides this yet."


@pytest.mark.parametrize(("waited", "delay"), [(5, "1500ms"), (45, "6000ms"), (700, "")])
def test_polling__grows_more_patient_and_ends(waited: int, delay: str) -> None:
    learner = replace(ADA, signed_in_at=NOW - timedelta(seconds=waited))
    assert built("due", LearnerView(learner=learner, sources=(ASKED,))).delay == delay


def test_continue__shows_what_is_under_way_last_touched_first() -> None:
    given = view(enrolments=(
        enrolment(1, last_activity_at=NOW - timedelta(days=3)), enrolment(2, last_activity_at=NOW - timedelta(hours=1)),
        enrolment(3, Status.COMPLETED), enrolment(4, Status.NOT_STARTED), enrolment(5, Status.WITHDRAWN)))
    assert titles(built("continue", given)) == ["Course 2", "Course 1"]


@pytest.mark.parametrize(("share", "percent", "words"), [
    (0.454, 45, "45 % complete"), (0.999, 99, "99 % complete"), (0.0, 0, "0 % complete"), (None, None, "")])
def test_continue__never_rounds_up_to_finished(share: float | None, percent: int | None, words: str) -> None:
    card = built("continue", view(enrolments=(enrolment(1, progress=share),))).shown[0]
    assert (card.percent, card.progress) == (percent, words)


def test_continue__names_the_next_date_of_the_same_course() -> None:
    dues = tuple(replace(assignment(1, Due(date(2026, 11, day))), seen=replace(assignment(1).seen, id=day))
                 for day in (28, 21))
    done = assignment(1, Due(date(2026, 11, 20)), status=Status.COMPLETED)
    card = built("continue", view(enrolments=(enrolment(1),), assignments=(*dues, done))).shown[0]
    assert card.due == "Due tomorrow"


def test_due__required_first_then_by_date_then_without_date() -> None:
    given = view(assignments=(
        assignment(1, Due(date(2026, 11, 21)), required=False), assignment(2, None),
        assignment(3, Due(date(2026, 12, 1))), assignment(4, Due(datetime(2026, 11, 19, 8, tzinfo=UTC))),
        assignment(5, None, required=False), assignment(6, Due(date(2026, 11, 20)), status=Status.COMPLETED)))
    shown = built("due", given)
    assert titles(shown) == ["Course 4", "Course 3", "Course 2", "Course 1"]
    assert [card.due for card in shown.shown] == ["1 day overdue", "Due Tue, Dec 1", "No date set", "Due tomorrow"]
    assert [card.required for card in shown.shown] == ["Required", "Required", "Required", ""]


def test_due__links_to_the_assignment_and_names_the_activity_beside_its_course() -> None:
    card = built("due", view(assignments=(assignment(7, Due(date(2026, 11, 21)), title="Final exam"),))).shown[0]
    assert (card.about.href, card.about.title, card.about.part) == ("/go/assignment/7", "Course 7", "Final exam")


def test_recommended__never_what_is_enrolled_assigned_or_done() -> None:
    given = view(
        enrolments=(enrolment(1), enrolment(2, Status.COMPLETED), enrolment(3, Status.WITHDRAWN)),
        assignments=(assignment(4, None),), recommendations=tuple(recommendation(n) for n in range(1, 7)))
    assert titles(built("recommended", given)) == ["Course 5", "Course 6"]


def test_recommended__every_sources_first_choice_before_anybodys_second() -> None:
    given = view(source(1), source(2, "Canvas"), recommendations=(
        recommendation(1, 2), recommendation(2, 1, source="homeroom", reason="popular"),
        recommendation(3, 1, connection_id=2), recommendation(3, 2, item=9)))
    assert titles(built("recommended", given)) == ["Course 3", "Course 2", "Course 1"]


@pytest.mark.parametrize(("source_name", "reason", "words", "quoted"), [
    ("homeroom", "topic:Safety", "Because you learn about Safety", False),
    ("homeroom", "popular", "Many of your colleagues learn this", False),
    ("homeroom", "language:de", "Available in German", False),
    ("homeroom", "vendor:Canvas", "Canvas suggests this", False),
    ("homeroom", "short", "Done in one sitting", False),
    ("homeroom", "new", "New in the catalogue", False),
    ("homeroom", "open", "Open to everybody here", False),
    ("homeroom", "a code of next year", "Open to everybody here", False),
    ("", "Because Bob liked it", "Because Bob liked it", True),
    ("", "", "Moodle suggests this", False),
])
def test_recommended__every_card_says_why(source_name: str, reason: str, words: str, quoted: bool) -> None:
    card = built("recommended", view(recommendations=(recommendation(1, source=source_name, reason=reason),))).shown[0]
    assert (card.reason, card.reason_quoted) == (words, quoted)


@pytest.mark.parametrize(("checked", "expires_in_days", "words", "expiry"), [
    (Verification.VERIFIED, None, "Verified", ""),
    (Verification.VERIFIED, 400, "Verified", "Valid until Dec 2027"),
    (Verification.VERIFIED, 21, "Verified", "Expires in 3 weeks"),
    (Verification.VERIFIED, -1, "Expired", ""),
    (Verification.REVOKED, -1, "Revoked", ""),
    (Verification.NOT_VERIFIED, None, "Not verified", ""),
    (Verification.UNCHECKED, None, "Not checked yet", ""),
    (Verification.EXPIRED, None, "Expired", ""),
])
def test_badges__say_what_our_check_found(checked: Verification, expires_in_days: int | None, words: str,
                                          expiry: str) -> None:
    until = None if expires_in_days is None else NOW + timedelta(days=expires_in_days)
    card = built("badges", view(badges=(badge(1, verification=checked, expires_at=until),))).shown[0]
    assert (card.verification, card.expiry) == (words, expiry)


def test_badges__newest_first_and_undated_last() -> None:
    given = view(badges=(badge(1), badge(2, issued_at=NOW - timedelta(days=9)), badge(3, issued_at=NOW)))
    assert titles(built("badges", given)) == ["Badge 3", "Badge 2", "Badge 1"]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_limit__is_announced_never_silent(section: Section[Any]) -> None:
    many = view(enrolments=tuple(enrolment(n) for n in range(10, 22)), badges=tuple(badge(n) for n in range(12)),
                assignments=tuple(assignment(n, None) for n in range(30, 42)),
                recommendations=tuple(recommendation(n) for n in range(50, 62)))
    short, whole = built(section.key, many, limit=3), built(section.key, many, limit=3, whole=True)
    assert (len(short.shown), short.total, short.more) == (3, 12, "Show all 12")
    assert short.more_fragment == f"/sections/{section.key}?layout=1&all=1"
    assert (len(whole.shown), whole.more) == (12, "Show fewer")
    assert whole.more_fragment == short.url
    assert built(section.key, many, limit=12).more is None
