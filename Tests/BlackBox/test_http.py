"""The hard cases of HTTP/1.1 against the real listener: bytes in, status and fate of the connection out."""

import contextlib
import json

import pytest

from eventually import eventually
from parley import ADMIN_TOKEN
from wire import Wire

AUTH = b"Authorization: Bearer " + ADMIN_TOKEN.encode() + b"\r\n"
JSON = b'{"topic":"sales","description":"raw"}'


def get(fields=b"Host: a\r\n", target=b"/healthz", version=b"HTTP/1.1", method=b"GET"):
    return method + b" " + target + b" " + version + b"\r\n" + fields + b"\r\n"


def post(framing, body=b""):
    return get(b"Host: a\r\n" + AUTH + framing, b"/api/messages", method=b"POST") + body


LENGTH = b"Content-Length: %d\r\n" % len(JSON)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
DESCRIPTORS = 200
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(JSON), JSON)

# What could be read two ways is refused and the connection closed: its framing cannot be trusted.
REFUSED = {
    "both framings": (post(LENGTH + CHUNKED, CHUNKS), 400),
    "two lengths that differ": (post(LENGTH + b"Content-Length: 5\r\n", JSON), 400),
    "a list of lengths that differ": (post(b"Content-Length: 37, 5\r\n", JSON), 400),
    "signed length": (post(b"Content-Length: +37\r\n", JSON), 400),
    "negative length": (post(b"Content-Length: -1\r\n", JSON), 400),
    "hexadecimal length": (post(b"Content-Length: 0x25\r\n", JSON), 400),
    "empty length": (post(b"Content-Length:\r\n", JSON), 400),
    "length past 64 bits": (post(b"Content-Length: 18446744073709551653\r\n", JSON), 400),
    "folded field": (get(b"Host: a\r\nX-A: b\r\n c\r\n"), 400),
    "fold before the first field": (get(b" Host: a\r\n"), 400),
    "bare line feed in the head": (get(b"Host: a\nX-A: b\r\n"), 400),
    "bare line feeds only": (b"GET /healthz HTTP/1.1\nHost: a\n\n", 400),
    "bare carriage return": (get(b"Host: a\r\nX-A: b\rc\r\n"), 400),
    "space before the colon": (get(b"Host: a\r\nX-A : b\r\n"), 400),
    "space inside a name": (get(b"Host: a\r\nX A: b\r\n"), 400),
    "no colon": (get(b"Host: a\r\nX-A\r\n"), 400),
    "empty name": (get(b"Host: a\r\n: b\r\n"), 400),
    "NUL in a value": (get(b"Host: a\r\nX-A: b\0c\r\n"), 400),
    "control byte in a value": (get(b"Host: a\r\nX-A: b\x01c\r\n"), 400),
    "NUL in the target": (get(target=b"/heal\0thz"), 400),
    "control byte in the target": (get(target=b"/heal\x7fthz"), 400),
    "two spaces in the request line": (b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "tab in the request line": (b"GET\t/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "space in the target": (get(target=b"/heal thz"), 400),
    "method with a control byte": (get(method=b"G\x01ET"), 400),
    "no Host": (get(b""), 400),
    "two Hosts": (get(b"Host: a\r\nHost: a\r\n"), 400),
    "Host with a path": (get(b"Host: a/b\r\n"), 400),
    "Host with a user": (get(b"Host: u@a\r\n"), 400),
    "Host with a space": (get(b"Host: a b\r\n"), 400),
    "Host with a bad port": (get(b"Host: a:b\r\n"), 400),
    "chunk size with a sign": (post(CHUNKED, b"+25\r\n" + JSON + b"\r\n0\r\n\r\n"), 400),
    "chunk size with 0x": (post(CHUNKED, b"0x25\r\n" + JSON + b"\r\n0\r\n\r\n"), 400),
    "chunk size that is empty": (post(CHUNKED, b"\r\n" + JSON + b"\r\n0\r\n\r\n"), 400),
    "chunk size past 64 bits": (post(CHUNKED, b"10000000000000025\r\n" + JSON + b"\r\n0\r\n\r\n"), 400),
    "chunk longer than its size": (post(CHUNKED, b"5\r\n" + JSON + b"\r\n0\r\n\r\n"), 400),
    "chunk ended by a bare line feed": (post(CHUNKED, b"25\n" + JSON + b"\n0\n\n"), 400),
    "chunked twice": (post(b"Transfer-Encoding: chunked, chunked\r\n", CHUNKS), 501),
    "chunked not last": (post(b"Transfer-Encoding: chunked, gzip\r\n", CHUNKS), 400),
    "chunked under HTTP/1.0": (post(CHUNKED, CHUNKS).replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
    "unknown coding": (post(b"Transfer-Encoding: gzip, chunked\r\n", CHUNKS), 501),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", 400),
    "HTTP/2 in plain text": (get(version=b"HTTP/2.0"), 505),
    "lower-case version": (get(version=b"http/1.1"), 400),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "TLS on a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", 400),
    "target past 8 KiB": (get(target=b"/" + b"a" * 9_000), 414),
    "head past 16 KiB": (get(b"Host: a\r\n" + b"X-A: " + b"b" * 17_000 + b"\r\n"), 431),
    "more than 100 fields": (get(b"Host: a\r\n" + b"X-A: b\r\n" * 101), 431),
    "declared body past 1 MiB": (post(b"Content-Length: 1048577\r\n"), 413),
    "chunked body past 1 MiB": (post(CHUNKED, b"20000\r\n" + b"x" * 131_072 + b"\r\n" + b"e0001\r\n"), 413),
    "percent sign with nothing behind": (get(target=b"/healthz%"), 400),
    "bad escape": (get(target=b"/health%zz"), 400),
    "escaped NUL": (get(target=b"/healthz%00"), 400),
    "unknown expectation": (post(LENGTH + b"Expect: a-miracle\r\n", JSON), 417),
}

# Lawful, if unusual: answered, and the connection goes on.
ACCEPTED = {
    "field without a space": (get(b"Host:a\r\n"), 200),
    "spaces and tabs around a value": (get(b"Host: \t a \t \r\n"), 200),
    "names in any case": (get(b"hOsT: a\r\n"), 200),
    "bytes above 127 in a value": (get(b"Host: a\r\nX-A: caf\xc3\xa9\r\n"), 200),
    "empty line before the request": (b"\r\n" + get(), 200),
    "absolute form": (get(target=b"http://a/healthz"), 200),
    "query": (get(target=b"/healthz?a=%20b&c"), 200),
    "escaped letters": (get(target=b"/health%7A"), 200),
    "IPv6 host with a port": (get(b"Host: [::1]:8080\r\n"), 200),
    "a length that is repeated and equal": (post(LENGTH, JSON), 201),
    "chunked": (post(CHUNKED, CHUNKS), 201),
    "chunked in pieces with trailers": (
        post(CHUNKED, b"5\r\n" + JSON[:5] + b"\r\n020\r\n" + JSON[5:] + b"\r\n0\r\nX-T: 1\r\n\r\n"), 201),
    "coding in capitals": (post(b"Transfer-Encoding: Chunked\r\n", CHUNKS), 201),
    "unknown path": (get(target=b"/nowhere"), 404),
    "dot segments lead nowhere else": (get(target=b"/x/../healthz"), (400, 404)),
    "escaped slash is no slash": (get(target=b"/api%2Fmessages"), (400, 404)),
    "known method, wrong path": (get(method=b"DELETE"), 405),
    "unknown method": (get(method=b"BREW"), 501),
    "100 fields": (get(b"Host: a\r\n" + b"X-A: b\r\n" * 99), 200),
    "asterisk": (get(target=b"*", method=b"OPTIONS"), (200, 204, 400, 404, 405)),
}


@pytest.fixture
def wire(module_parley):
    with Wire(module_parley.address) as connection:
        yield connection


@pytest.mark.parametrize("sent, status", REFUSED.values(), ids=REFUSED)
def test_refused_and_closed(wire, sent, status):
    reply = wire.send(sent).reply()
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= json.loads(reply.body).keys()
    assert wire.rest() == b"", "one answer, then the end: what follows cannot be trusted"


@pytest.mark.parametrize("sent, status", ACCEPTED.values(), ids=ACCEPTED)
def test_answered(wire, sent, status):
    reply = wire.send(sent).reply()
    assert reply.status in (status if isinstance(status, tuple) else (status,)), reply
    if reply.status not in (400, 501):
        assert wire.is_open()


def test_the_same_answer_wherever_the_bytes_are_cut(module_parley):
    whole = post(CHUNKED, CHUNKS)
    for cut in range(1, len(whole), 7):
        with Wire(module_parley.address) as wire:
            assert wire.send(whole[:cut]).send(whole[cut:]).reply().status == 201, f"cut at {cut}"


def test_one_byte_at_a_time(wire):
    for byte in post(LENGTH, JSON):
        wire.send(bytes([byte]))
    assert wire.reply().status == 201
    assert wire.is_open()


def test_twenty_pipelined_requests_are_answered_in_order(wire):
    paths = [b"/nowhere/%d" % index if index % 3 else b"/healthz" for index in range(20)]
    wire.send(b"".join(get(target=path) for path in paths))
    for path in paths:
        assert wire.reply().status == (200 if path == b"/healthz" else 404)


def test_pipelined_posts_are_all_stored(module_parley, wire):
    wire.send(post(LENGTH, JSON) * 20)
    replies = [wire.reply() for _ in range(20)]
    assert {reply.status for reply in replies} == {201}
    identifiers = [json.loads(reply.body)["id"] for reply in replies]
    assert identifiers == sorted(set(identifiers)), "in the order they were sent"


def test_a_refused_request_ends_the_pipeline(wire):
    wire.send(get() + get(b"") + get())
    assert [wire.reply().status, wire.reply().status] == [200, 400]
    assert wire.rest() == b""


def test_head_answers_like_get_without_the_body(wire):
    full = wire.send(get()).reply()
    head = wire.send(get(method=b"HEAD")).reply(to_head=True)
    assert (head.status, head.headers["content-length"]) == (200, full.headers["content-length"])
    assert wire.is_open()


def test_405_names_the_methods_that_are_allowed(wire):
    reply = wire.send(get(target=b"/api/messages", method=b"DELETE")).reply()
    assert reply.status == 405
    assert {method.strip() for method in reply.headers["allow"].split(",")} >= {"GET", "POST"}


def test_http_1_0_closes_unless_asked_to_stay(module_parley):
    with Wire(module_parley.address) as wire:
        assert b" 200 " in wire.send(get(b"", version=b"HTTP/1.0")).rest().split(b"\r\n")[0]
    with Wire(module_parley.address) as wire:
        reply = wire.send(get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0")).reply()
        assert (reply.status, reply.headers.get("connection", "").lower()) == (200, "keep-alive")
        assert wire.is_open()


def test_close_is_obeyed_and_said(wire):
    reply = wire.send(get(b"Host: a\r\nConnection: close\r\n")).reply()
    assert (reply.status, reply.headers["connection"].lower()) == (200, "close")
    assert wire.rest() == b""


def test_continue_comes_before_a_body_that_will_be_read(wire):
    assert wire.send(post(LENGTH + b"Expect: 100-continue\r\n")).reply().status == 100
    assert wire.send(JSON).reply().status == 201


def test_no_continue_for_a_body_that_is_refused(wire):
    assert wire.send(post(b"Content-Length: 2000000\r\nExpect: 100-continue\r\n")).reply().status == 413


def test_the_refusal_of_a_large_body_is_not_lost_to_a_reset(wire):
    reply = wire.send(post(b"Content-Length: 4000000\r\n", b"x" * 400_000)).reply()
    assert (reply.status, json.loads(reply.body)["status"]) == (413, 413)


def test_a_half_closed_client_still_gets_its_answer(wire):
    assert wire.send(post(LENGTH, JSON)).finish().reply().status == 201
    assert wire.rest() == b""


def test_a_body_cut_short_is_never_stored(module_parley):
    marker = b'{"topic":"sales","description":"cut short"}'
    with Wire(module_parley.address) as wire:
        wire.send(post(b"Content-Length: %d\r\n" % (len(marker) + 1), marker)).finish()
        answered = wire.rest()
        assert not answered or b" 400 " in answered.split(b"\r\n")[0]
    assert "cut short" not in [item["description"] for item in module_parley.every_message()]


@pytest.mark.parametrize("dripped", [b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: a\r\n"],
                         ids=["request line", "fields"])
def test_a_head_that_never_ends_is_given_up(module_parley, dripped):
    with Wire(module_parley.address) as wire:
        answered = wire.send(dripped)
        assert answered.closed_within(15) > 2, "the head has 10 s"


def test_a_reader_that_never_reads_does_not_hold_the_others_up(module_parley):
    with Wire(module_parley.address, receive_buffer=2_048) as slow:
        slow.send(get(target=b"/metrics") * 200)
        with Wire(module_parley.address) as other:
            assert other.is_open()


def test_the_connection_past_the_limit_is_told_so(launch):
    parley = launch(prefix=["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"])
    with contextlib.ExitStack() as stack:
        limit = int(parley.metrics()["parley_connections_max"])
        assert 0 < limit < DESCRIPTORS
        wires = [stack.enter_context(Wire(parley.address)) for _ in range(limit)]
        assert all(wire.is_open() for wire in wires)
        wires.append(stack.enter_context(Wire(parley.address)))
        refused = wires[-1].send(get()).reply()
        assert refused.status == 503 and refused.headers["content-type"] == "application/problem+json"
        assert wires[-1].rest() == b""
        assert wires[0].is_open(), "those who were there first are not disturbed"
    eventually(lambda: answers(parley), what="room again once the others are gone")


def answers(parley):
    with Wire(parley.address) as wire:
        return wire.is_open()


def test_every_answer_carries_a_request_id(wire):
    first, second = (wire.send(get()).reply().headers["x-request-id"] for _ in range(2))
    assert first and second and first != second
    assert wire.send(get(b"Host: a\r\nX-Request-Id: trace-42\r\n")).reply().headers["x-request-id"] == "trace-42"
    foul = wire.send(get(b'Host: a\r\nX-Request-Id: a"b<c>\r\n')).reply().headers["x-request-id"]
    assert foul != 'a"b<c>'
