"""The tables and their queries: the only place that knows SQL. Hands records and plain values back."""

from __future__ import annotations
