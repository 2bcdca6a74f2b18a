"""How does a session end? By the person here, or by the provider, through its server or through the browser.

OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0 and Front-Channel Logout 1.0.
"""

from __future__ import annotations

from portal.services import Services
from portal.signin.failures import SignInFailed
from portal.signin.relying_party import RelyingParty
from portal.store import audit, sessions
from portal.store.sessions import SignedIn

LONGEST_TOKEN = 20_000


def sign_out(services: Services, provider: RelyingParty, signed_in: SignedIn) -> str | None:
    """End the session here first; then, where to go so that the provider's ends too (None: nowhere)."""
    with services.database.write() as tx:
        id_token = sessions.id_token_of(tx, signed_in.id_hash)
        sessions.end(tx, signed_in.id_hash)
        audit.record(tx, services.clock(), f"learner:{signed_in.learner.id}", "session.ended",
                     details={"by": "learner"})
    return provider.end_session_url(id_token)


def back_channel(services: Services, provider: RelyingParty, token: str) -> int:
    """Obey a logout token; returns how many sessions ended. Raises SignInFailed when it is not a good one.

    By ``sid`` only the sessions from that one session at the provider end, otherwise all of the subject's (§2.7).
    An unknown one is no error: there is nothing left to do.
    """
    if not token or len(token) > LONGEST_TOKEN:
        raise SignInFailed("token_unreadable", "no token, or a very long one")
    order = provider.logout_order(token)
    issuer, now = services.settings.issuer, services.clock()
    with services.database.write() as tx:
        if not sessions.spend(tx, f"{issuer} {order.token_id}", order.expires_at, now):
            raise SignInFailed("jti", "this token was used before")
        if order.sid is not None:
            ended = sessions.end_by_sid(tx, issuer, order.sid)
        else:
            ended = sessions.end_by_subject(tx, issuer, order.subject or "")
        audit.record(tx, now, "provider", "session.ended", details={"by": "back channel", "sessions": ended})
    return ended


def front_channel(services: Services, issuer: str, sid: str) -> int:
    """The provider shows our page in a hidden frame and names one of its sessions (Front-Channel Logout §2).

    No cookie takes part: a browser may send none into a frame. Returns how many sessions ended.
    """
    if issuer != services.settings.issuer or not sid:
        return 0
    with services.database.write() as tx:
        ended = sessions.end_by_sid(tx, issuer, sid)
        if ended:
            audit.record(tx, services.clock(), "provider", "session.ended",
                         details={"by": "front channel", "sessions": ended})
    return ended
