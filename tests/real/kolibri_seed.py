"""Fills a freshly provisioned Kolibri. Run by Kolibri's own Python with KOLIBRI_HOME set; prints the ids as JSON.

Content and progress are written through Kolibri's models, since neither needs files on disk to be reported on; users
come in by Kolibri's CSV import, as an administrator would do it.
"""

import json
import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from kolibri.main import initialize

initialize(skip_update=True)

from django.core.management import call_command  # noqa: E402 – Django's models exist only after initialize()
from django.utils.dateparse import parse_datetime  # noqa: E402
from kolibri.core.auth.models import (  # noqa: E402
    AdHocGroup,
    Classroom,
    Facility,
    FacilityUser,
    LearnerGroup,
)
from kolibri.core.content.models import ChannelMetadata, ContentNode, ContentTag, Language  # noqa: E402
from kolibri.core.exams.models import Exam, ExamAssignment  # noqa: E402
from kolibri.core.lessons.models import Lesson, LessonAssignment  # noqa: E402
from kolibri.core.logger.models import (  # noqa: E402
    AttemptLog,
    ContentSessionLog,
    ContentSummaryLog,
    MasteryLog,
)

YESTERDAY, TODAY = parse_datetime("2026-11-22T08:00:00Z"), parse_datetime("2026-11-23T09:30:00Z")


def hex_id(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"kolibri-seed/{name}").hex


def content() -> dict[str, ContentNode]:
    channel, root = hex_id("channel"), hex_id("root")
    french = Language.objects.create(id="fr", lang_code="fr", lang_name="Français", lang_direction="ltr")
    top = ContentNode.objects.create(id=root, title="Canal & école", content_id=hex_id("root content"), kind="topic",
                                     channel_id=channel, available=True)
    ChannelMetadata.objects.create(id=channel, name="Canal & école", root=top, version=1)
    nodes = {}
    for name, kind, title, more in (
        ("video", "video", "Video <1>", {"duration": 300, "author": "Ada L."}),
        ("document", "document", "Leçon & document", {"lang": french, "description": "Un texte."}),
        ("exercise", "exercise", "Exercise 3", {}),
        ("audio", "audio", "Audio only for Alice", {}),
        ("app", "html5", "An app", {}),
        ("coach", "document", "For coaches only", {"coach_content": True}),
        ("gone", "video", "Not on this device", {"available": False}),
    ):
        nodes[name] = ContentNode.objects.create(
            id=hex_id(name), content_id=hex_id(f"{name} content"), channel_id=channel, parent=top, kind=kind,
            title=title, **{"available": True, **more})
    nodes["video"].tags.add(ContentTag.objects.create(id=hex_id("tag"), tag_name="science"))
    return nodes


def lesson(title: str, classroom: Classroom, by: FacilityUser, nodes: list[ContentNode], *to: object,
           active: bool = True) -> str:
    resources = [{"contentnode_id": n.id, "content_id": n.content_id, "channel_id": n.channel_id} for n in nodes]
    made = Lesson.objects.create(title=title, description="Beschrijving", collection=classroom, created_by=by,
                                 is_active=active, resources=resources)
    for collection in to or (classroom,):
        LessonAssignment.objects.create(lesson=made, collection=collection, assigned_by=by)
    return made.id


def quiz(title: str, classroom: Classroom, by: FacilityUser, exercise: ContentNode, *to: object,
         **state: object) -> Exam:
    questions = [{"exercise_id": exercise.id, "question_id": hex_id(f"q{n}"), "title": "Q", "counter_in_exercise": n}
                 for n in (1, 2)]
    made = Exam.objects.create(
        title=title, collection=classroom, creator=by, question_count=2, data_model_version=3, seed=1,
        question_sources=[{"section_id": hex_id("section"), "section_title": "", "description": "",
                           "resource_pool": [], "questions": questions, "question_count": 2,
                           "learners_see_fixed_order": False}],
        **{"active": True, "date_activated": TODAY, **state})
    for collection in to or (classroom,):
        ExamAssignment.objects.create(exam=made, collection=collection, assigned_by=by)
    return made


def progress(user: FacilityUser, node: ContentNode, share: float) -> None:
    ContentSummaryLog.objects.create(
        user=user, content_id=node.content_id, channel_id=node.channel_id, kind=node.kind, progress=share,
        start_timestamp=YESTERDAY, end_timestamp=YESTERDAY, time_spent=123.5,
        completion_timestamp=YESTERDAY if share == 1 else None)


def attempt(user: FacilityUser, exam: Exam, marks: list[int], *, complete: bool) -> None:
    """A try of a quiz: one answered question per mark."""
    times = {"start_timestamp": YESTERDAY, "end_timestamp": TODAY}
    summary = ContentSummaryLog.objects.create(user=user, content_id=exam.id, kind="quiz", time_spent=60,
                                               progress=1 if complete else 0, **times)
    session = ContentSessionLog.objects.create(user=user, content_id=exam.id, kind="quiz", visitor_id=hex_id("visitor"),
                                               **times)
    mastery = MasteryLog.objects.create(user=user, summarylog=summary, mastery_level=-1, complete=complete, **times)
    for number, mark in enumerate(marks):
        AttemptLog.objects.create(user=user, masterylog=mastery, sessionlog=session, item=hex_id(f"item {number}"),
                                  correct=mark, complete=True, answer={}, **times)


def main(csv_file: str) -> None:
    facility = Facility.get_default_facility()
    call_command("bulkimportusers", csv_file, verbosity=0)
    people = {user.username: user for user in FacilityUser.objects.all()}
    first, second = (Classroom.objects.get(name=name) for name in ("Class A & B", "Class C"))
    admin, alice, bob = people["admin"], people["alice"], people["bob"]
    group = LearnerGroup.objects.create(name="Bob's group", parent=first)
    group.add_learner(bob)
    only_alice = AdHocGroup.objects.create(name="Ad hoc", parent=first)
    only_alice.add_learner(alice)

    nodes = content()
    trio = [nodes["video"], nodes["document"], nodes["exercise"]]
    lessons = {
        "class": lesson("Lesson & één", first, admin, trio),
        "inactive": lesson("Inactive lesson", first, admin, [nodes["video"]], active=False),
        "group": lesson("Group lesson", first, admin, [nodes["app"]], group),
        "alice": lesson("Just for Alice", first, admin, [nodes["audio"]], only_alice),
        "second": lesson("Second class", second, admin, [nodes["gone"]]),
    }
    quizzes = {
        "done": quiz("Quiz 1", first, admin, nodes["exercise"]),
        "open": quiz("Quiz 2", first, admin, nodes["exercise"]),
        "bob": quiz("Quiz for Bob", first, admin, nodes["exercise"], group),
    }
    progress(alice, nodes["video"], 1.0)
    progress(alice, nodes["document"], 0.5)
    progress(bob, nodes["video"], 0.3)
    progress(bob, nodes["app"], 1.0)
    attempt(alice, quizzes["done"], [1, 0], complete=True)
    attempt(alice, quizzes["open"], [1], complete=False)
    attempt(bob, quizzes["bob"], [1, 1], complete=True)
    ids = {
        "facility": facility.id,
        "people": {name: user.id for name, user in people.items()},
        "classes": {"first": first.id, "second": second.id},
        "nodes": {name: node.id for name, node in nodes.items()},
        "lessons": lessons,
        "quizzes": {name: exam.id for name, exam in quizzes.items()},
    }
    Path(sys.argv[2]).write_text(json.dumps(ids), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
