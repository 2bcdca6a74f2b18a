"""Recommended: what may be worth the reader's time, and why. Never what is enrolled, assigned or done."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.records import Capability
from portal.home.cards import Card, about, platform_names
from portal.home.reader import Reader
from portal.home.section import Section, SectionOptions, Words
from portal.learner_view import LearnerView, Need, RecommendationItem
from portal.ranking.rank import OWN_SOURCE, Reason, ReasonCode


class Recommended(Section[RecommendationItem]):
    key = "recommended"
    needs = frozenset({Need.RECOMMENDATIONS, Need.ENROLMENTS, Need.ASSIGNMENTS})
    fed_by = frozenset({Capability.RECOMMENDATIONS, Capability.CATALOGUE})
    first_row = 3
    Options = SectionOptions

    def words(self, reader: Reader) -> Words:
        return Words(reader.say("Recommended for you"), reader.say("Suggestions grow with you"),
                     reader.say("Begin or finish something, and what fits next appears here – always with the reason."))

    def items(self, view: LearnerView, reader: Reader) -> Sequence[RecommendationItem]:
        """Every source's first choice, then every source's second; the platform's own word before ours."""
        taken = {item.resource_id for item in view.enrolments} | {item.resource_id for item in view.assignments}
        chosen: dict[int, RecommendationItem] = {}
        for item in sorted(view.recommendations, key=_order):
            if item.resource_id not in taken:
                chosen.setdefault(item.resource_id, item)
        return tuple(chosen.values())

    def cards(self, items: Sequence[RecommendationItem], view: LearnerView, reader: Reader) -> tuple[Card, ...]:
        names = platform_names(view)
        return tuple(_card(item, names.get(item.seen.connection_id, ""), reader) for item in items)


def _is_ours(item: RecommendationItem) -> bool:
    return item.recommendation.source == OWN_SOURCE


def _order(item: RecommendationItem) -> tuple[int, bool, int, int]:
    return item.recommendation.rank, _is_ours(item), item.seen.connection_id, item.seen.id


def _card(item: RecommendationItem, platform: str, reader: Reader) -> Card:
    reason, quoted = _reason(item, platform, reader)
    return Card(about=about(item.resource, item.resource_id, platform, reader), reason=reason, reason_quoted=quoted)


def _reason(item: RecommendationItem, platform: str, reader: Reader) -> tuple[str, bool]:
    """The sentence, and whether it is the platform's own."""
    if _is_ours(item):
        return reason_words(Reason.parse(item.recommendation.reason), reader), False
    if item.recommendation.reason:
        return item.recommendation.reason, True
    return reader.say("{platform} suggests this", platform=platform), False


def reason_words(reason: Reason, reader: Reader) -> str:
    match reason.code:
        case ReasonCode.TOPIC:
            return reader.say("Because you learn about {topic}", topic=reason.parameter)
        case ReasonCode.POPULAR:
            return reader.say("Many of your colleagues learn this")
        case ReasonCode.LANGUAGE:
            name = reader.locale.languages.get(reason.parameter.split("-", 1)[0].lower(), reason.parameter)
            return reader.say("Available in {language}", language=name)
        case ReasonCode.SHORT:
            return reader.say("Done in one sitting")
        case ReasonCode.VENDOR:
            return reader.say("{platform} suggests this", platform=reason.parameter)
        case ReasonCode.NEW:
            return reader.say("New in the catalogue")
        case ReasonCode.OPEN:
            return reader.say("Open to everybody here")
