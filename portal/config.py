"""Settings: typed, with default and help. The environment is read here and nowhere else.

Every setting is an environment variable ``HOMEROOM_<NAME>``; ``docs/operating.md`` lists them from this class.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

PREFIX = "HOMEROOM_"


class SettingsError(Exception):
    """The environment cannot be used; the text names the variable and what to do."""


class Settings(BaseModel):
    """How this installation runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str = Field("http://127.0.0.1:8000", description="The public address of the portal, without a path.")
    database: str = Field("sqlite:///var/homeroom.sqlite", description="SQLAlchemy address of the database: "
                          "sqlite:///path or postgresql+psycopg://user:password@host/name.")
    data_folder: Path = Field(Path("var"), description="Folder for caches; created readable by its owner only.")
    secret_key: SecretStr = Field(description="At least 32 random characters: signs tokens and, unless vault_keys is "
                                  "set, encrypts secrets. Make one with: python3 -c 'import secrets; "
                                  "print(secrets.token_urlsafe(32))'", min_length=32)
    vault_keys: SecretStr | None = Field(None, description="Keys that encrypt platform secrets, newest first: "
                                         "id:key,id:key. Old ones stay readable.")
    issuer: str = Field(description="The identity provider's issuer, exactly as it writes it.")
    client_id: str = Field(description="Homeroom's client id at the identity provider.")
    client_secret: SecretStr = Field(description="Homeroom's client secret at the identity provider.")
    roles_claim: str = Field("groups", description="The claim that lists a person's groups.")
    admin_groups: str = Field("", description="Groups whose members are L&D admins, comma separated.")
    product_manager_groups: str = Field("", description="Groups whose members are product managers, comma separated.")
    id_number_claim: str = Field("employee_id", description="The claim with the personnel number.")
    insecure_loopback: bool = Field(False, description="Allow http and loopback addresses for the identity provider: "
                                    "demo and tests only.")
    refresh: Literal["threads", "off"] = Field("threads", description="threads: refresh inside this process; off: "
                                               "somebody else does it.")
    refresh_threads: int = Field(4, ge=1, le=64, description="How many refreshes run at once in one process.")
    refresh_minutes: int = Field(30, ge=1, le=1440, description="How old a learner's data may become while the learner "
                                 "is active.")
    session_idle_minutes: int = Field(8 * 60, ge=5, le=7 * 24 * 60, description="It ends after this long unused.")
    session_hours: int = Field(12, ge=1, le=24 * 7, description="A session ends after this long in any case.")
    default_language: str = Field("en", description="Language for people whose language is unknown.")
    default_zone: str = Field("Europe/Berlin", description="Time zone for people whose zone is unknown (IANA name).")
    organisation: str = Field("Homeroom", description="The name people see in the header.")

    @field_validator("base_url", "issuer")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be a whole address such as https://learn.example.com")
        return value

    @field_validator("base_url")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if urlsplit(value).path not in ("", "/"):
            raise ValueError("must not have a path")
        return value.rstrip("/")

    @property
    def secure(self) -> bool:
        """True when the portal is served over https (cookies are then ``__Host-`` and Secure)."""
        return self.base_url.startswith("https://")

    def groups_of(self, names: str) -> frozenset[str]:
        return frozenset(name.strip() for name in names.split(",") if name.strip())

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsError with one line per problem; never repeats a value."""
        values = {key.removeprefix(PREFIX).lower(): value for key, value in environ.items() if key.startswith(PREFIX)}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            lines = []
            for problem in error.errors(include_input=False, include_url=False, include_context=False):
                name = str(problem["loc"][0])
                info = cls.model_fields.get(name)
                what = "is not a setting" if info is None else problem["msg"].removeprefix("Value error, ")
                lines.append(f"{PREFIX}{name.upper()}: {what}" + (f" – {info.description}" if info else ""))
            raise SettingsError("\n".join(lines)) from None
