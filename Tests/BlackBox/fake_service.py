"""A pretended HTTP service with habits, which a test changes while it runs: in this process, or in one that is killed.

`python <service>.py --port N --seed N --habits JSON …` runs it apart. Then `PUT /control/habits` with a JSON object
changes habits, `GET /control/content` tells what the service knows, and `GET /control/log` what it was asked; none of
them counts as a call.
"""

import argparse
import contextlib
import http.server
import json
import random
import socket
import threading
import time
import urllib.parse

TAKES_SECONDS = 0.002                         # each call, unless told otherwise: two at once are seen to be
PORTS = range(18_000, 30_000)                 # below those that the system gives to clients: a restart finds it free


class Call(http.server.BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        super().setup()
        self.server.owner.connections.add(self.connection)

    def finish(self):
        self.server.owner.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        self.segments = [urllib.parse.unquote(part) for part in address.path.strip("/").split("/")]
        self.query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.is_answered = False              # from then on the client may make its next call
        self.server.owner.meet(self)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def reply(self, status, content=None, **headers):
        """A whole answer; `content` is JSON, or bytes as they are. A 204 has a content type and no body."""
        body = content if isinstance(content, bytes) else b"" if status == 204 else json.dumps(content).encode()
        self.is_answered = True
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def cut(self, part=b"", promised=500):
        """Promises more than it gives, or nothing at all, and closes."""
        self.is_answered = True
        if part:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(part)
            self.wfile.flush()
        self.close_connection = True

    @property
    def is_abandoned(self):
        """Whether the client has closed its side: it waits for nothing any more."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def log_message(self, *_):
        pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128

    def handle_error(self, *_):
        pass


def free_port():
    """A port of `PORTS` that nobody listens on."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return port


class FakeService:
    """What both services have in common. `habits` are probabilities and switches; `standard` lists them all."""

    standard = {}

    def __init__(self, port=0, seed=0, **habits):
        self.habits, self.seed = {"takes_seconds": TAKES_SECONDS, **self.standard}, seed
        self.set(**habits)
        self.chance, self.lock = random.Random(seed), threading.RLock()
        self.connections, self.in_flight, self.closing = set(), set(), threading.Event()
        self.log, self.most_in_flight, self.heads = [], 0, set()
        self.port, self._listener = port or free_port(), None
        self.listen()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def set(self, **habits):
        assert habits.keys() <= self.habits.keys(), habits
        self.habits.update(habits)

    def listen(self):
        self._listener = _Listener(("127.0.0.1", self.port), Call)
        self._listener.owner = self
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def refuse(self):
        """Nobody listens any more, every connection is cut, and nothing is forgotten; `listen` ends that."""
        self._listener.shutdown()
        self._listener.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.closing.set()
        self.refuse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def meet(self, call):
        if call.segments[0] == "control":
            self._control(call)
            return
        with self.lock:
            # Who was killed or has given up waiting is not in flight, though its call is still being answered here.
            others = sum(not other.is_answered and not other.is_abandoned for other in self.in_flight)
            self.in_flight.add(call)
            self.log.append(f"{call.command} {call.path}")
            self.most_in_flight = max(self.most_in_flight, others + 1)
            self.heads |= {f"{name.lower()}: {value}" for name, value in call.headers.items()}
        try:
            self.closing.wait(self.habits["takes_seconds"])
            self.answer(call, others > 0)
        finally:
            with self.lock:
                self.in_flight.discard(call)

    def answer(self, call, is_burst):
        raise NotImplementedError

    def content(self):
        """What the service knows, as JSON, with what it saw of its clients."""
        with self.lock:
            return {"calls": len(self.log), "most_in_flight": self.most_in_flight, "heads": sorted(self.heads)}

    def wait(self, call, seconds):
        """Lets time pass, but not longer than the client waits."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not call.is_abandoned and not self.closing.wait(0.02):
            pass

    def happens(self, habit):
        return self.chance.random() < self.habits[habit]

    def _control(self, call):
        if call.command == "PUT":
            self.set(**json.loads(call.body))
        call.reply(200, self.log if call.segments[1:] == ["log"] else self.content())


def main(service, **options):
    """Runs a service apart until it is killed. `options` are its own arguments, with what each is for."""
    parser = argparse.ArgumentParser(description=service.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--habits", type=json.loads, default={}, help="JSON object")
    for name, meaning in options.items():
        parser.add_argument(f"--{name}", help=meaning)
    given = vars(parser.parse_args())
    running = service(**(given | given.pop("habits")))
    print("listening", running.port, flush=True)
    running.closing.wait()
