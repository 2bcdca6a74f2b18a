"""The last step before the wire: guarded addresses, one deadline over everything, bounded bodies.

It sits below any ``requests.Session``, cached or not, so a cache hit costs no quota and no limit can be bypassed.
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from io import BytesIO
from time import monotonic
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from adapters.answer import Limits, bounded_body
from adapters.egress import EgressPolicy, resolve
from adapters.errors import BadAnswer, PlatformError, TimedOut, Unreachable

_CHATTY = ("urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry")
_DECODED = ("content-encoding", "transfer-encoding", "content-length")
# OpenSSL, x509_vfy.h: X509_V_ERR_*
_CERTIFICATE_FAILURES = {
    9: "is not valid yet", 10: "has expired", 18: "is self-signed", 19: "comes from an unknown authority",
    20: "comes from an unknown authority", 21: "comes without its intermediate certificate", 23: "was revoked",
    62: "is for another host name", 64: "is for another address",
}
_TLS_FAILURES = {
    "UNSUPPORTED_PROTOCOL": "TLS: the platform offers only versions older than 1.2",
    "TLSV1_ALERT_PROTOCOL_VERSION": "TLS: the platform offers only versions older than 1.2",
    "WRONG_VERSION_NUMBER": "TLS: the platform does not speak TLS at this port",
}


class _Call:
    """One call under one deadline (``trust.md`` F07–F09: a per-read timeout is none).

    A timer shuts the socket down when the time is over, wherever the call then is: in the status line, between two
    headers, in the middle of the body.
    """

    def __init__(self, policy: EgressPolicy, limits: Limits) -> None:
        self.policy, self.limits = policy, limits
        self._end = monotonic() + limits.total_seconds
        self._connection: HTTPConnection | None = None
        self._timer = threading.Timer(limits.total_seconds, self._abort)
        self._timer.daemon = True
        self._timer.start()

    @property
    def remaining(self) -> float:
        return self._end - monotonic()

    def watch(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def check(self) -> None:
        if self.remaining <= 0:
            raise self.timed_out()

    def timed_out(self) -> TimedOut:
        return TimedOut(f"deadline: no complete answer within {self.limits.total_seconds:g} s")

    def close(self) -> None:
        self._timer.cancel()

    def _abort(self) -> None:
        sock = self._connection.sock if self._connection else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


_current: ContextVar[_Call] = ContextVar("current platform call")


class _SaysNothing(logging.Filter):
    """urllib3 logs whole addresses, and a query may carry a secret. While one of our calls runs it says nothing; what
    happened is in the typed error. Other users of urllib3 in this process keep their log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _current.get(None) is None


_says_nothing = _SaysNothing()


class _StrictResponse(http.client.HTTPResponse):
    """Headers that were cut short or cannot be parsed are an error, not an answer without headers."""

    def begin(self) -> None:
        super().begin()
        _current.get().check()
        if self.headers.defects or self.headers.get_payload():
            raise ConnectionResetError("headers cut")


class _Guarded:
    """Mixed into urllib3's connections: resolve once, check every answer, connect to exactly that address."""

    def _new_conn(self) -> socket.socket:
        connection = cast(HTTPConnection, self)
        call = _current.get()
        port = connection.port or 0
        refused: OSError | None = None
        for family, ip in resolve(connection.host, port, call.policy, min(call.remaining, 5.0)):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(max(0.01, min(call.limits.connect_seconds, call.remaining)))
                sock.connect((ip, port))
                sock.settimeout(max(0.01, call.remaining))
            except OSError as error:
                sock.close()
                refused = error
                continue
            return sock
        if isinstance(refused, TimeoutError):
            raise TimedOut(f"connect timeout {call.limits.connect_seconds:g} s")
        raise Unreachable("refused: nothing accepts connections at this address and port")

    def request(self, *args: Any, **kwargs: Any) -> None:
        _current.get().watch(cast(HTTPConnection, self))
        super().request(*args, **kwargs)  # type: ignore[misc]


class _HTTP(_Guarded, HTTPConnection):
    response_class = _StrictResponse


class _HTTPS(_Guarded, HTTPSConnection):
    response_class = _StrictResponse


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class GuardedTransport(HTTPAdapter):
    """A requests transport that obeys a policy and limits and raises PlatformError only.

    before_call: asked for permission before each real call; may raise RateLimited. cookies: keep what the platform
    sets; off where answers are stored, since a cookie is a credential.
    """

    def __init__(self, policy: EgressPolicy, limits: Limits, before_call: Callable[[], None], *,
                 cookies: bool = True) -> None:
        self._policy, self._limits, self._before_call, self._cookies = policy, limits, before_call, cookies
        super().__init__(max_retries=0)
        for name in _CHATTY:
            logging.getLogger(name).addFilter(_says_nothing)    # adding the same filter again changes nothing

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: requests.PreparedRequest, stream: bool = False,
             timeout: float | tuple[float, float] | tuple[float, None] | None = None,
             verify: bool | str = True, cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
             proxies: Mapping[str, str] | None = None) -> requests.Response:
        self._before_call()
        call = _Call(self._policy, self._limits)
        token = _current.set(call)
        try:
            response = super().send(request, stream=True, timeout=self._limits.total_seconds, verify=verify, cert=cert)
            with contextlib.closing(response.raw):
                call.check()
                body = bounded_body(response.raw, response.headers, self._limits, call.check)
        except PlatformError:
            raise
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise (call.timed_out() if call.remaining <= 0 else _typed(error)) from None
        finally:
            _current.reset(token)
            call.close()
        return _whole(response, body, self._cookies)


def _whole(response: requests.Response, body: bytes, cookies: bool) -> requests.Response:
    """The same response with its body in memory and already decoded, so that no layer above decodes it again."""
    dropped = _DECODED if cookies else (*_DECODED, "set-cookie")
    headers = {k: v for k, v in response.headers.items() if k.lower() not in dropped}
    # requests reads Set-Cookie from the original, and nowhere else
    received = response.raw._original_response if cookies else None
    if not cookies:
        response.cookies.clear()
    response.raw = urllib3.HTTPResponse(BytesIO(body), headers=headers, status=response.status_code,
                                        preload_content=False, request_url=response.url, original_response=received)
    response.headers = requests.structures.CaseInsensitiveDict(headers)
    response._content = body
    return response


def _typed(error: Exception) -> PlatformError:
    """A library's exception as one of ours, with a reason that names no address and no secret."""
    for cause in _causes(error):
        match cause:
            case PlatformError():
                return cause
            case ssl.SSLCertVerificationError():
                return _certificate_refused(cause)
            case ssl.SSLError():
                return Unreachable(_TLS_FAILURES.get(cause.reason or "", "TLS: no secure connection could be agreed"))
            case TimeoutError():
                return TimedOut("connect timeout")
            case ConnectionResetError() | BrokenPipeError():
                return Unreachable("incomplete: the platform closed the connection in the middle")
            case _:
                pass
    names = {type(cause).__name__ for cause in _causes(error)}
    sizes = [str(cause) for cause in _causes(error) if type(cause) is ValueError]
    if any(size.startswith("invalid literal for int") and not size.endswith("b''") for size in sizes):
        return BadAnswer("bad framing: this is not valid HTTP")     # http.client's way to say: a chunk without a size
    if names & {"IncompleteRead", "RemoteDisconnected"}:
        return Unreachable("incomplete: the platform closed the connection in the middle")
    if names & {"InvalidChunkLength", "BadStatusLine", "InvalidHeader", "LineTooLong", "HTTPException"}:
        return BadAnswer("bad framing: this is not valid HTTP")
    return Unreachable(f"no usable connection ({type(error).__name__})")


def _certificate_refused(error: ssl.SSLCertVerificationError) -> Unreachable:
    """OpenSSL's verdict, named by its number: its text would repeat the platform's host name."""
    reason = _CERTIFICATE_FAILURES.get(error.verify_code, f"is not accepted (OpenSSL {error.verify_code})")
    return Unreachable(f"TLS: the certificate {reason}",
                       remedy="Have the platform's certificate renewed or corrected, or add your company's CA.")


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and everything it wraps: causes, contexts and exceptions passed as arguments."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < 20:
        current = waiting.pop(0)
        if current in found:
            continue
        found.append(current)
        nested = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        waiting.extend(item for item in nested if isinstance(item, BaseException))
    return found
