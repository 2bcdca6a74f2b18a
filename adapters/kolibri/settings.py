"""What an admin enters to connect a Kolibri."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from adapters.contract import _
from adapters.settings import BaseUrl, ConnectionSettings, Secret, Text, field


def _facility_id(value: Any) -> Any:
    """An empty form field means none; hyphens and capitals, as some pages show ids, are accepted."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace("-", "").lower()
    if text and (len(text) != 32 or not set(text) <= set("0123456789abcdef")):
        raise ValueError("a facility's id has 32 hexadecimal digits; leave it empty if there is only one facility")
    return text or None


class KolibriSettings(ConnectionSettings):
    base_url: BaseUrl = field(_("Address"), _("The address people open Kolibri at."),
                              example="https://kolibri.example.org")
    username: Annotated[Text, Field(min_length=1)] = field(
        _("Username"), _("An account made for this portal. A facility coach is enough; a learner is not."),
        example="homeroom")
    password: Secret = field(_("Password"), _("That account's password, without spaces."))
    learner_key: Literal["username", "id_number"] = field(
        _("Match learners by"), _("Kolibri keeps no e-mail address, so a learner is found by username (upper and lower "
                                  "case count as the same) or by the identifier an administrator typed in."),
        default="username")
    facility: Annotated[str | None, BeforeValidator(_facility_id)] = field(
        _("Facility id"), _("Only needed where one server holds several facilities."), default=None, advanced=True)
