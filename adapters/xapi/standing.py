"""One learner's standing in one activity, from statements replayed in the order in which things happened.

A completion is never taken away: not by a visit afterwards, not by a failed attempt, not by leaving the course.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from adapters.records import Status
from adapters.xapi.payloads import Result
from adapters.xapi.vocabulary import Meaning, progress_in, score_in


@dataclass(slots=True)
class Standing:
    """decided_by: id of the statement that gave the status. decisions: what was not obvious, for the trail."""

    status: Status = Status.NOT_STARTED
    progress: float | None = None
    score: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    last_activity_at: datetime | None = None
    decided_by: str = ""
    decisions: list[str] = field(default_factory=list)

    def take(self, statement_id: str, meaning: Meaning | None, at: datetime, result: Result | None) -> None:
        """Apply the next statement about the activity itself. meaning: None for a verb nobody here knows."""
        self.decided_by = self.decided_by or statement_id
        was = self.status
        meaning = self._with_completion(meaning, result)
        self._measure(meaning, result)
        match meaning:
            case Meaning.ENROLLED if was is Status.WITHDRAWN:
                self.status = Status.IN_PROGRESS if self.started_at else Status.NOT_STARTED
            case Meaning.UNENROLLED if was is not Status.COMPLETED:
                self.status = Status.WITHDRAWN
            case Meaning.BEGUN:
                self._begin(at)
                if was is not Status.COMPLETED:
                    self.status = Status.IN_PROGRESS
            case Meaning.ACTIVE:
                self.touch(statement_id, at)
            case Meaning.COMPLETED | Meaning.GRANTED:
                self._complete(meaning, at)
            case Meaning.FAILED:
                self._fail(at)
            case _:
                pass
        if self.status is not was:
            self.decided_by = statement_id

    def touch(self, statement_id: str, at: datetime) -> None:
        """Something went on, here or in a part: starts what was not started, reopens nothing that had ended."""
        self._begin(at)
        if self.status is Status.NOT_STARTED:
            self.status, self.decided_by = Status.IN_PROGRESS, statement_id

    def _with_completion(self, meaning: Meaning | None, result: Result | None) -> Meaning | None:
        """``result.completion`` says it plainly (Data §2.4.5) and outweighs a verb that decides nothing."""
        completion = result.completion if result else None
        if completion and meaning in (None, Meaning.BEGUN, Meaning.ACTIVE):
            self._decide("completed because result.completion is true")
            return Meaning.COMPLETED
        if completion is False and meaning is Meaning.COMPLETED:
            self._decide("not completed although the verb says so: result.completion is false")
            return Meaning.ACTIVE
        return meaning

    def _measure(self, meaning: Meaning | None, result: Result | None) -> None:
        """Progress and score: the latest said; after completion progress stands and only a better score counts."""
        progress, score = progress_in(result), score_in(result)
        if self.status is Status.COMPLETED:
            if score is not None and (self.score is None or score > self.score):
                self.score = score
            return
        self.score = self.score if score is None else score
        if progress is not None:
            self.progress = progress
        elif meaning in (Meaning.COMPLETED, Meaning.GRANTED) and self.progress not in (None, 1.0):
            self._decide(f"progress of {self.progress:.0%} dropped: it was said before the completion")
            self.progress = None

    def _begin(self, at: datetime) -> None:
        if self.last_activity_at is None:       # what went on before without a beginning began at an unknown moment
            self.started_at = at
        self.last_activity_at = at

    def _complete(self, meaning: Meaning, at: datetime) -> None:
        if meaning is Meaning.GRANTED:
            if self.status is not Status.COMPLETED:
                self._decide("completed by the learning system (satisfied or waived)")
        else:
            self.last_activity_at = at
        self.status = Status.COMPLETED
        self.completed_at = self.completed_at or at

    def _fail(self, at: datetime) -> None:
        self.last_activity_at = at
        if self.status is Status.COMPLETED:
            self._decide("a later failed attempt does not take the completion away")
        else:
            self.status = Status.FAILED

    def _decide(self, text: str) -> None:
        if text not in self.decisions:
            self.decisions.append(text)
