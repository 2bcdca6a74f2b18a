"""Moodle: what it can do, what it needs, and which calls answer which question in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    ReadsBadges,
    ReadsCatalogue,
    ReadsEnrolments,
    VerificationLevel,
    _,
)
from adapters.errors import Forbidden, WrongLearner
from adapters.moodle import accounts, checks, doubts, due_dates, mapping
from adapters.moodle.payloads import (
    AwardedBadge,
    CatalogueCourse,
    CompletionStatus,
    Course,
    SiteInfo,
    one,
    part,
    rows,
    unknown_fields,
)
from adapters.moodle.webservice import (
    BADGES,
    CATALOGUE,
    COMPLETION,
    COURSES,
    NOT_IN_SERVICE,
    PERMISSION_CODES,
    SITE_INFO,
    Refused,
    WebService,
)
from adapters.records import Account, Capability, CataloguePage, Enrolment, LearnerIdentity, Notice, Snapshot
from adapters.settings import BaseUrl, ConnectionSettings, LearnerKey, Secret, Text, field

MOST_COMPLETION_CALLS = 25

_NO_COMPLETION_TIME = PERMISSION_CODES | {NOT_IN_SERVICE, "nocriteriaset", "usernotenroled"}


class MoodleSettings(ConnectionSettings):
    base_url: BaseUrl = field(
        _("Address"), _("Where Moodle opens in a browser, without a page at the end."),
        example="https://moodle.example.com")
    token: Secret = field(
        _("Token"), _("Site administration > Server > Web services > Manage tokens: a token of an account made for "
                      "Homeroom. The README lists the functions and rights it needs."))
    learner_key: LearnerKey = field(
        _("Learners are recognised by"), _("The fact that is the same in your identity provider and in Moodle. "
                                           "An ID number is safer than an e-mail, a verified e-mail is common."),
        default="email")
    due_dates: Literal["personal", "course", "off"] = field(
        _("Due dates"), _("personal: each learner's own dates, with extensions; needs the right "
                          "moodle/calendar:manageentries. course: the dates everybody has. off: none."),
        default="personal")
    language: Text | None = field(
        _("Language"), _("Name of an installed Moodle language pack in which texts are read. "
                         "Empty: the language of the token's account."),
        example="de", advanced=True, default=None)


class Moodle(Adapter[MoodleSettings], IdentifiesLearners, ReadsEnrolments, ReadsBadges, ReadsCatalogue):
    Settings = MoodleSettings
    manifest = Manifest(
        key="moodle", name="Moodle LMS", vendor="Moodle HQ", homepage="https://moodle.org",
        summary=_("Courses with progress and completion, due dates, badges and the course catalogue."),
        verification=VerificationLevel.LIVE, verified_against="Moodle 4.5.6",
        documentation="https://docs.moodle.org/en/Using_web_services",
        cannot=(
            _("Moodle has no recommendations for a learner."),
            _("A course disappears from Moodle's list when the enrolment ends, also a completed one."),
            _("Private badges are not shown to anybody but their owner."),
            _("Moodle does not say when a learner began a course."),
        ),
        delay=_("Completion by date or by the learner's own mark appears after Moodle's scheduled tasks have run."),
    )

    @classmethod
    def base_address(cls, settings: MoodleSettings) -> str:
        return settings.base_url

    def check(self) -> Iterator[CheckStep]:
        return checks.steps(self._moodle, self.settings.learner_key, self.settings.due_dates, self.settings.base_url)

    def find_account(self, learner: LearnerIdentity) -> Account:
        return accounts.find(self._moodle, learner, self.settings.learner_key)

    def enrolments(self, account: Account) -> Snapshot:
        """One call for the courses, one per completed course (bounded) for its time, one or more for due dates."""
        moodle, base, now = self._moodle, self.settings.base_url, self.now()
        scope = self.session.of_learner(account.external_id)
        answer = moodle.call(COURSES, {"userid": account.external_id, "returnusercount": False}, scope=scope)
        courses = rows(Course, answer, COURSES)
        notices = courses.notices
        doubt = doubts.about_empty(moodle, account) if not answer else None
        if doubt:
            notices.append(doubt)
        unseen = self._unseen_completion(courses.items, notices)
        enrolments = self._enrolments(account, [c for c in courses.items if c.id not in unseen], notices)
        dates = self._due_dates(account, courses.items)
        return Snapshot(
            capability=Capability.ENROLMENTS, observed_at=now,
            complete=courses.complete and dates.complete and not unseen and not doubt,
            resources=(*(mapping.resource(c, base) for c in courses.items), *dates.resources),
            enrolments=enrolments, assignments=tuple(dates.assignments), warnings=(*notices, *dates.notices))

    def badges(self, account: Account) -> Snapshot:
        """Badges switched off on the site: nothing was answered, so nothing stored is taken as gone."""
        answer = self._moodle.call(BADGES, {"userid": account.external_id}, tolerate=frozenset({"badgesdisabled"}),
                                   scope=self.session.of_learner(account.external_id))
        if isinstance(answer, Refused):
            off = Notice("badges_disabled", "badges are off in Moodle: Site administration > Advanced features")
            return Snapshot(capability=Capability.BADGES, observed_at=self.now(), complete=False, warnings=(off,))
        awards = rows(AwardedBadge, part(answer, "badges", BADGES), BADGES)
        owners = {str(a.recipientid) for a in awards.items if a.recipientid is not None}
        if owners - {account.external_id}:
            raise WrongLearner("the badges belong to another account than the one asked for", operation=BADGES)
        return Snapshot(
            capability=Capability.BADGES, observed_at=self.now(), complete=awards.complete,
            badges=tuple(mapping.badge(a, self.settings.base_url) for a in awards.items),
            warnings=tuple(awards.notices), learner_seen=next(iter(owners), None))

    def catalogue(self, cursor: str | None) -> CataloguePage:
        """All courses in one answer, so there is no cursor. Never asked by ids: one deleted course would spoil the
        whole answer."""
        answer = self._moodle.call(CATALOGUE, scope=self.session.public())
        courses = rows(CatalogueCourse, part(answer, "courses", CATALOGUE), CATALOGUE)
        notices = courses.notices
        if not courses.items:       # even an empty Moodle lists itself as course 1
            notices.append(Notice("empty_not_trusted", "Moodle lists not even itself; nothing stored is removed", "[]"))
        offered = tuple(mapping.catalogue_resource(course, self.settings.base_url)
                        for course in courses.items if mapping.is_offered(course))
        return CataloguePage(
            resources=offered, observed_at=self.now(), total=len(offered),
            complete=courses.complete and bool(courses.items), warnings=tuple(notices))

    @property
    def _moodle(self) -> WebService:
        return WebService(self.session, self.settings.token, self.settings.language)

    def _unseen_completion(self, courses: list[Course], notices: list[Notice]) -> set[int]:
        """Courses whose completion this token may not see; raises Forbidden if that is so for all of them.

        Moodle answers the same when completion is off for the whole site, so the site is asked, only then. To call
        such a course "not started" would take a completion away, so it gets no enrolment.
        """
        hidden = {course.id for course in courses if mapping.hides_completion(course)}
        if not hidden:
            return hidden
        if any(course.completed is not None for course in courses):
            notices.append(Notice("completion_hidden", "the token may not see completion in some courses, so they come "
                                  "without the learner's standing; allow report/completion:view there",
                                  ", ".join(map(str, sorted(hidden)))[:80]))
            return hidden
        site = one(SiteInfo, self._moodle.call(SITE_INFO, scope=self.session.public()), SITE_INFO)
        if site.feature("enablecompletion") is not False:
            raise Forbidden("the token may not see the completion of other people", operation=COURSES,
                            remedy="Allow report/completion:view in the role of the token's account.")
        notices.append(Notice("completion_off", "completion is off in Moodle, so no course counts as completed: "
                              "Site administration > Advanced features"))
        return set()

    def _enrolments(self, account: Account, courses: list[Course], notices: list[Notice]) -> tuple[Enrolment, ...]:
        scope = self.session.of_learner(account.external_id)
        completed = sorted((c for c in courses if c.completed), key=lambda c: (-(c.lastaccess or 0), c.id))
        times: dict[int, CompletionStatus] = {}
        untold: dict[str, list[int]] = {}
        for course in completed[:MOST_COMPLETION_CALLS]:
            answer = self._moodle.call(COMPLETION, {"courseid": course.id, "userid": account.external_id},
                                       scope=scope, tolerate=_NO_COMPLETION_TIME)
            if isinstance(answer, Refused):
                untold.setdefault(answer.code, []).append(course.id)
                if answer.code == NOT_IN_SERVICE:
                    break
                continue
            times[course.id] = one(CompletionStatus, part(answer, "completionstatus", COMPLETION), COMPLETION)
        notices += unknown_fields(times.values(), COMPLETION)
        notices += [Notice("completion_time_unknown", f"Moodle does not say when these courses were completed ({code})",
                           ", ".join(map(str, ids))[:80]) for code, ids in sorted(untold.items())]
        if len(completed) > MOST_COMPLETION_CALLS:
            notices.append(Notice("completion_time_unknown", f"the time of completion is asked for the "
                                  f"{MOST_COMPLETION_CALLS} completed courses visited last, not for all"))
        return tuple(mapping.enrolment(course, times.get(course.id)) for course in courses)

    def _due_dates(self, account: Account, courses: list[Course]) -> due_dates.DueDates:
        if self.settings.due_dates == "off" or not courses:
            return due_dates.DueDates()
        if self.settings.due_dates == "course":
            return due_dates.of_courses(self._moodle, self.session.of_learner(account.external_id), courses,
                                        self.now(), self.settings.base_url)
        return due_dates.of_learner(self._moodle, account, courses, self.now(), self.settings.base_url)
