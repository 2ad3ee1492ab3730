"""The edge of the real binary: whom it believes, what every answer carries, how much it takes, where it sends on."""

import http.client
import re
import signal
import socket
import ssl

import pytest

from certificates import Installed, make_pair
from eventually import eventually
from parley import ADMIN_TOKEN, run
from wire import Wire

STANDARD = {
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
}
HSTS = "strict-transport-security"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return make_pair(tmp_path_factory.mktemp("pair"), "only")


@pytest.fixture
def tls(tmp_path, pair):
    return Installed(tmp_path / "tls").install(pair)


def guesses(parley, forwarded=None):
    """How many calls with a token that is none are answered 401 before one is answered 429."""
    client = parley.client("no-such-token")
    for count in range(100):
        answer = client.request("GET", "/api/messages", headers={"X-Forwarded-For": forwarded() if forwarded else "-"})
        if answer.status == 429:
            assert answer.is_problem(429, "rate.exceeded")
            client.close()
            return count
        assert answer.status == 401, answer
    raise AssertionError("never told to wait")


def test_guessers_are_told_apart_behind_a_trusted_proxy(launch):
    parley = launch(PARLEY_TRUSTED_PROXIES="loopback")
    assert guesses(parley, lambda: "203.0.113.9") >= 30
    # What a client writes in front does not make it another, another address of its own does.
    assert guesses(parley, lambda: "192.0.2.1, 203.0.113.9") < 10
    assert guesses(parley, lambda: "203.0.113.10") >= 30
    assert guesses(parley, lambda: "2001:db8:0:1::1") >= 30
    assert guesses(parley, lambda: "2001:db8:0:1:ffff::2") < 10
    assert guesses(parley, lambda: "2001:db8:0:2::1") >= 30
    assert parley.get("/api/messages").status == 200
    assert parley.metrics()['parley_rate_limited_total{counted="wrong_token"}'] == 6


def test_nobody_is_believed_unless_named(parley):
    invented = (f"203.0.113.{number}" for number in range(250))
    assert 30 <= guesses(parley, lambda: next(invented)) < 60
    assert parley.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers[HSTS] is None


def test_the_log_names_the_client_and_not_the_proxy(launch):
    parley = launch(PARLEY_TRUSTED_PROXIES="127.0.0.1", PARLEY_LOG_LEVEL="debug")
    parley.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9:567"})
    def named():
        return [line for _, line in parley.logs if line.get("peer") == "203.0.113.9"]
    eventually(named, 5, "a line with the client's address")


def test_who_is_over_the_limit_hears_when_to_come_back(launch):
    parley = launch(PARLEY_RATE_LIMIT="1")
    client = parley.client()
    answer = next(answer for answer in (client.request("GET", "/api/messages") for _ in range(20))
                  if answer.status != 200)
    assert answer.is_problem(429, "rate.exceeded")
    assert answer.headers["retry-after"] == "1" and answer.headers["ratelimit-limit"] == "2"
    assert answer.headers["ratelimit-remaining"] == "0" and answer.headers["ratelimit-reset"] == "2"
    for name, value in STANDARD.items():
        assert answer.headers[name] == value


def test_posting_is_held_more_than_reading(launch):
    parley = launch(PARLEY_RATE_LIMIT="5")
    stranger = parley.client(token=None)
    statuses = [stranger.request("POST", "/api/games/AAAAAA/players", {"name": "Ann"}).status for _ in range(12)]
    assert statuses[:5] == [404] * 5 and 429 in statuses
    assert stranger.request("GET", "/api/games/AAAAAA").status == 404
    assert parley.metrics()['parley_rate_limited_total{counted="posting"}'] == statuses.count(429)


@pytest.mark.parametrize("method, path, headers, status", [
    ("GET", "/healthz", {}, 200), ("HEAD", "/healthz", {}, 200), ("GET", "/metrics", {}, 200),
    ("GET", "/api/messages", {}, 200), ("GET", "/nowhere", {}, 404), ("DELETE", "/healthz", {}, 405),
    ("GET", "/api/messages", {"Authorization": "Bearer wrong"}, 401), ("OPTIONS", "/healthz", {}, 204),
    ("POST", "/api/messages", {}, 400), ("GET", "/api/surveys/none/chat", {}, 426),
    ("GET", "/api/surveys/none/analytics/live", UPGRADE | {"Origin": "https://evil.example"}, 403),
])
def test_every_answer_carries_what_every_answer_must(module_parley, method, path, headers, status):
    # Who brings a token to a WebSocket hears first what is wrong with the path.
    token = None if "Upgrade" in headers else ADMIN_TOKEN
    answer = module_parley.request(method, path, headers=headers, token=token)
    assert answer.status == status
    for name, value in STANDARD.items():
        assert answer.headers.get_all(name) == [value], name
    assert answer.headers[HSTS] is None


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431), (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
], ids=["400", "414", "431", "505"])
def test_so_do_those_to_what_is_no_request(module_parley, request_bytes, status):
    with Wire(module_parley.address) as wire:
        reply = wire.send(request_bytes).reply()
    assert reply.status == status and STANDARD.items() <= reply.headers.items()


@pytest.mark.parametrize("path", ["/docs", "/account"])
def test_pages_use_what_comes_from_here_and_need_nothing_else(module_parley, path):
    page = module_parley.get(path, token=None)
    assert page.status == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    [policy] = page.headers.get_all("content-security-policy")
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    text = page.body.decode()
    assert not re.search(r"<style|<script>|\son\w+=|style=", text), "what the content-security-policy refuses"
    used = {name: module_parley.get(name, token=None) for name in re.findall(r'(?:src|href)="(/[^"]*)"', text)}
    assert not re.search(r'(?:src|href)="(?!/\w|data:)', text)
    assert all(answer.status == 200 for answer in used.values()), used
    assert used[f"{path}.css"].headers["content-type"] == "text/css; charset=utf-8"
    assert used[f"{path}.js"].headers["content-type"] == "text/javascript; charset=utf-8"


def secure_client(parley, pair, **more):
    context = ssl.create_default_context(cafile=pair[0])
    return http.client.HTTPSConnection("localhost", parley.port, timeout=10, context=context, **more)


def asked(connection, path="/healthz", headers=None):
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    answer.read()
    return answer


@pytest.mark.parametrize("given, expected", [
    (None, "max-age=31536000"), ("max-age=60; includeSubDomains", "max-age=60; includeSubDomains"), ("off", None),
])
def test_browsers_are_told_to_come_back_over_https_only_there(launch, tls, pair, given, expected):
    parley = launch(**tls.environment, **({"PARLEY_HSTS": given} if given else {}))
    connection = secure_client(parley, pair)
    for path in ["/healthz", "/nowhere", "/api/messages", "/docs"]:
        assert asked(connection, path).headers[HSTS] == expected
    with Wire(parley.address) as wire:
        assert HSTS not in wire.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply().headers


def test_so_they_are_by_way_of_a_trusted_proxy(launch):
    parley = launch(PARLEY_TRUSTED_PROXIES="loopback")
    assert parley.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers[HSTS] == "max-age=31536000"
    assert parley.get("/healthz", headers={"X-Forwarded-Proto": "http"}).headers[HSTS] is None
    assert parley.get("/healthz").headers[HSTS] is None


def test_plain_http_is_sent_on(launch, tls, pair):
    parley = launch(**tls.environment, PARLEY_REDIRECT_LISTEN="127.0.0.1:0")
    [line] = eventually(lambda: parley.events("sending plain HTTP on to HTTPS"), 5, "where it listens")
    def sent_on(request):
        with Wire(line["address"]) as wire:
            reply = wire.send(request).reply()
            return reply.status, reply.headers.get("location")
    place = f"https://example.org:{parley.port}"
    assert sent_on(b"GET /a%20b?c=d HTTP/1.1\r\nHost: example.org:80\r\n\r\n") == (308, place + "/a%20b?c=d")
    assert sent_on(b"GET /healthz HTTP/1.1\r\nHost: example.org\r\n\r\n") == (308, place + "/healthz")
    token = ADMIN_TOKEN.encode()
    assert sent_on(b"POST /api/messages HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer " + token
                   + b"\r\nContent-Length: 2\r\n\r\n{}") == (308, place + "/api/messages")
    assert sent_on(b"GET / HTTP/1.1\r\nHost: a@evil.example\r\n\r\n") == (400, None)
    assert sent_on(b"GET / HTTP/1.1\r\n\r\n") == (400, None)
    assert asked(secure_client(parley, pair)).status == 200
    assert parley.stop() == 0


def test_where_to_send_on_from_needs_somewhere_to_send_to(tmp_path):
    ended = run("serve", "--data", str(tmp_path / "data"), "--redirect-listen", "127.0.0.1:0")
    assert ended.returncode == 2 and "--redirect-listen" in ended.stderr and "TLS" in ended.stderr, ended


def test_a_redirect_address_that_is_taken_is_explained(tmp_path, tls):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        ended = run("serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--redirect-listen", address,
                    environment=tls.environment)
    assert ended.returncode != 0 and address in ended.stderr, ended


def test_a_new_certificate_leaves_a_websocket_open(launch, tls, pair, tmp_path):
    parley = launch(**tls.environment)
    connection = secure_client(parley, pair)
    connection.request("GET", "/api/surveys/none/analytics/live", headers=UPGRADE)
    assert b"101" in connection.sock.recv(4096)
    tls.install(make_pair(tmp_path, "next"))
    parley.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(parley.events("certificate in use")) == 2, 5, "the new certificate")
    # A ping, masked with zeros, and its pong.
    connection.sock.sendall(b"\x89\x82\0\0\0\0hi")
    assert connection.sock.recv(4096) == b"\x8a\x02hi"
