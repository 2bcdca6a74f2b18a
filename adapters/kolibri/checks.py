"""Trying a connection, step by step, in words an admin can act on."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.contract import CheckStep, Outcome, _
from adapters.errors import PlatformError
from adapters.kolibri.access import Access
from adapters.kolibri.payloads import SessionState

TESTED = "0.19"


def steps(access: Access) -> Iterator[CheckStep]:
    """Address, version, account and role, the password trap, users, classes. Raises nothing a platform can cause."""
    name = _("Address")
    try:
        server = access.server()
        yield _server_step(name, server.application)
        if server.application != "kolibri":
            return
        yield _version_step(server.kolibri_version)
        name = _("Account and role")
        state = access.sign_in()
        yield _role_step(name, state)
        name = _("Facility")
        yield _facility_step(name, access, access.facility_of(state))
        name = _("Users")
        page = access.users(1, operation="facilityuser", member_of=access.facility_of(state), page_size="1")
        yield CheckStep(name=name, outcome=Outcome.OK, meaning=f"{_n(page.count, 'user', 'users')} can be matched")
        name = _("Classes")
        yield _classes_step(name, access, access.facility_of(state))
    except PlatformError as error:
        yield CheckStep(name=name, outcome=Outcome.FAILED, meaning=error.reason,
                        remedy=error.remedy or _("Check the address and that Kolibri is running, then try again."))


def _server_step(name: str, application: str) -> CheckStep:
    if application == "kolibri":
        return CheckStep(name=name, outcome=Outcome.OK, meaning=_("a Kolibri server answers"))
    return CheckStep(name=name, outcome=Outcome.FAILED, meaning=_("something answers, but it is not Kolibri"),
                     remedy=_("Enter the address at which people open Kolibri."))


def _version_step(version: str) -> CheckStep:
    name = _("Version")
    if version.startswith(f"{TESTED}."):
        return CheckStep(name=name, outcome=Outcome.OK, meaning=version[:20])
    return CheckStep(name=name, outcome=Outcome.WARNING, meaning=f"{version[:20]}, tested with {TESTED}",
                     remedy=_("It may work; compare one learner's page here and in Kolibri."))


def _role_step(name: str, state: SessionState) -> CheckStep:
    role = ", ".join(sorted(state.kind))
    if {"superuser", "admin"}.isdisjoint(state.kind) and "classroom assignable coach" in state.kind:
        return CheckStep(name=name, outcome=Outcome.WARNING, meaning=f"{role}: reads the classes assigned to it only",
                         remedy=_("Make it a facility coach, or assign it every class whose learners use the portal."))
    return CheckStep(name=name, outcome=Outcome.OK, meaning=role)


def _facility_step(name: str, access: Access, facility_id: str) -> CheckStep:
    """The formal preset lets learners in without a password, and then Kolibri accepts any password for them."""
    facility = next((f for f in access.facilities() if f.id == facility_id), None)
    if facility is None:
        return CheckStep(name=name, outcome=Outcome.SKIPPED, meaning=_("the server does not list this facility"))
    if facility.learner_can_login_with_no_password:
        return CheckStep(
            name=name, outcome=Outcome.WARNING,
            meaning=_("learners sign in to Kolibri without a password, so anybody can act in a learner's name and "
                      "progress read here proves little"),
            remedy=_("In Kolibri, Facility > Settings, require passwords for learners."))
    return CheckStep(name=name, outcome=Outcome.OK, meaning=facility.name[:100])


def _classes_step(name: str, access: Access, facility: str) -> CheckStep:
    classes = access.classes(facility)
    if not classes:
        return CheckStep(name=name, outcome=Outcome.WARNING, meaning=_("there is no class this account may read"),
                         remedy=_("Create a class in Kolibri and enrol learners; lessons are given to classes."))
    access.summary(classes[0])
    return CheckStep(name=name, outcome=Outcome.OK,
                     meaning=f"{_n(len(classes), 'class', 'classes')}; progress of one was read")


def _n(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
