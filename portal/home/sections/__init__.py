"""The sections there are, in the order the editor lists them. Adding one: its module, its template, one name here."""

from typing import Any

from portal.home.section import Section
from portal.home.sections.badges import Badges
from portal.home.sections.continue_learning import ContinueLearning
from portal.home.sections.due import DueSoon
from portal.home.sections.recommended import Recommended

SECTIONS: tuple[Section[Any], ...] = (ContinueLearning(), DueSoon(), Recommended(), Badges())
