"""Moodle's shapes as sent (seen on 4.5.6, compared with 4.4.1).

A field is mapped (declared here), ignored on purpose (named in ``ignored``) or unknown; unknown ones are reported, so
that a new Moodle version is noticed before it hurts. Moodle sends the same flag as 0/1 or true/false, and numbers as
text, depending on the function; pydantic's lax mode reads all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.errors import BadAnswer
from adapters.records import Notice


class Payload(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    ignored: ClassVar[frozenset[str]] = frozenset()

    def unknown(self) -> set[str]:
        return set(self.model_extra or ()) - self.ignored


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Named(Payload):
    """An entry of ``functions`` or ``advancedfeatures``."""

    ignored = _names("version")
    name: str
    value: int | str | None = None


class SiteInfo(Payload):
    ignored = _names("""username firstname lastname fullname lang userpictureurl downloadfiles uploadfiles version
        mobilecssurl usercanmanageownfiles userquota usermaxuploadfilesize userhomepage userprivateaccesskey siteid
        sitecalendartype usercalendartype theme limitconcurrentlogins policyagreed""")
    sitename: str
    siteurl: str
    userid: int
    release: str = ""
    functions: tuple[Named, ...] = ()
    advancedfeatures: tuple[Named, ...] = ()
    userissiteadmin: bool = False

    def feature(self, name: str) -> bool | None:
        """None where this version does not tell."""
        return next((str(f.value) not in ("0", "", "None") for f in self.advancedfeatures if f.name == name), None)


class User(Payload):
    """Which fields come depends on the token's rights; there is no flag for a deleted account."""

    ignored = _names("""firstname lastname department institution address phone1 phone2 city country description
        descriptionformat interests firstaccess lastaccess auth lang calendartype theme timezone mailformat trackforums
        profileimageurlsmall profileimageurl customfields preferences url roles groups enrolledcourses
        lastcourseaccess""")
    id: int
    fullname: str = ""
    username: str | None = None
    email: str | None = None
    idnumber: str | None = None
    suspended: bool = False
    confirmed: bool = True


class Course(Payload):
    """A row of core_enrol_get_users_courses.

    Ignored on purpose: ``enddate`` is no due date, ``hidden`` and ``isfavourite`` are the token owner's, ``startdate``
    is the course's and not the learner's.
    """

    ignored = _names("""shortname fullname enrolledusercount idnumber summaryformat format showgrades category
        startdate enddate marker isfavourite hidden overviewfiles showactivitydates showcompletionconditions""")
    id: int
    displayname: str
    summary: str | None = None
    lang: str | None = None
    courseimage: str | None = None
    visible: bool = True
    enablecompletion: bool = False
    completionhascriteria: bool = False
    completionusertracked: bool | None = None
    progress: float | None = None
    completed: bool | None = None
    lastaccess: int | None = None
    timemodified: int | None = None


class CatalogueCourse(Payload):
    """A row of core_course_get_courses_by_field; ``contacts`` are other people's names and not read."""

    ignored = _names("""shortname fullname idnumber sortorder summaryformat summaryfiles overviewfiles
        showactivitydates showcompletionconditions contacts showgrades newsitems startdate enddate maxbytes
        showreports groupmode groupmodeforce defaultgroupingid enablecompletion completionnotify theme marker filters
        courseformatoptions customfields legacyfiles calendartype timecreated timemodified requested cacherev
        pdfexportfont""")
    id: int
    displayname: str
    summary: str | None = None
    lang: str | None = None
    courseimage: str | None = None
    categoryid: int | None = None
    categoryname: str = ""
    enrollmentmethods: tuple[str, ...] = ()
    format: str = ""
    visible: bool = True


class Criterion(Payload):
    ignored = _names("type title status details")
    complete: bool
    timecompleted: int | None = None


class CompletionStatus(Payload):
    """``aggregation`` 1: all criteria are needed, 2: any one."""

    completed: bool
    aggregation: int = 1
    completions: tuple[Criterion, ...] = ()


class EventCourse(Payload):
    """The course inside a calendar event. Its ``progress`` and ``hasprogress`` are those of the token's owner."""

    ignored = _names("""shortname fullnamedisplay idnumber summaryformat startdate enddate visible showactivitydates
        showcompletionconditions pdfexportfont viewurl courseimage progress hasprogress isfavourite hidden
        showshortname coursecategory timeaccess""")
    id: int
    fullname: str
    summary: str | None = None


class ActionEvent(Payload):
    """An event of core_calendar_get_action_events_by_timesort.

    Ignored on purpose: ``name`` is a sentence in the token owner's language, ``editurl`` and ``deleteurl`` carry the
    owner's sesskey, ``userid`` is the author of the event and not the learner.
    """

    ignored = _names("""name description descriptionformat location categoryid groupid userid repeatid eventcount
        component activitystr instance timestart timeduration timeusermidnight visible timemodified overdue icon
        category subscription canedit candelete deleteurl editurl viewurl formattedtime formattedlocation
        isactionevent iscourseevent iscategoryevent groupname normalisedeventtype normalisedeventtypetext action
        purpose branded islastday popupname mindaytimestamp mindayerror maxdaytimestamp maxdayerror draggable""")
    id: int
    timesort: int
    activityname: str | None = None
    modulename: str | None = None
    eventtype: str = ""
    url: str | None = None
    course: EventCourse | None = None


class CourseEvent(Payload):
    """An event of core_calendar_get_calendar_events; ``instance`` is the activity's id, not the course module's."""

    ignored = _names("""description format categoryid groupid userid repeatid timeduration visible sequence
        timemodified subscriptionid uuid priority location""")
    id: int
    name: str
    timestart: int
    courseid: int | None = None
    modulename: str | None = None
    instance: int | None = None
    eventtype: str = ""


class Activity(Payload):
    """An assignment of mod_assign_get_assignments, read for its name and course module only."""

    ignored = _names("""course nosubmissions submissiondrafts sendnotifications sendlatenotifications
        sendstudentnotifications duedate allowsubmissionsfromdate grade timemodified completionsubmit cutoffdate
        gradingduedate teamsubmission requireallteammemberssubmit teamsubmissiongroupingid blindmarking hidegrader
        revealidentities attemptreopenmethod maxattempts markingworkflow markingallocation markinganonymous
        requiresubmissionstatement preventsubmissionnotingroup configs intro introformat introfiles introattachments
        activity activityformat activityattachments timelimit submissionattachments""")
    id: int
    cmid: int
    name: str


class AwardedBadge(Payload):
    """A row of core_badges_get_user_badges.

    For another person's badges Moodle strips fields and forces ``visible``, ``status`` and ``timecreated`` to 0:
    none of them may be used to filter.
    """

    ignored = _names("""id timecreated timemodified usercreated usermodified issuerurl issuercontact expiredate
        expireperiod type message messagesubject attachment notification nextcron status issuedid visible
        recipientfullname email version language imageauthorname imageauthoremail imageauthorurl imagecaption
        alignment relatedbadges endorsement""")
    name: str
    uniquehash: str
    description: str | None = None
    issuername: str = ""
    courseid: int | None = None
    dateissued: int | None = None
    dateexpire: int | None = None
    recipientid: int | None = None
    badgeurl: str | None = None


P = TypeVar("P", bound=Payload)


@dataclass(slots=True)
class Rows(Generic[P]):
    """Readable rows, and what to say about the rest. complete is False when a row had to be left out."""

    items: list[P] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    complete: bool = True


def rows(model: type[P], answer: Any, function: str) -> Rows[P]:
    """A list of payloads; one bad row does not cost the others. Raises BadAnswer when it is no list at all."""
    if not isinstance(answer, list):
        raise BadAnswer("a list was expected", operation=function, sample=type(answer).__name__)
    result: Rows[P] = Rows()
    for index, row in enumerate(answer):
        try:
            result.items.append(model.model_validate(row))
        except ValidationError as error:
            result.complete = False
            result.notices.append(Notice("item_skipped", f"{function}: row {index} is not readable ({_why(error)})",
                                         f"{function}[{index}]"))
    result.notices += unknown_fields(result.items, function)
    return result


def one(model: type[P], answer: Any, function: str) -> P:
    """Raises BadAnswer."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise BadAnswer(f"the answer is not readable ({_why(error)})", operation=function,
                        sample=type(answer).__name__) from None


def part(answer: Any, name: str, function: str) -> Any:
    """A member of the answered object. Raises BadAnswer."""
    if not isinstance(answer, dict) or name not in answer:
        raise BadAnswer(f"an object with {name!r} was expected", operation=function, sample=type(answer).__name__)
    return answer[name]


def unknown_fields(payloads: Iterable[Payload], function: str) -> list[Notice]:
    """One notice that names every field neither mapped nor ignored on purpose; none if there is none."""
    names = sorted({name for payload in payloads for name in payload.unknown()})
    if not names:
        return []
    return [Notice("unknown_field", f"{function} sends fields this adapter does not know", ", ".join(names)[:200])]


def _why(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(p) for p in first['loc']) or 'row'}: {first['type']}"
