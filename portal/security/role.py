"""What may somebody do here? Known to all, also where there is no web framework."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """ADMIN: the L&D team, who connect platforms. PRODUCT_MANAGER: who shapes the page."""

    LEARNER = "learner"
    ADMIN = "admin"
    PRODUCT_MANAGER = "product_manager"
