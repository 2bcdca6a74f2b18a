"""Kolibri's shapes as it sends them (0.19.5), as far as they are read.

Ignored on purpose: gender, birth year, demographics and picture passwords (nobody's business here); seeds, question
sources and file lists (about rendering); licences, Kolibri's coded labels (``grade_levels``, ``categories`` …, which
stand for words the answer does not hold); ``time_spent`` and ``tries``.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.errors import BadAnswer

HexId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""Kolibri's identifiers: 32 hexadecimal digits, no hyphens."""


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class ServerInfo(Payload):
    """``/api/public/info/``, readable by everybody."""

    application: str
    kolibri_version: str


class Facility(Payload):
    """``/api/public/v1/facility/``: one school or organisation on the server."""

    id: HexId
    name: str
    learner_can_login_with_no_password: bool | None = None


class SessionState(Payload):
    """``/api/auth/session/``: who the cookie belongs to. user_id is null and kind ``["anonymous"]`` for nobody."""

    user_id: HexId | None
    kind: list[str]
    facility_id: HexId | None = None


class User(Payload):
    """A row of ``/api/auth/facilityuser/``. There is no e-mail address."""

    id: HexId
    username: str
    full_name: str = ""
    id_number: str | None = None
    facility: HexId


class UserPage(Payload):
    """The paged form of the same list (given when ``page_size`` is)."""

    page: int
    count: int
    total_pages: int
    results: list[User]


class Membership(Payload):
    """Who belongs to which class or group. ``collection`` does not tell which of the two it is."""

    user: HexId
    collection: HexId


class Classroom(Payload):
    id: HexId


class Language(Payload):
    id: str


class Node(Payload):
    """A row of ``/api/content/contentnode/``. duration is in seconds; thumbnail is an address on this server."""

    id: HexId
    content_id: HexId
    title: str
    kind: str
    description: str | None = None
    author: str | None = None
    duration: int | None = None
    lang: Language | None = None
    tags: list[str] = []
    thumbnail: str | None = None
    modality: str | None = None


class NodePage(Payload):
    """The paged form (given when ``max_results`` is). more: the next page's query, null at the end."""

    more: dict[str, str] | None
    results: list[dict[str, Any]]


class AssignedNode(Payload):
    """What the class summary says of a content node: also of nodes that are not (or no longer) on the device."""

    node_id: HexId
    content_id: HexId
    title: str
    kind: str


class Person(Payload):
    id: HexId


class Group(Payload):
    id: HexId
    member_ids: list[HexId]


class LessonResource(Payload):
    contentnode_id: HexId
    content_id: HexId


class Assigned(Payload):
    """What lessons and quizzes share. assignments: classes and groups; learner_ids: learners named one by one."""

    title: str
    active: bool
    assignments: list[HexId]
    learner_ids: list[HexId] = []
    date_created: str | None = None


class Lesson(Assigned):
    id: HexId
    description: str = ""
    resources: list[LessonResource]


class Exam(Assigned):
    """A quiz. The id of a draft is a number."""

    id: HexId | int
    question_count: int
    archive: bool = False
    draft: bool = False
    date_activated: str | None = None


class ContentStatus(Payload):
    """One learner's standing in one piece of content; content_id, not node id, since copies share it."""

    learner_id: HexId
    content_id: HexId
    status: str
    last_activity: str | None = None


class ExamStatus(Payload):
    """One learner's latest try of one quiz."""

    learner_id: HexId
    exam_id: HexId
    status: str
    last_activity: str | None = None
    num_correct: float | None = None
    num_answered: int | None = None


class ClassSummary(Payload):
    """``/coach/api/classsummary/<class>/``: everything about a class, **with every learner's progress**."""

    id: HexId
    name: str
    learners: list[Person]
    groups: list[Group] = []
    lessons: list[Lesson]
    exams: list[Exam]
    content: list[AssignedNode]
    content_learner_status: list[ContentStatus]
    exam_learner_status: list[ExamStatus]


P = TypeVar("P", bound=Payload)


def parsed(shape: type[P], value: Any, operation: str) -> P:
    """Raises BadAnswer that names the place and the rule broken, never a value."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in problem["loc"]) or "answer"
        raise BadAnswer(f"not what Kolibri 0.19 sends: {problem['type']}", sample=place, operation=operation) from None
