"""Who can sign in to the demo, and which application may ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One employee of the demo company, as its identity provider knows them.

    subject: stable and opaque. locale: BCP 47. zone: IANA name. groups: what roles are made of.
    note: one line that says why this persona is worth trying; people with one get a button of their own.
    """

    subject: str
    email: str
    name: str
    given_name: str
    username: str
    id_number: str
    locale: str = "en"
    zone: str = "Europe/Berlin"
    groups: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClient:
    """A registered application. Addresses are compared exactly (RFC 9700 §4.1.3).

    back_channel_logout_uri: where signed logout tokens are sent, if the application wants them.
    """

    client_id: str
    client_secret: str
    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    back_channel_logout_uri: str | None = None
