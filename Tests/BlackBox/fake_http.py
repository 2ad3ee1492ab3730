"""HTTP servers on loopback that answer as they are told, once each, and remember what they were asked."""

import base64
import collections
import hashlib
import hmac
import http.server
import threading
import time

from parley import WEBHOOK_SECRET

Received = collections.namedtuple("Received", "at path headers body")
FLOOD_BYTES = 32 * 1024 * 1024
CLOSING_SECONDS = 60.0


def answer(status, body=b"", **headers):
    """A whole answer. `Retry_After="2"` becomes the field `Retry-After`."""
    def reply(call):
        call.send_response(status)
        for name, value in headers.items():
            call.send_header(name.replace("_", "-"), value)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)
    return reply


def hang(call):
    """Takes the request and never answers, until the fake closes."""
    call.server.owner.closing.wait(CLOSING_SECONDS)
    call.close_connection = True


def half_close(call):
    """Promises a body, gives part of it and closes."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\no")
    call.close_connection = True


def drop(call):
    """Takes the request and closes without a word."""
    call.close_connection = True


def flood(call):
    """Answers 200 and far more body than anyone should read."""
    call.send_response(200)
    call.send_header("Content-Length", str(FLOOD_BYTES))
    call.end_headers()
    call.close_connection = True
    try:
        for _ in range(FLOOD_BYTES // 65_536):
            call.wfile.write(b"x" * 65_536)
            call.server.owner.flooded += 65_536
    except OSError:
        pass


class _Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.owner.take(Received(time.monotonic(), self.path, headers, body))(self)

    do_GET = do_POST

    def log_message(self, *_):
        pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128

    def handle_error(self, *_):
        pass


class FakeHTTP:
    """Answers by `script`, first to last, then by `usual`."""

    usual = staticmethod(answer(200, b"ok"))

    def __init__(self, *script, port=0):
        self.script, self.received = collections.deque(script), []
        self.closing, self.flooded, self._news = threading.Event(), 0, threading.Condition()
        self._listener = _Listener(("127.0.0.1", port), _Call)
        self._listener.owner, self.port = self, self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, received):
        with self._news:
            self.received.append(received)
            self._news.notify_all()
            return self.script.popleft() if self.script else self.usual

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook/T000/B000/secretpart"

    def wait_for(self, count, within=10.0):
        """Returns the first `count` requests, as soon as there are that many."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.received) >= count, within):
                raise AssertionError(f"{len(self.received)} of {count} requests within {within} s")
            return self.received[:count]

    def close(self):
        self.closing.set()
        self._listener.shutdown()
        self._listener.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FakeSlack(FakeHTTP):
    """An incoming webhook of Slack: a body of exactly `ok` is its only yes."""


class FakeWebhook(FakeHTTP):
    """A receiver that checks Standard Webhooks signatures by itself, as the specification describes."""

    unsigned = 0

    def take(self, received):
        if not signed(received, WEBHOOK_SECRET):
            self.unsigned += 1
        return super().take(received)

    @property
    def identifiers(self):
        return [received.headers["webhook-id"] for received in list(self.received)]


def signed(received, secret):
    """Whether one of the request's signatures is right for its id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    headers = received.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received.body
    right = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(right, one) for one in headers["webhook-signature"].split(" "))
