"""What Nordwind is made of, as literal data: sites, names, and the catalogues of its learning platforms."""

from __future__ import annotations
