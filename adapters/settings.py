"""The field types every adapter's settings are made of, so that the same word, help and check appear everywhere.

A settings model subclasses ConnectionSettings; its fields become the admin's form, the command line's ``--setting``
and ``--secret`` names, and the documentation. Secrets are ``SecretStr``: never printed, never exported.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def field(label: str, help: str, *, example: str = "", advanced: bool = False, **constraints: Any) -> Any:
    """A setting with the words an admin needs. help says where to find the value. Both are gettext ids."""
    return Field(title=label, description=help, examples=[example] if example else None,
                 json_schema_extra={"advanced": advanced}, **constraints)


def _base_url(value: str) -> str:
    """An http(s) address without credentials, query or fragment; the trailing slash is dropped."""
    text = value.strip()
    if any(c.isspace() or ord(c) < 0x20 for c in text):
        raise ValueError("the address contains a space or a control character; paste it again")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("give the whole address, e.g. https://learning.example.com")
    if parts.username or parts.password:
        raise ValueError("leave user name and password out of the address; they have fields of their own")
    if parts.query or parts.fragment:
        raise ValueError("give the address without anything after ? or #")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("the port must be a number up to 65535") from None
    return text.rstrip("/")


def _secret_text(value: Any) -> Any:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    text = text.strip()
    if not text:
        raise ValueError("the secret is empty")
    if any(c.isspace() or ord(c) < 0x20 for c in text):
        raise ValueError("the secret contains a space or a line break; copy it again")
    return text


def _header_text(value: str) -> str:
    if any(ord(c) < 0x20 for c in value):
        raise ValueError("control characters are not allowed")
    return value.strip()


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Secret = Annotated[SecretStr, BeforeValidator(_secret_text)]
Text = Annotated[str, AfterValidator(_header_text)]
LearnerKey = Literal["email", "id_number", "username"]


class ConnectionSettings(BaseModel):
    """Base of every adapter's settings. Unknown names are errors: a misspelt setting must never be silent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def secret_names(cls) -> frozenset[str]:
        return frozenset(name for name, info in cls.model_fields.items()
                         if SecretStr in _members(info.annotation))


def _members(annotation: Any) -> set[Any]:
    """The types inside an annotation, so that ``SecretStr | None`` counts as a secret too."""
    inner = getattr(annotation, "__args__", ())
    return {annotation}.union(*[_members(part) for part in inner]) if inner else {annotation}
