"""The page in every state, made up: for designers, for screenshots, for tests. Touches no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from adapters.records import (
    Assignment,
    Badge,
    BadgeKind,
    Capability,
    Due,
    Enrolment,
    LearningResource,
    Recommendation,
    ResourceType,
    Status,
    Verification,
)
from portal.home.page import Page, assemble
from portal.home.reader import Reader
from portal.learner_view import (
    AssignmentItem,
    BadgeItem,
    EnrolmentItem,
    Learner,
    LearnerView,
    RecommendationItem,
    Seen,
    Source,
)

_MOODLE, _LIBRARY, _AWARDS = 1, 2, 3


def example_pages(reader: Reader) -> Mapping[str, Callable[[], Page]]:
    """name of the state → its page."""
    views: dict[str, Callable[[datetime], LearnerView]] = {
        "everything": everything, "first-visit": first_visit, "arriving": arriving, "in-trouble": in_trouble,
        "asked-again": asked_again, "new-here": new_here, "nothing-yet": nothing_yet,
        "nobody-answers": nobody_answers, "no-platform": no_platform, "crowded": crowded,
    }
    return MappingProxyType({name: _page_of(make, reader)
                             for name, make in views.items()})


def _page_of(make: Callable[[datetime], LearnerView], reader: Reader) -> Callable[[], Page]:
    return lambda: replace(assemble(make(reader.now), reader), live=False)


def everything(now: datetime) -> LearnerView:
    """All platforms fresh, something in every section."""
    return LearnerView(learner=_learner(now), sources=_sources(now), enrolments=_enrolments(now),
                       assignments=_assignments(now), recommendations=_recommendations(now), badges=_badges(now))


def first_visit(now: datetime) -> LearnerView:
    """Nothing has been read yet, everybody is being asked."""
    return LearnerView(learner=_learner(now), sources=tuple(
        replace(source, succeeded_at=None, running=True) for source in _sources(now)))


def arriving(now: datetime) -> LearnerView:
    """One platform has answered, the others are being asked."""
    full = everything(now)
    moodle, *others = full.sources
    return replace(full, sources=(moodle, *(replace(source, succeeded_at=None, running=True) for source in others)),
                   enrolments=tuple(item for item in full.enrolments if item.seen.connection_id == _MOODLE),
                   assignments=tuple(item for item in full.assignments if item.seen.connection_id == _MOODLE),
                   recommendations=(), badges=())


def in_trouble(now: datetime) -> LearnerView:
    """One platform does not answer, one refuses our secret, one does not know the learner; the old data stands."""
    full = everything(now)
    failures = ("TimedOut", "NotLinked", "CredentialsRefused")
    return replace(full, sources=tuple(
        replace(source, succeeded_at=now - timedelta(hours=3 + 20 * number), failure=failure,
                failing_since=now - timedelta(hours=2))
        for number, (source, failure) in enumerate(zip(full.sources, failures, strict=True))))


def asked_again(now: datetime) -> LearnerView:
    """In trouble, and the learner has just asked the first platform again."""
    troubled = in_trouble(now)
    return replace(troubled, sources=(replace(troubled.sources[0], next_at=now), *troubled.sources[1:]))


def new_here(now: datetime) -> LearnerView:
    """Nothing begun, suggestions from the one platform that knows the learner."""
    full = everything(now)
    moodle, library, awards = full.sources
    return LearnerView(
        learner=full.learner,
        sources=(replace(moodle, capabilities=frozenset(Capability)),
                 replace(library, succeeded_at=None, failure="NotLinked"),
                 replace(awards, succeeded_at=None, failure="Ambiguous")),
        recommendations=tuple(item for item in full.recommendations if item.seen.connection_id == _MOODLE))


def nothing_yet(now: datetime) -> LearnerView:
    """Every platform answered: there is nothing for this learner."""
    return LearnerView(learner=_learner(now), sources=_sources(now))


def nobody_answers(now: datetime) -> LearnerView:
    """The first visit, and every platform is in trouble of its own kind."""
    failures = ("Unreachable", "Forbidden", "NotLinked")
    return LearnerView(learner=_learner(now), sources=tuple(
        replace(source, succeeded_at=None, failure=failure, failing_since=now - timedelta(days=2))
        for source, failure in zip(_sources(now), failures, strict=True)))


def no_platform(now: datetime) -> LearnerView:
    """Homeroom on its first day."""
    return LearnerView(learner=_learner(now), sources=())


def crowded(now: datetime) -> LearnerView:
    """More of everything than the page shows at first, in long words and other scripts."""
    full = everything(now)
    resource = LearningResource(
        external_id="long", type=ResourceType.DOCUMENT, language="de", provider="Berufsgenossenschaft Verkehr",
        title="Grundlagen der Arbeitsschutzgesetzgebung für Führungskräfte in Güterkraftverkehrsunternehmen mit "
              "Gefahrguttransportgenehmigung – Auffrischung", url="https://lms.example.com/long")
    arabic = replace(resource, title="مقدمة في السلامة المهنية", language="ar", provider="")
    more = tuple(
        EnrolmentItem(seen=_seen(now, _MOODLE, 100 + n), resource_id=100 + n, resource=(resource, arabic)[n % 2],
                      enrolment=Enrolment(external_id=f"c{n}", resource_id=str(100 + n), status=Status.IN_PROGRESS,
                                          progress=n / 12, last_activity_at=now - timedelta(minutes=n)))
        for n in range(12))
    due = tuple(
        AssignmentItem(seen=_seen(now, _LIBRARY, 200 + n), resource_id=200 + n, resource=(arabic, resource)[n % 2],
                       assignment=Assignment(external_id=f"d{n}", resource_id=str(200 + n), required=n % 3 == 0,
                                             due=Due(now.date() + timedelta(days=n * n - 9))))
        for n in range(9))
    return replace(full, enrolments=(*more, *full.enrolments), assignments=(*due, *full.assignments),
                   badges=tuple(
                       replace(item, seen=_seen(now, _AWARDS, 300 + n)) for n, item in enumerate(full.badges * 3)))



def _learner(now: datetime) -> Learner:
    return Learner(id=1, issuer="https://id.example.com", subject="maya", email="maya.okafor@example.com",
                   name="Maya Okafor", given_name="Maya", signed_in_at=now)


def _sources(now: datetime) -> tuple[Source, ...]:
    names = ((_MOODLE, "Company Moodle", {Capability.ENROLMENTS, Capability.CATALOGUE}),
             (_LIBRARY, "Harbour Library", {Capability.ENROLMENTS, Capability.RECOMMENDATIONS}),
             (_AWARDS, "Open Badge Passport", {Capability.BADGES}))
    return tuple(
        Source(connection_id=number, name=name, adapter="example", capabilities=frozenset(capabilities),
               paused=False, linked=True, succeeded_at=now - timedelta(minutes=7 * number), failing_since=None,
               failure=None, next_at=None, running=False)
        for number, name, capabilities in names)


def _seen(now: datetime, connection_id: int, number: int) -> Seen:
    return Seen(id=number, connection_id=connection_id, observed_at=now, changed_at=now - timedelta(days=number))


def _resource(number: int, title: str, kind: ResourceType, minutes: int | None = None, language: str = "en",
              provider: str = "", topics: tuple[str, ...] = ()) -> LearningResource:
    return LearningResource(
        external_id=str(number), title=title, url=f"https://learn.example.com/{number}", type=kind, language=language,
        duration=timedelta(minutes=minutes) if minutes else None, provider=provider, topics=topics)


_COURSES = (
    (1, _MOODLE, "Presenting numbers people understand", ResourceType.COURSE, 150, "en", ""),
    (2, _LIBRARY, "SQL for analysts: from joins to windows", ResourceType.VIDEO, 320, "en", "Harbour Academy"),
    (3, _MOODLE, "Verhandeln ohne Gewinner und Verlierer", ResourceType.PATH, 600, "de", ""),
    (4, _LIBRARY, "Thinking, Fast and Slow: a reading circle", ResourceType.BOOK, None, "en", "Reading club"),
    (5, _MOODLE, "First aid at work", ResourceType.EVENT, 480, "en", ""),
    (6, _MOODLE, "Information security, yearly refresher", ResourceType.COURSE, 45, "en", ""),
    (7, _LIBRARY, "Data protection for people leads", ResourceType.EXERCISE, 30, "en", ""),
    (8, _MOODLE, "Forklift licence: theory", ResourceType.COURSE, 120, "en", ""),
    (11, _LIBRARY, "Writing that gets read", ResourceType.COURSE, 95, "en", "Clarity Press"),
    (12, _MOODLE, "Feedback conversations, practised", ResourceType.EXERCISE, 25, "en", ""),
    (13, _LIBRARY, "Visual thinking with whiteboards", ResourceType.VIDEO, 42, "en", "Harbour Academy"),
    (14, _LIBRARY, "Statistik zum Anfassen", ResourceType.AUDIO, 180, "de", "Radio Wissen"),
    (15, _MOODLE, "The product manager’s first ninety days", ResourceType.DOCUMENT, 20, "en", ""),
    (17, _MOODLE, "Five-minute stretches for drivers", ResourceType.VIDEO, 5, "en", ""),
    (16, _LIBRARY, "Accessible documents in one afternoon", ResourceType.COURSE, 130, "en", "A11y Guild"),
)
_PLATFORM = {number: connection for number, connection, *_ in _COURSES}
_RESOURCES = {number: _resource(number, title, kind, minutes, language, provider)
              for number, _, title, kind, minutes, language, provider in _COURSES}


def _enrolments(now: datetime) -> tuple[EnrolmentItem, ...]:
    rows = ((1, .62, 2), (2, .35, 26), (3, .08, 75), (4, None, 200), (6, .5, 300), (15, .9, 900))
    return tuple(
        EnrolmentItem(seen=_seen(now, _PLATFORM[number], number), resource_id=number, resource=_RESOURCES[number],
                      enrolment=Enrolment(external_id=f"e{number}", resource_id=str(number), progress=progress,
                                          status=Status.IN_PROGRESS, last_activity_at=now - timedelta(hours=hours)))
        for number, progress, hours in rows)


def _assignments(now: datetime) -> tuple[AssignmentItem, ...]:
    today = now.date()
    rows: tuple[tuple[int, date | datetime | None, bool], ...] = (
        (6, today - timedelta(days=2), True), (7, now + timedelta(hours=2), True), (5, today + timedelta(days=4), True),
        (8, None, True), (3, today + timedelta(days=23), False))
    return tuple(
        AssignmentItem(seen=_seen(now, _PLATFORM[number], number), resource_id=number, resource=_RESOURCES[number],
                       assignment=Assignment(external_id=f"a{number}", resource_id=str(number), required=required,
                                             due=Due(at) if at else None))
        for number, at, required in rows)


def _recommendations(now: datetime) -> tuple[RecommendationItem, ...]:
    rows = ((11, 1, "topic:Writing", "homeroom"), (12, 1, "People who finished “First aid” liked this", ""),
            (13, 2, "popular", "homeroom"), (14, 2, "topic:Statistics", "homeroom"), (15, 3, "", ""),
            (16, 3, "new", "homeroom"), (17, 4, "short", "homeroom"))
    return tuple(
        RecommendationItem(seen=_seen(now, _PLATFORM[number], number), resource_id=number, resource=_RESOURCES[number],
                           recommendation=Recommendation(external_id=f"r{number}", resource_id=str(number), rank=rank,
                                                         reason=reason, source=source))
        for number, rank, reason, source in rows)


def _badges(now: datetime) -> tuple[BadgeItem, ...]:
    rows = (
        ("Data Storyteller", "Harbour Academy", BadgeKind.BADGE, 20, 400, Verification.VERIFIED),
        ("Fire Safety Warden", "City Fire Service", BadgeKind.CERTIFICATE, 340, 24, Verification.VERIFIED),
        ("Forklift Operator", "Safety Board", BadgeKind.LICENCE, 700, 30 * 30, Verification.UNCHECKED),
        ("Agile Foundations", "Harbour Academy", BadgeKind.CERTIFICATE, 800, -30, Verification.VERIFIED),
        ("Mentor of the Year", "Northwind People", BadgeKind.BADGE, 900, None, Verification.NOT_VERIFIED),
        ("Spreadsheet Ninja", "Gridworks", BadgeKind.BADGE, 1200, None, Verification.REVOKED),
        ("First Steps", "Company Moodle", BadgeKind.BADGE, 1500, None, Verification.VERIFIED),
    )
    return tuple(
        BadgeItem(seen=_seen(now, _AWARDS, 30 + number), badge=Badge(
            external_id=f"b{number}", name=name, issuer=issuer, kind=kind, issued_at=now - timedelta(days=ago),
            expires_at=None if until is None else now + timedelta(days=until), verification=verification))
        for number, (name, issuer, kind, ago, until, verification) in enumerate(rows))
