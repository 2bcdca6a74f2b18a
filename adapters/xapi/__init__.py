"""xAPI: any learning record store that speaks 1.0.3 or 2.0 (IEEE 9274.1.1)."""

from adapters.xapi.adapter import ADAPTER

__all__ = ["ADAPTER"]
