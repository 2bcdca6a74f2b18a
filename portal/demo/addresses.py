"""Where the parts of the demo listen: three ports in a row on this machine.

An origin differs by its port, so the three are foreign to each other as they would be in a company. Cookies do not
know ports (RFC 6265 §8.5): the three share one jar, so each uses cookie names of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.demo.readiness import HOST


@dataclass(frozen=True, slots=True)
class Addresses:
    port: int

    @property
    def portal(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def identity_provider(self) -> str:
        return f"http://{HOST}:{self.port + 1}"

    @property
    def platforms(self) -> str:
        return f"http://{HOST}:{self.port + 2}"
