"""What the IRIs of verbs, activity types and extensions mean here.

xAPI fixes no vocabulary but ``voided``. These come from ADL's vocabulary, the cmi5 specification §9.3, the video, audio
and virtual-classroom profiles, and what Ralph LRS models.
"""

from __future__ import annotations

from enum import Enum, auto

from adapters.records import ResourceType
from adapters.xapi.payloads import Result

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


class Meaning(Enum):
    """What a verb says about a learner's standing in an activity."""

    ENROLLED = auto()
    UNENROLLED = auto()
    BEGUN = auto()       # opened, or a new attempt began
    ACTIVE = auto()      # something went on, nothing was decided
    COMPLETED = auto()
    GRANTED = auto()     # the learning system, not the learner's doing, completed it
    FAILED = auto()


_ADL = "http://adlnet.gov/expapi/verbs/"
_CMI5 = "https://w3id.org/xapi/adl/verbs/"
_VIDEO = "https://w3id.org/xapi/video/verbs/"

VERBS: dict[str, Meaning] = {
    _ADL + "registered": Meaning.ENROLLED,
    "http://id.tincanapi.com/verb/unregistered": Meaning.UNENROLLED,
    **dict.fromkeys([_ADL + verb for verb in ("launched", "initialized", "attempted", "resumed")], Meaning.BEGUN),
    **dict.fromkeys([_ADL + verb for verb in (
        "experienced", "progressed", "interacted", "answered", "scored", "suspended", "exited", "terminated",
    )], Meaning.ACTIVE),
    **dict.fromkeys([_VIDEO + verb for verb in ("played", "paused", "seeked")], Meaning.ACTIVE),
    "http://id.tincanapi.com/verb/viewed": Meaning.ACTIVE,
    _CMI5 + "abandoned": Meaning.ACTIVE,    # a session broke off (cmi5 §9.3.6); the learner may go on
    **dict.fromkeys([_ADL + verb for verb in ("completed", "passed", "mastered", "attended")], Meaning.COMPLETED),
    _CMI5 + "satisfied": Meaning.GRANTED,
    _CMI5 + "waived": Meaning.GRANTED,
    _ADL + "failed": Meaning.FAILED,
}

_ACTIVITIES = "http://adlnet.gov/expapi/activities/"

TYPES: dict[str, ResourceType] = {
    **dict.fromkeys([_ACTIVITIES + kind for kind in ("course", "module", "lesson")], ResourceType.COURSE),
    **dict.fromkeys(
        [_ACTIVITIES + kind for kind in ("assessment", "performance", "simulation")], ResourceType.EXERCISE),
    **dict.fromkeys([_ACTIVITIES + kind for kind in ("file", "link")], ResourceType.DOCUMENT),
    _ACTIVITIES + "meeting": ResourceType.EVENT,
    _ACTIVITIES + "media": ResourceType.OTHER,      # text, audio or video: the type does not tell
    "https://w3id.org/xapi/cmi5/activitytype/course": ResourceType.COURSE,
    "https://w3id.org/xapi/cmi5/activitytype/block": ResourceType.COURSE,
    "https://w3id.org/xapi/video/activity-type/video": ResourceType.VIDEO,
    "https://w3id.org/xapi/audio/activity-type/audio": ResourceType.AUDIO,
    "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom": ResourceType.EVENT,
    "https://w3id.org/xapi/acrossx/activities/webpage": ResourceType.DOCUMENT,
    "http://id.tincanapi.com/activitytype/document": ResourceType.DOCUMENT,
    "http://id.tincanapi.com/activitytype/webinar": ResourceType.EVENT,
}

NEVER_A_RESOURCE = frozenset([
    *(_ACTIVITIES + kind for kind in ("attempt", "cmi.interaction", "interaction", "objective", "profile", "question")),
    "http://id.tincanapi.com/activitytype/lms",
    "http://id.tincanapi.com/activitytype/software-application",
    "http://id.tincanapi.com/activitytype/source",
])

_PROGRESS_SCALES = {
    "https://w3id.org/xapi/cmi5/result/extensions/progress": 100,   # whole per cent, cmi5 §9.5.5
    "https://w3id.org/xapi/video/extensions/progress": 1,           # a share, video profile §2.5.4.4
}


def progress_in(result: Result | None) -> float | None:
    """0.0 to 1.0, or None: xAPI has no progress of its own, and the scale is known per extension, never guessed."""
    extensions = (result.extensions if result else None) or {}
    for iri, whole in _PROGRESS_SCALES.items():
        said = extensions.get(iri)
        if isinstance(said, (int, float)) and not isinstance(said, bool) and 0 <= said <= whole:
            return said / whole
    return None


def score_in(result: Result | None) -> float | None:
    """The scaled score, 0.0 to 1.0. xAPI allows −1 to 1 (Data §2.4.5.1); a negative one has no place in a share."""
    scaled = result.score.scaled if result and result.score else None
    return scaled if scaled is not None and 0 <= scaled <= 1 else None
