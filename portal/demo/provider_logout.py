"""Telling applications that somebody signed out at the demo identity provider (Back-Channel Logout 1.0 §2.4–2.5)."""

from __future__ import annotations

import logging
import secrets
import threading
from time import time

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from portal.demo.provider_memory import Memory, ProviderSession
from portal.demo.provider_protocol import ALGORITHM

EVENT = "http://schemas.openid.net/event/backchannel-logout"
log = logging.getLogger(__name__)


def logout_token(issuer: str, client_id: str, session: ProviderSession, key: RSAKey) -> str:
    now = int(time())
    return jwt.encode(
        {"alg": ALGORITHM, "kid": str(key.kid), "typ": "logout+jwt"},
        {"iss": issuer, "sub": session.person.subject, "sid": session.sid, "aud": client_id, "iat": now,
         "exp": now + 120, "jti": secrets.token_urlsafe(16), "events": {EVENT: {}}}, key)


def tell_applications(issuer: str, memory: Memory, session: ProviderSession, key: RSAKey) -> None:
    """Each in a thread of its own: a slow application keeps nobody waiting."""
    for client_id in sorted(session.applications):
        address = memory.applications[client_id].registered.back_channel_logout_uri
        if address:
            token = logout_token(issuer, client_id, session, key)
            threading.Thread(target=_deliver, args=(address, token), daemon=True, name="back-channel logout").start()


def _deliver(address: str, token: str) -> None:
    try:
        answer = requests.post(address, data={"logout_token": token}, timeout=5, allow_redirects=False)
    except requests.RequestException as error:
        log.warning("back-channel logout to %s failed: %s", address, type(error).__name__)
        return
    if answer.status_code not in (requests.codes.ok, requests.codes.no_content):
        log.warning("back-channel logout to %s was answered with HTTP %d", address, answer.status_code)
