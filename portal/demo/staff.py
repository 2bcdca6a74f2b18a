"""Who works at Nordwind: five people with a story, and more than three hundred around them. The same at every start."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from adapters.world import Person
from portal.demo.catalogue.sites import ROLES, SHARES, SITES, Site

MAIL_DOMAIN = "nordwind.example"
ADMIN_GROUP, PRODUCT_GROUP, EVERYBODY_GROUP = "homeroom-admins", "homeroom-product", "nordwind-all"
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ø": "o", "ı": "i", "đ": "d"})


class Story(StrEnum):
    """What one finds when signing in as one of the five."""

    MUCH = "much"
    NOTHING = "nothing"
    OVERDUE = "overdue"
    ADMIN = "admin"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """language: BCP 47. zone: IANA. years: how long with the company."""

    username: str
    email: str
    id_number: str
    given_name: str
    family_name: str
    language: str
    zone: str
    country: str
    city: str
    department: str
    role: str
    years: int
    groups: tuple[str, ...] = (EVERYBODY_GROUP,)
    story: Story | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def on_a_platform(self) -> Person:
        return Person(username=self.username, email=self.email, id_number=self.id_number, name=self.name,
                      language=self.language)


WHAT_ONE_SEES: dict[Story, str] = {
    Story.MUCH: "a learner with much: courses on every platform, something due today, badges",
    Story.NOTHING: "a new learner with nothing yet",
    Story.OVERDUE: "a learner with overdue compulsory training",
    Story.ADMIN: "an L&D admin: connects and watches platforms",
    Story.PRODUCT: "a product manager: changes and tests the page",
}


def employees() -> tuple[Employee, ...]:
    """Everybody, the five with a story first. Names and addresses are unique."""
    return (*_with_a_story(), *_everybody_else())


def _with_a_story() -> Iterator[Employee]:
    told = (
        ("Amelie", "Clarke", "GB", "en", "Engineering", "Project engineer", 6, (), Story.MUCH),
        ("Jonas", "Weber", "DE", "de", "Warehouse", "Warehouse operative", 0, (), Story.NOTHING),
        ("Camille", "Laurent", "FR", "fr", "Transport", "Dispatcher", 4, (), Story.OVERDUE),
        ("Ingrid", "Lindqvist", "SE", "en", "People", "Head of learning", 9, (ADMIN_GROUP,), Story.ADMIN),
        ("Rafael", "Ortiz", "ES", "en", "IT", "Product manager", 3, (PRODUCT_GROUP,), Story.PRODUCT),
    )
    for number, (given, family, country, language, department, role, years, groups, story) in enumerate(told):
        site = next(s for s in SITES if s.country == country)
        yield _employee(given, family, site, 10_001 + number, language=language, department=department, role=role,
                        years=years, groups=(EVERYBODY_GROUP, *groups), story=story)


def _everybody_else() -> Iterator[Employee]:
    chance = Random("nordwind: staff")  # noqa: S311 – a believable company, not a secret
    number = 10_100
    taken = {_account_name(e.given_name, e.family_name) for e in _with_a_story()}
    for site in SITES:
        names = [(first, last) for first in site.first_names for last in site.last_names
                 if _account_name(first, last) not in taken]
        for given, family in chance.sample(names, site.people):
            taken.add(_account_name(given, family))
            department = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
            number += chance.randint(1, 9)
            yield _employee(given, family, site, number, language=site.language, department=department,
                            role=chance.choice(ROLES[department]),
                            years=min(chance.randint(0, 12), chance.randint(0, 25)))


def _employee(given: str, family: str, site: Site, number: int, *, language: str, department: str, role: str,
              years: int, groups: tuple[str, ...] = (EVERYBODY_GROUP,), story: Story | None = None) -> Employee:
    username = _account_name(given, family)
    return Employee(
        username=username, email=f"{username}@{MAIL_DOMAIN}", id_number=f"NW-{number}", given_name=given,
        family_name=family, language=language, zone=site.zone, country=site.country, city=site.city,
        department=department, role=role, years=years, groups=groups, story=story)


def _account_name(given: str, family: str) -> str:
    """``Jürgen De Vries`` → ``juergen.devries``, as the mail administrators do it."""
    text = f"{given}.{family}".lower().translate(_SPELT_OUT)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return ascii_text.replace(" ", "").replace("'", "")
