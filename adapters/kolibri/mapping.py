"""From Kolibri's payloads to records. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urljoin

from adapters.kolibri.payloads import (
    AssignedNode,
    ClassSummary,
    ContentStatus,
    Exam,
    ExamStatus,
    Lesson,
    Node,
    User,
)
from adapters.records import (
    Account,
    Assignment,
    Enrolment,
    Identifier,
    LearningResource,
    Notice,
    Origin,
    ResourceType,
    Status,
)
from adapters.text import SUMMARY_LIMIT, plain, web_address
from adapters.times import from_iso

_TYPES = {
    "video": ResourceType.VIDEO, "audio": ResourceType.AUDIO, "document": ResourceType.DOCUMENT,
    "slideshow": ResourceType.DOCUMENT, "exercise": ResourceType.EXERCISE, "quiz": ResourceType.EXERCISE,
    "topic": ResourceType.PATH,
}
_STATUSES = {
    "NotStarted": (Status.NOT_STARTED, 0.0), "Started": (Status.IN_PROGRESS, None),
    "HelpNeeded": (Status.IN_PROGRESS, None), "Completed": (Status.COMPLETED, 1.0),
}
SUMMARY = "classsummary"


@dataclass(slots=True)
class Reading:
    """One learner's records out of one or more classes; a resource met twice stands here once."""

    resources: dict[str, LearningResource] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    warnings: list[Notice] = field(default_factory=list)


def account(user: User, key: str) -> Account:
    """key: the fact that matched, ``username`` or ``id_number``."""
    return Account(external_id=user.id, display_name=plain(user.full_name) or plain(user.username), matched_by=key,
                   matched_value=value_of(user, key), origin=Origin(f"facilityuser[id={user.id}]"))


def value_of(user: User, key: str) -> str:
    return (user.username if key == "username" else user.id_number or "").strip()


def same(asked: str, found: str, key: str) -> bool:
    """Kolibri compares usernames without case (its own sign-in does); identifiers are free text, compared as typed."""
    if key == "username":
        return asked.strip().casefold() == found.casefold()
    return asked.strip() == found


def resource(node: Node, base: str) -> LearningResource:
    """A content node. Kolibri's texts are plain, not escaped; markup in them is meant literally."""
    return LearningResource(
        external_id=node.id, title=plain(node.title), url=node_url(base, node.id, node.kind),
        type=resource_type(node.kind, node.modality), summary=plain(node.description, SUMMARY_LIMIT),
        language=node.lang.id if node.lang else None,
        duration=timedelta(seconds=node.duration) if node.duration else None,
        image_url=web_address(urljoin(f"{base}/", node.thumbnail)) if node.thumbnail else None,
        provider=plain(node.author), topics=tuple(plain(tag) for tag in node.tags),
        identifiers=_identifiers(node.id, node.content_id), open_to_all=True,
        origin=Origin(f"contentnode[id={node.id}]"),
    )


def resource_type(kind: str, modality: str | None = None) -> ResourceType:
    """kind: le_utils content kinds. HTML5, H5P and ZIM can hold anything, so they are OTHER."""
    if kind == "topic" and modality == "COURSE":
        return ResourceType.COURSE
    return _TYPES.get(kind, ResourceType.OTHER)


def node_url(base: str, node_id: str, kind: str) -> str:
    """Routes of Kolibri's learn page. Without a language in the path Kolibri forwards to the learner's own."""
    return f"{base}/learn/#/topics/{'t' if kind == 'topic' else 'c'}/{node_id}"


def nodes_met(summary: ClassSummary, learner: str) -> set[str]:
    """Ids of the content nodes this learner's records will mention."""
    started = {s.content_id for s in summary.content_learner_status if s.learner_id == learner}
    lessons = {r.contentnode_id for lesson in _lessons(summary, learner) for r in lesson.resources}
    return lessons | {c.node_id for c in summary.content if c.content_id in started}


def read_class(summary: ClassSummary, learner: str, nodes: Mapping[str, Node], base: str, into: Reading) -> None:
    """Add one class's records of one learner. Rows of all other learners are left out before anything else.

    nodes: details by id; a node that is not on the device is missing there and cannot be opened.
    """
    own = [s for s in summary.content_learner_status if s.learner_id == learner and _known(s, into)]
    for status in own:
        for content in summary.content:
            if content.content_id == status.content_id:
                into.resources[content.node_id] = _content(content, nodes, base)
                into.enrolments[content.node_id] = _enrolment(content, status, summary.id)
    standing = {s.content_id: _status(s.status) for s in own}
    for lesson in _lessons(summary, learner):
        _read_lesson(lesson, summary, standing, nodes, base, into)
    tries = {s.exam_id: s for s in summary.exam_learner_status if s.learner_id == learner}
    for exam in _exams(summary, learner):
        _read_exam(exam, summary, tries.get(str(exam.id)), base, into)


def _assigned(item: Lesson | Exam, summary: ClassSummary, learner: str) -> bool:
    groups = {g.id for g in summary.groups if learner in g.member_ids}
    return learner in item.learner_ids or not {summary.id, *groups}.isdisjoint(item.assignments)


def _lessons(summary: ClassSummary, learner: str) -> Iterable[Lesson]:
    """Lessons a coach has made visible, with something in them."""
    return (x for x in summary.lessons if x.active and x.resources and _assigned(x, summary, learner))


def _exams(summary: ClassSummary, learner: str) -> Iterable[Exam]:
    return (x for x in summary.exams if x.active and not x.draft and _assigned(x, summary, learner))


def _read_lesson(lesson: Lesson, summary: ClassSummary, standing: Mapping[str, Status], nodes: Mapping[str, Node],
                 base: str, into: Reading) -> None:
    """A lesson of one resource is an assignment about that resource; a longer one is a path of its own."""
    url = f"{base}/learn/#/classes/{summary.id}/lesson/{lesson.id}"
    origin = f"{SUMMARY}[id={summary.id}].lessons[id={lesson.id}]"
    content = {c.node_id: c for c in summary.content}
    only = content.get(lesson.resources[0].contentnode_id) if len(lesson.resources) == 1 else None
    if only is not None:
        about = into.resources[only.node_id] = _content(only, nodes, base)
    else:
        about = into.resources[lesson.id] = LearningResource(
            external_id=lesson.id, title=plain(lesson.title), url=url, type=ResourceType.PATH,
            summary=plain(lesson.description, SUMMARY_LIMIT), origin=Origin(origin))
    status = _of_parts([standing.get(r.content_id, Status.NOT_STARTED) for r in lesson.resources])
    title = plain(lesson.title)
    into.assignments[lesson.id] = Assignment(
        external_id=lesson.id, resource_id=about.external_id, required=True, status=status,
        assigned_at=from_iso(lesson.date_created), title=title if title != about.title else None,
        url=url if url != about.url else None, assigned_by=plain(summary.name),
        origin=Origin(origin, "assigned when the lesson was created: Kolibri keeps no other moment"))


def _of_parts(parts: list[Status]) -> Status:
    if all(part is Status.COMPLETED for part in parts):
        return Status.COMPLETED
    return Status.NOT_STARTED if all(part is Status.NOT_STARTED for part in parts) else Status.IN_PROGRESS


def _read_exam(exam: Exam, summary: ClassSummary, latest: ExamStatus | None, base: str, into: Reading) -> None:
    """A quiz a coach has closed (archived) stays only for who handed it in: nobody else can do anything about it."""
    status = _status(latest.status) if latest and _known(latest, into) else Status.NOT_STARTED
    if exam.archive and status is not Status.COMPLETED:
        return
    exam_id, done = str(exam.id), status is Status.COMPLETED
    origin = Origin(f"{SUMMARY}[id={summary.id}].exams[id={exam_id}]")
    place = f"{base}/learn/#/classes/{summary.id}"
    into.resources[exam_id] = LearningResource(
        external_id=exam_id, title=plain(exam.title), url=f"{place}/exam/{exam_id}/0", type=ResourceType.EXERCISE,
        origin=origin)
    into.assignments[exam_id] = Assignment(
        external_id=exam_id, resource_id=exam_id, required=True, status=status,
        assigned_at=from_iso(exam.date_activated), assigned_by=plain(summary.name), origin=origin)
    if latest is not None and status is not Status.NOT_STARTED:
        into.enrolments[exam_id] = Enrolment(
            external_id=exam_id, resource_id=exam_id, status=status,
            progress=1.0 if done else _share(latest.num_answered, exam.question_count),
            score=_share(latest.num_correct, exam.question_count) if done else None,
            last_activity_at=from_iso(latest.last_activity),
            launch_url=f"{place}/examReport/{exam_id}/0/0/0" if done else None,
            origin=Origin(f"{SUMMARY}[id={summary.id}].exam_learner_status[exam_id={exam_id}]",
                          "the latest try; progress is answered questions over all"))


def _enrolment(content: AssignedNode, status: ContentStatus, class_id: str) -> Enrolment:
    meaning, progress = _STATUSES[status.status]
    return Enrolment(
        external_id=content.node_id, resource_id=content.node_id, status=meaning, progress=progress,
        last_activity_at=from_iso(status.last_activity),
        origin=Origin(f"{SUMMARY}[id={class_id}].content_learner_status[content_id={content.content_id}]",
                      f"{status.status}; coaches are not told the share" if progress is None else status.status))


def _content(content: AssignedNode, nodes: Mapping[str, Node], base: str) -> LearningResource:
    if node := nodes.get(content.node_id):
        return resource(node, base)
    return LearningResource(
        external_id=content.node_id, title=plain(content.title), type=resource_type(content.kind), open_to_all=True,
        identifiers=_identifiers(content.node_id, content.content_id),
        origin=Origin(f"{SUMMARY}.content[node_id={content.node_id}]", "not on this device, so it has no address"))


def _identifiers(node_id: str, content_id: str) -> tuple[Identifier, ...]:
    """content_id names the same content in every channel and on every Kolibri."""
    return (Identifier("provider_id", content_id),) if content_id != node_id else ()


def _known(row: ContentStatus | ExamStatus, into: Reading) -> bool:
    if row.status in _STATUSES:
        return True
    into.warnings.append(Notice("unknown_status", "Kolibri sent a status this adapter does not know; left out",
                                plain(row.status, 40)))
    return False


def _status(word: str) -> Status:
    return _STATUSES.get(word, (Status.NOT_STARTED, None))[0]


def _share(part: float | None, whole: int) -> float | None:
    return None if part is None or whole <= 0 else min(max(part / whole, 0.0), 1.0)
