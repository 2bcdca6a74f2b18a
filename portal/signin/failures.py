"""Why a sign-in did not complete. The learner is told that it did not; the reason is for the audit log."""

from __future__ import annotations


class SignInFailed(Exception):
    """reason: stable, for machines (``nonce``, ``issuer_mismatch`` …). detail: for the admin, without tokens."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class ProviderUnavailable(SignInFailed):
    """The identity provider does not answer, or not with anything usable. Trying again later may help."""
