"""Open Badges: a backpack or a list of badges, each one verified."""

from adapters.open_badges.adapter import OpenBadges

ADAPTER = OpenBadges
