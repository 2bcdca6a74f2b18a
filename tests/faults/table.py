"""The 44 faults: how the platform misbehaves, and what learner, admin, store and breaker must see.

A fault may come in several forms; all of them are run. Where a form says ``kind``, the refresh fails with it and the
store must not change; where it says ``then``, the answer is good or only partly bad and ``then`` looks closer.
"""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.answer import Limits
from adapters.records import Status
from portal.home import freshness
from portal.quota import Lane
from portal.store import guards
from tests.adapters.wire import ok
from tests.faults import addresses, zoo
from tests.faults.addresses import HOST, Authority, NameServer
from tests.faults.bench import SHORT, Bench
from tests.faults.zoo import Asked, Fault, Platform, an_item, status
from tests.home.dom import parsed

Misbehaviour = Callable[[Bench], None]
Look = Callable[[Bench, str], None]
"""Looks closer after the refresh; the text is the situation."""


def nothing_more(_bench: Bench, _situation: str) -> None:
    return


@dataclass(frozen=True, kw_only=True)
class Form:
    """kind, reason: type of the failure and the beginning of what the admin reads. lines: in the log, for the change
    of state. again: a second refresh is let through, so that the log can be counted."""

    misbehave: Misbehaviour
    kind: str | None = None
    reason: str = ""
    then: Look = nothing_more
    lines: int = 1
    again: bool = True


@dataclass(frozen=True)
class Fault44:
    id: str
    what: str
    forms: tuple[Form, ...]


COUNTS = frozenset({"Unreachable", "TimedOut", "BadAnswer", "CredentialsRefused", "BlockedAddress", "WrongLearner"})
"""Kinds that count against the platform."""


def failing(kind: str, reason: str, fault: Fault, **more: Any) -> Form:
    """The platform's answers are wrong."""
    return Form(misbehave=says(fault), kind=kind, reason=reason, **more)


def stricken(kind: str, reason: str, misbehave: Misbehaviour, **more: Any) -> Form:
    """More is wrong than the platform's answers."""
    return Form(misbehave=misbehave, kind=kind, reason=reason, **more)


def good(fault: Fault, then: Look) -> Form:
    """The refresh succeeds all the same."""
    return Form(misbehave=says(fault), then=then, lines=0)


def changed(misbehave: Misbehaviour, then: Look) -> Form:
    """The refresh succeeds, and what the platform holds is strange."""
    return Form(misbehave=misbehave, then=then, lines=0)


def says(fault: Fault, limits: Limits | None = None) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        bench.platform.fault = fault
        bench.limits = limits or bench.limits
    return misbehave


# --- before HTTP ----------------------------------------------------------------------------------------------------


def refused(bench: Bench) -> None:
    bench.move_to(bench.stack.enter_context(addresses.refusing()))


def swallowed(bench: Bench) -> None:
    bench.limits = SHORT
    bench.move_to(bench.stack.enter_context(addresses.black_hole()))


def no_such_name(bench: Bench) -> None:
    NameServer(addresses.unknown).install(bench.monkeypatch)
    bench.move_to(f"https://{HOST}")


def slow_names(bench: Bench) -> None:
    bench.limits = SHORT
    until = threading.Event()
    bench.stack.callback(until.set)
    bench.name_server = NameServer(addresses.hanging(until))
    bench.name_server.install(bench.monkeypatch)
    bench.move_to(f"https://{HOST}")


def slow_names_hold_one_thread(bench: Bench, situation: str) -> None:
    for _ in range(6):
        bench.refresh()
        bench.clock.forward(minutes=1)
    assert bench.name_server is not None
    assert bench.name_server.asked == 1, "one search at a time, however often the platform is asked"
    if situation == "one-of-six":
        before = bench.source(2).succeeded_at
        bench.refresh(2)
        assert bench.source(2).failure is None
        assert bench.source(2).succeeded_at != before


def flips_to(ip: str, *, allow_private: bool) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        """A connect to the new address would fail the test: nothing but loopback may be called."""
        NameServer(addresses.at(ip)).install(bench.monkeypatch)
        bench.move_to(f"http://{HOST}:{bench.zoo.wire.base.rsplit(':', 1)[1]}")
        bench.change(allow_private=allow_private)
    return misbehave


def stopped_and_audited(bench: Bench, _situation: str) -> None:
    assert len(bench.audited()) == 1
    assert bench.connection().refused_version == bench.connection().credentials_version
    calls = len(bench.platform.asked)
    assert bench.refresh() is None
    assert len(bench.platform.asked) == calls


def tls(authority: Authority, **certificate: Any) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        bench.move_to(bench.stack.enter_context(authority.serving(bench.zoo.answer, bench.monkeypatch, **certificate)))
    return misbehave


def no_fallback(bench: Bench, _situation: str) -> None:
    assert bench.platform.asked == [], "nothing was asked over a connection that is not trusted"


def well_over_tls(bench: Bench, _situation: str) -> None:
    assert len(bench.shown()) == 8
    assert bench.platform.asked, "the same server with a good certificate is read"


# --- quotas and refusals --------------------------------------------------------------------------------------------


def paused_for(seconds: int) -> Look:
    def look(bench: Bench, _situation: str) -> None:
        until = bench.clock() + timedelta(seconds=seconds)
        assert bench.connection().not_before == until
        calls = len(bench.platform.asked)
        bench.platform.fault = None
        bench.clock.forward(seconds=seconds - 0.5)
        assert bench.refresh() is None, "nobody asks before the moment the platform named"
        assert len(bench.platform.asked) == calls
        bench.clock.forward(seconds=1)
        assert bench.refresh() is not None
        assert bench.state() == freshness.Fresh(bench.clock())
    return look


def storm(bench: Bench) -> None:
    bench.change(calls_per_minute=60)
    with bench.database.write() as tx:
        for _ in range(39):
            assert guards.spend(tx, bench.faulty, Lane.INTERACTIVE, bench.clock()) is None
    bench.platform.fault = zoo.always(status("429 Too Many Requests"))


def halves_and_recovers(bench: Bench, _situation: str) -> None:
    """Of forty calls in a minute the last was refused: twenty from now on, and a tenth more every minute."""
    paused_for(60)(bench, "")
    later = [timedelta(minutes=m, seconds=5) for m in (1, 9, 120)]      # what was spent meanwhile has left the minute
    assert [bench.calls_allowed(after) for after in later] == [24, 52, 60]


def nobody_else_tries(bench: Bench, _situation: str) -> None:
    calls = len(bench.platform.asked)
    assert bench.refresh(learner=bench.second_learner()) is None
    assert bench.refresh() is None
    assert len(bench.platform.asked) == calls
    bench.platform.fault = None
    bench.change(credentials_version=2)
    assert bench.refresh() is not None
    assert bench.state() == freshness.Fresh(bench.clock())


def only_this_learner(bench: Bench, _situation: str) -> None:
    assert bench.shown() == {}, "kept and not shown"
    bench.refresh(learner=bench.second_learner())
    with bench.database.read() as tx:
        rows = tx.exec_driver_sql("SELECT count(*) FROM enrolment JOIN learner ON learner.id = learner_id "
                                  "WHERE username = 'bob'").scalar_one()
    assert rows == 8
    bench.platform.fault = None
    bench.clock.forward(minutes=1)
    bench.refresh()
    assert len(bench.shown()) == 8


def asked_again_tomorrow(bench: Bench, situation: str) -> None:
    assert bench.source().next_at == bench.clock() + timedelta(hours=24)
    assert bench.source().linked is False
    only_this_learner(bench, situation)


# --- content --------------------------------------------------------------------------------------------------------


def json_of(text: str | bytes, content_type: bytes = b"application/json", more: bytes = b"") -> Fault:
    return zoo.learning(ok(text.encode() if isinstance(text, str) else text, content_type, more))


def items(change: Callable[[list[dict[str, Any]], Asked], list[dict[str, Any]]]) -> Fault:
    return zoo.sheet(lambda sheet, asked: {**sheet, "items": change(sheet["items"], asked)})


def holding(*held: dict[str, Any]) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        bench.platform.items = [dict(item) for item in held] or bench.platform.items
    return misbehave


def all_eight(bench: Bench, _situation: str) -> None:
    assert bench.shown().keys() == {an_item(1, n)["id"] for n in range(1, 9)}
    assert bench.state() == freshness.Fresh(bench.clock())


def titled(title: str) -> Look:
    def look(bench: Bench, situation: str) -> None:
        all_eight(bench, situation)
        assert {item.resource.title for item in bench.shown().values()} == {title}
    return look


def all_called(title: str, encoding: str, declared: str) -> Fault:
    def fault(asked: Asked, platform: Platform) -> list[bytes] | None:
        if asked.path != "learning":
            return None
        sheet = platform.sheet(asked)
        sheet["items"] = [{**item, "title": title} for item in sheet["items"]]
        return [ok(json.dumps(sheet, ensure_ascii=False).encode(encoding), f"application/json{declared}".encode())]
    return fault


def forty_become_none(bench: Bench) -> None:
    """In a warm situation the forty are read first: nine under way, the others finished."""
    if bench.shown():
        bench.platform.items = [an_item(1, n) for n in range(1, 41)]
        bench.refresh()
        assert len(bench.shown()) == 40
        bench.clock.forward(minutes=1)
    bench.platform.items = []


def believed_on_second_sight(bench: Bench, situation: str) -> None:
    if situation == "cold":
        assert bench.state() == freshness.Empty(bench.clock())
        return
    assert len(bench.shown()) == 40
    assert (bench.warnings(), bench.ledger()["complete"]) == ({"shrink_guard"}, False)
    bench.clock.forward(minutes=8)
    bench.refresh()
    assert len(bench.shown()) == 40, "not yet ten minutes"
    bench.clock.forward(minutes=2)
    bench.refresh()
    assert len(bench.shown()) == 31, "what is finished stays"
    assert sum(bool(row["archived_at"]) for row in bench.stored()) == 9, "archived, not deleted"


def little_was_read(bench: Bench, _situation: str) -> None:
    assert bench.zoo.wire.sent < 32_000_000, "the rest of the 300 MB was never taken"


HOSTILE = "\x00Fire \u202eytefas\u202c z" + "\u0335\u0489\u20dd" * 40 + " \U0001f9ef " + "x" * 1_000_000


def cleaned(bench: Bench, situation: str) -> None:
    all_eight(bench, situation)
    for item in bench.shown().values():
        title = item.resource.title
        assert title.startswith("Fire ytefas z")
        assert "\U0001f9ef" in title
        assert len(title) <= 200
        assert not set(title) & {"\x00", "\u202e", "\u202c"}
        assert sum(c in "\u0335\u0489\u20dd" for c in title) <= 2
    page = parsed(bench.get("/?all=continue"))
    assert all(link.children[0].tag == "bdi"                                    # type: ignore[union-attr]
               for card in page.all("li", class_="course") for link in card.all("a"))


XSS = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "<a href='javascript:alert(1)' hx-get='/x'>",
       "{{ 7*7 }}${7*7}", "</title><svg onload=alert(1)>", "' autofocus onfocus='alert(1)", "-->", "]]>")
LINKS = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "//evil.example/x", "vbscript:x",
         "https://user:pw@evil.example/", "https://evil.example/\" onclick=\"x", "file:///etc/passwd", "/relative")


def inert(bench: Bench, situation: str) -> None:
    shown = bench.shown()
    known = {None} if situation == "cold" else {f"https://campus.example/c/{n}" for n in range(1, 9)}
    assert {item.resource.url for item in shown.values()} == known, "a bad link is none, and replaces no good one"
    page = parsed(bench.get("/?all=continue"))
    titles = [card.all("bdi")[1].text for card in page.all("li", class_="course")]
    assert set(titles) >= set(XSS), "shown as the text it is"
    for element in page.all():
        assert not [name for name in element.attributes if name.startswith("on")]
        assert not element.attributes.get("href", "").startswith(("javascript:", "data:", "vbscript:", "file:"))
        assert element.tag != "script" or element.attributes.get("src", "").startswith("/static/")
        assert "src" not in element.attributes or element.attributes["src"].startswith("/")
    for card in page.all("li", class_="course"):
        assert not [n for e in card.all() for n in e.attributes if n.startswith("hx-")]
    for item in shown.values():
        answer = bench.client.get(f"/go/resource/{item.resource_id}")
        assert answer.status_code == 404, "a card without a link leads nowhere"


def warned(code: str, then: Look = all_eight) -> Look:
    def look(bench: Bench, situation: str) -> None:
        assert code in bench.warnings()
        then(bench, situation)
    return look


def once(bench: Bench, _situation: str) -> None:
    assert bench.shown()[_NEW["id"]].resource.title == "Newest"
    assert len(bench.shown()) == 8


def same_records(bench: Bench, situation: str) -> None:
    assert len(bench.shown()) == 8
    assert sorted(round((i.enrolment.progress or 0) * 100) for i in bench.shown().values()) == [
        10, 20, 30, 40, 50, 60, 70, 80]
    assert ("id_drift" in bench.warnings()) is (situation != "cold")
    assert len(bench.stored()) == 8


def respelled(bench: Bench) -> None:
    """Numbers that were text are numbers, and small letters are capital."""
    for item in bench.platform.items:
        item["id"] = int(item["id"]) if item["id"].isdigit() else item["id"].upper()


def without(name: str, *numbers: int) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        bench.platform.items = [{k: v for k, v in item.items() if k != name or n not in numbers}
                                for n, item in enumerate(bench.platform.items, 1)]
    return misbehave


def no_progress(bench: Bench, situation: str) -> None:
    """An optional field that is gone: the card stands without it, what was known is not taken back."""
    all_eight(bench, situation)
    known = None if situation == "cold" else 0.1
    assert bench.shown()[an_item(1, 1)["id"]].enrolment.progress == known


def one_left_out(bench: Bench, situation: str) -> None:
    assert bench.ledger()["warnings"][0]["sample"] == "items[1].title"
    assert bench.ledger()["complete"] is False
    assert len(bench.shown()) == (7 if situation == "cold" else 8), "an incomplete answer removes nothing"


def clock_at(**ahead: float) -> Misbehaviour:
    def misbehave(bench: Bench) -> None:
        moment = bench.clock() + timedelta(**ahead)
        bench.platform.items = [an_item(1, n, touched=moment.isoformat()) for n in range(1, 9)]
    return misbehave


def no_zone(bench: Bench) -> None:
    bench.platform.items = [an_item(1, n, touched="2026-11-20T11:30:00") for n in range(1, 9)]


def never_in_future(bench: Bench, situation: str) -> None:
    all_eight(bench, situation)
    for item in bench.shown().values():
        touched = item.enrolment.last_activity_at
        assert touched is not None
        assert touched <= bench.clock()
        assert item.seen.observed_at == bench.clock(), "our own clock says when it was read"
    assert not [line for line in bench.get("/?all=continue").splitlines() if " in 1 day" in line or "in 23" in line]


def of_stranger(asked: Asked, platform: Platform) -> list[bytes] | None:
    """A proxy gives ada's question the answer to somebody else's."""
    if asked.path != "learning":
        return None
    foreign = [an_item(1, n, id=f"foreign-{n}", title="FOREIGN") for n in range(1, 4)]
    return [zoo.said({"account": "acc-eve", "items": foreign, "next": None})]


def stranger_on_page_two(asked: Asked, platform: Platform) -> list[bytes] | None:
    return of_stranger(asked, platform) if asked.page == 2 else None


def alarm(bench: Bench, _situation: str) -> None:
    assert "FOREIGN" not in bench.get("/?all=continue")
    assert bench.connection().paused_at == bench.clock()
    (entry,) = bench.audited()
    assert entry.details["critical"] is True
    assert bench.refresh() is None, "the connection rests until somebody looks at it"


def progress_of(value: Any, expected: float, *, touched: str = "2026-11-19T10:00:00Z",
                cold: float | None = None) -> Form:
    """cold: what is shown where nothing was known before, if that differs."""
    def misbehave(bench: Bench) -> None:
        bench.platform.items[4] = an_item(1, 5, progress=value, touched=touched)

    def look(bench: Bench, situation: str) -> None:
        standing = bench.shown()[an_item(1, 5)["id"]].enrolment
        assert standing.progress == (cold if situation == "cold" and cold is not None else expected)
        assert (standing.status is Status.COMPLETED) == (standing.progress == 1.0)
        assert len(bench.shown()) == 8
    return changed(misbehave, look)


# --- slowness and silence of everybody ------------------------------------------------------------------------------


def page_is_there_meanwhile(bench: Bench, situation: str) -> None:
    """A refresh hangs at a platform that is slow but right: the page waits for nobody, and then everything is new."""
    bench.clock.forward(minutes=1)
    gate, asked = threading.Event(), threading.Event()

    def slow(question: Asked, platform: Platform) -> list[Any]:
        asked.set()
        return [gate, platform.well(question)]
    bench.platform.fault = slow
    before = bench.shown()
    running = threading.Thread(target=bench.refresh)
    running.start()
    try:
        assert asked.wait(20)
        assert bench.source().running
        bench.get()
        assert bench.shown() == before, "shown from the store meanwhile"
        _four_at_once(bench, situation)
    finally:
        gate.set()
        running.join(20)
    all_eight(bench, situation)


def _four_at_once(bench: Bench, situation: str) -> None:
    """The slow platform never takes more than four workers; the others are served."""
    assert bench.claims(5) == [True, True, True, False, False], "and one is running"
    if situation == "one-of-six":
        assert bench.refresh(2) is not None


def all_down(bench: Bench) -> None:
    """Every platform resets every connection, and we start again with nothing in memory."""
    for platform in bench.zoo.platforms.values():
        platform.fault = zoo.always(*zoo.RESET)
    bench.clock.forward(hours=1)
    bench.restart()


def no_storm(bench: Bench, situation: str) -> None:
    """Not one call more than one per platform; whoever signs in again and again makes it no worse."""
    everybody = 6 if situation == "one-of-six" else 1
    for _ in range(5):
        bench.sign_in_again()
        bench.run_all()
        bench.get()
    calls = [len(platform.asked) for platform in bench.zoo.platforms.values()]
    assert sum(calls) <= everybody * 6
    assert max(calls) <= 6
    for number in range(1, everybody + 1):
        assert bench.source(number).failure == "Unreachable"
        assert len(bench.shown(number)) == (0 if situation == "cold" else 8)


def the_table(authority: Authority) -> list[Fault44]:
    """All 44, in order."""
    u, d, b = "Unreachable", "TimedOut", "BadAnswer"
    one_gzip = gzip.compress(b" " * 40_000_000)
    rows: list[tuple[str, str, tuple[Form, ...]]] = [
        ("F01", "connection refused", (stricken(u, "refused: nothing accepts", refused),)),
        ("F02", "SYN black hole", (stricken(d, "connect timeout 0.2 s", swallowed),)),
        ("F03", "name unknown", (stricken(u, "name not found", no_such_name),)),
        ("F04", "name server hangs", (stricken(d, "DNS timeout", slow_names, then=slow_names_hold_one_thread),)),
        ("F05", "name flips to a private address", tuple(
            stricken("BlockedAddress", "blocked address", flips_to(ip, allow_private=allow), again=False,
                     then=stopped_and_audited)
            for ip, allow in (("10.0.0.8", False), ("127.0.0.1", False), ("169.254.169.254", True)))),
        ("F06", "TLS", (
            stricken(u, "TLS: the certificate has expired", tls(authority, days=-2), then=no_fallback),
            stricken(u, "TLS: the certificate is self-signed", tls(authority, self_signed=True), then=no_fallback),
            stricken(u, "TLS: the certificate is for another host name", tls(authority, host="other.example"),
                    then=no_fallback),
            stricken(u, "TLS: the platform offers only versions older than 1.2",
                    tls(authority, newest=ssl.TLSVersion.TLSv1_1), then=no_fallback),
            changed(tls(authority), well_over_tls))),
        ("F07", "never answers", (stricken(d, "deadline", says(zoo.always(30.0), SHORT)),)),
        ("F08", "headers drip", (
            stricken(d, "deadline", says(zoo.always(b"HTTP/1.1 200 OK\r\nX-A: ", *zoo.DRIP), SHORT)),)),
        ("F09", "body drips", (
            stricken(d, "deadline", says(zoo.always(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *zoo.DRIP),
                                         SHORT)),)),
        ("F10", "reset in mid-body", (failing(u, "incomplete", zoo.always(*zoo.RESET)),
                                      failing(u, "incomplete", zoo.page(2, *zoo.RESET)))),
        ("F11", "truncated", (
            failing(u, "incomplete", zoo.learning(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}")),
            failing(u, "incomplete", zoo.learning(b"HTTP/1.1 200 OK\r\nConte")))),
        ("F12", "bad chunks", (
            failing(b, "bad framing", zoo.always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")),
            failing(b, "bad framing", zoo.always(b"SSH-2.0-OpenSSH_9.2\r\n")))),
        ("F13", "5xx", tuple(
            failing(u, f"the platform answered HTTP {code}", zoo.always(status(f"{code} Oops")), then=asked_once)
            for code in (500, 502, 503, 504))),
        ("F14", "503 + Retry-After", (limited("503 Busy", "Retry-After: 120", seconds=120),)),
        ("F15", "429 + seconds", (limited("429 Slow", "Retry-After: 30", seconds=30),)),
        ("F16", "429 + date", (
            limited("429 Slow", "Retry-After: Fri, 20 Nov 2020 12:00:00 GMT", seconds=60),
            limited("429 Slow", "Retry-After: Fri, 20 Nov 2026 12:15:00 GMT", seconds=600),
            limited("429 Slow", "Retry-After: next tuesday", seconds=60),
            limited("429 Slow", "Retry-After: Sat, 20 Nov 2027 12:00:00 GMT", seconds=3600),
            limited("429 Slow", "Retry-After: 0", seconds=1))),
        ("F17", "429 storm", (
            stricken("RateLimited", "paused by the platform", storm, then=halves_and_recovers, again=False),)),
        ("F18", "401 from the start", (
            failing("CredentialsRefused", "the platform refused the credentials (HTTP 401)",
                    zoo.always(status("401 No")), again=False, then=nobody_else_tries),)),
        ("F19", "401 in mid-pagination", (
            failing("CredentialsRefused", "the platform refused the credentials (HTTP 401), on page 3",
                    zoo.page(3, status("401 No")), again=False),)),
        ("F20", "403 for one learner", (
            failing("Forbidden", "the platform refused this reading (HTTP 403)",
                    zoo.for_learner("ada", status("403 No")), then=only_this_learner, lines=0),)),
        ("F21", "404 for one learner", (
            failing("NotLinked", "no such account (HTTP 404)", zoo.for_learner("ada", status("404 No")),
                    then=asked_again_tomorrow, lines=0, again=False),)),
        ("F22", "410: account gone or merged", (
            failing("NotLinked", "no such account (HTTP 410)", zoo.for_learner("ada", status("410 Gone")),
                    then=asked_again_tomorrow, lines=0, again=False),)),
        ("F23", "redirect to the login page", (
            failing(b, "redirected to a sign-in page", zoo.always(zoo.redirect("/login/index.php")),
                    then=asked_once),)),
        ("F24", "redirect to a metadata address", (
            failing("BlockedAddress", "redirect blocked", zoo.always(zoo.redirect("http://169.254.169.254/latest")),
                    again=False, then=stopped_and_audited),)),
        ("F25", "redirect loop", (
            failing(b, "redirected elsewhere", lambda a, _p: [zoo.redirect(f"/p1/{a.path}")], then=asked_once),)),
        ("F26", "HTML with status 200", (
            failing(b, "not JSON: an HTML page (Back at 9)", zoo.always(
                ok(b"<html><title>Back at 9</title><p>token=1", b"text/html"))),
            failing(b, "not JSON: markup", zoo.always(ok(b"<!doctype html><title>Wi-Fi</title>"))))),
        ("F27", "broken JSON", (
            failing(b, "parse error at character", json_of('{"account": "acc-ada", "items": [')),
            failing(b, "parse error at character", json_of('{"account": "acc-ada", "items": [],}')),
            failing(b, "parse error at character", json_of("{'account': 'acc-ada', 'items': []}")),
            good(all_called("Byte-order mark", "utf-8-sig", ""), titled("Byte-order mark")))),
        ("F28", "no list", (
            failing(b, "empty answer where JSON was expected", json_of("")),
            failing(b, "schema: answer is not as expected (NoneType)", json_of("null")),
            failing(b, "schema: account is not as expected (dict)", json_of("{}")),
            failing(b, "schema: items is not as expected", json_of('{"account":"acc-ada","items":null,"next":null}')))),
        ("F29", "an empty list where 40 items were", (changed(forty_become_none, believed_on_second_sight),)),
        ("F30", "300 MB and bombs", (
            failing(b, "too large", zoo.endless(), then=little_was_read),
            failing(b, "too large", zoo.always(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n")),
            failing(b, "too large", json_of(one_gzip, more=b"Content-Encoding: gzip\r\n")))),
        ("F31", "parser limits", tuple(
            failing(b, "parse limits", json_of(text)) for text in (
                "[" * 100_000 + "]" * 100_000, "1" * 1_000_000, '{"account": NaN}', '{"account": 1e999}'))),
        ("F32", "charsets", (
            failing(b, "charset", all_called("Größe", "latin-1", "")),
            good(all_called("Größe", "latin-1", "; charset=ISO-8859-1"), titled("Größe")),
            good(all_called("Größe", "utf-8", "; charset=ISO-8859-1"), titled("Größe")),
            good(all_called("Größe", "utf-16", ""), titled("Größe")))),
        ("F33", "hostile text", (good(all_called(HOSTILE, "utf-8", ""), cleaned),)),
        ("F34", "scripts and links", (changed(holding(*(
            an_item(1, n, title=title, url=link) for n, (title, link) in enumerate(zip(XSS, LINKS, strict=True), 1))),
            inert),)),
        ("F35", "pagination loop", (
            good(zoo.sheet(lambda s, a: {**s, "next": s["next"] or "1"}), warned("pagination_loop", looped(4))),
            good(zoo.sheet(lambda s, a: {**s, "next": s["next"] or "3"}), warned("pagination_loop", looped(3))))),
        ("F36", "pagination shifts", (good(shifting, warned("duplicates")),)),
        ("F37", "duplicate ids", (
            good(items(newest_first), warned("duplicates", once)), good(items(newest_last), warned("duplicates", once)),
            good(items(newest_undated), warned("duplicates", once)))),
        ("F38", "ids drift", (changed(respelled, same_records),)),
        ("F39", "schema drift", (
            changed(without("progress", *range(1, 9)), no_progress),
            changed(without("title", 2), one_left_out),
            stricken(b, "schema: 2 of 8 items are not readable (items[1].title)", without("title", 2, 5)),
            stricken(b, "schema: 8 of 8 items are not readable", without("title", *range(1, 9))))),
        ("F40", "clocks", (changed(clock_at(days=1), never_in_future), changed(clock_at(days=-1), never_in_future),
                           changed(no_zone, never_in_future))),
        ("F41", "another learner's answer", tuple(
            failing("WrongLearner", "the answer names another learner", fault, then=alarm, again=False)
            for fault in (of_stranger, stranger_on_page_two))),
        ("F42", "progress that cannot be", (
            progress_of(300, 1.0), progress_of(-20, 0.5, cold=0.0), progress_of(20, 0.5, cold=0.2),
            progress_of(20, 0.2, touched="2026-11-20T09:00:00Z"))),
        ("F43", "slow but right", (good(lambda _a, _p: None, page_is_there_meanwhile),)),
        ("F44", "everything down, and we restart", (stricken(u, "incomplete", all_down, then=no_storm),)),
    ]
    return [Fault44(*row) for row in rows]


def limited(line: str, *headers: str, seconds: int) -> Form:
    code = line.split(" ", 1)[0]
    return failing("RateLimited", f"paused by the platform (HTTP {code})", zoo.always(status(line, *headers)),
                   then=paused_for(seconds), again=False)


def asked_once(bench: Bench, _situation: str) -> None:
    """One call per refresh: nothing is followed and nothing is tried twice at once."""
    assert len(bench.platform.asked) == 2, "two refreshes, one call each"


def looped(most: int) -> Look:
    def look(bench: Bench, situation: str) -> None:
        all_eight(bench, situation)
        asked = [asked.page for asked in bench.platform.asked if asked.path == "learning"]
        assert len(asked) == 2 * most, "two refreshes, each page once"
    return look


def shifting(asked: Asked, platform: Platform) -> list[bytes] | None:
    """While the pages are read an item is added at the top: everything moves down by one."""
    if asked.path != "learning" or asked.page == 1:
        return None
    start = (asked.page - 1) * zoo.PAGE_SIZE - 1
    part = platform.items[start:start + zoo.PAGE_SIZE]
    following = str(asked.page + 1) if start + zoo.PAGE_SIZE < len(platform.items) else None
    return [zoo.said({"account": asked.query["account"], "items": part, "next": following})]


_OLD = an_item(1, 1, title="Older", touched="2026-11-18T10:00:00Z")
_NEW = an_item(1, 1, title="Newest", touched="2026-11-19T11:00:00Z")
_UNDATED = {k: v for k, v in {**_NEW, "title": "Undated"}.items() if k != "touched"}


def newest_first(found: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    return [_NEW, _OLD, *found[1:]] if asked.page == 1 else found


def newest_last(found: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    return [_OLD, *found[1:], _NEW] if asked.page == 1 else found


def newest_undated(found: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    return [_UNDATED, *found[1:], {**_UNDATED, "title": "Newest"}] if asked.page == 1 else found
