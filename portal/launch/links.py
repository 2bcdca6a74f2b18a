"""May a learner be sent there? Only an http(s) address on one of the connection's own hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.text import web_address


def allowed(url: str | None, launch_hosts: frozenset[str]) -> str | None:
    """The address, or None. launch_hosts: ``name`` or ``name:port`` as they stand in an address, lower case.

    A vendor's answer is not trusted to choose the host: a mistaken or hostile link must not leave from our page.
    """
    address = web_address(url)
    if address is None:
        return None
    return address if urlsplit(address).netloc.lower() in launch_hosts else None
