"""The real program as a child process, and the calls its clients make. Used by the tests and by the benchmarks."""

import base64
import http.client
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from eventually import eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADMIN_TOKEN = "black-box-admin-token-0123456789abcdef"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
START_SECONDS = 20.0
STOP_SECONDS = 25.0  # a graceful stop may take 20 s


def binary(configuration="debug"):
    """The program under test: `PARLEY_BIN`, or what `swift build` left."""
    return os.environ.get("PARLEY_BIN") or str(ROOT / ".build" / configuration / "parley")


def clean_environment(**more):
    """Nothing of the caller's environment but the path, so that a developer's own settings cannot change a result."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **more}


class Answer:
    """One HTTP answer, read to its end."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]

    @property
    def fields(self):
        """The fields a refusal names."""
        return [error["field"] for error in self.json.get("errors", [])]

    def is_problem(self, status, code=None):
        """Whether it is a refusal in the one shape refusals have (RFC 9457); fails with what it is instead."""
        assert self.status == status and self.headers["content-type"] == "application/problem+json", self
        assert {"type", "title", "status", "code", "detail"} <= self.json.keys(), self
        assert self.json["status"] == status and self.json["detail"] and self.headers["x-request-id"], self
        assert code in (None, self.code), self
        return True

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class Client:
    """One keep-alive connection with a bearer token. Not for two threads."""

    def __init__(self, address, token=ADMIN_TOKEN, timeout=10.0):
        self.token = token
        self.connection = http.client.HTTPConnection(address, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent["Content-Type"] = "application/json"
        self.connection.request(method, path, body=body, headers=sent | (headers or {}))
        return Answer(self.connection.getresponse())

    def close(self):
        self.connection.close()


class Parley:
    """`parley serve` on a folder: started, asked, killed, started again."""

    def __init__(self, folder, environment=None, prefix=(), program=None, listen="127.0.0.1:0"):
        self.folder, self.listen = pathlib.Path(folder), listen
        self.environment = {"PARLEY_ADMIN_TOKEN": ADMIN_TOKEN, **(environment or {})}
        self.prefix, self.program, self.flags = list(prefix), program or binary(), []
        self.process, self.address = None, None
        self.logs, self._news = [], threading.Condition()

    @property
    def command(self):
        return [*self.prefix, self.program, "serve", "--data", str(self.folder), "--listen", self.listen, *self.flags]

    def spawn(self):
        """Starts the process and returns at once."""
        self.address = None
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=clean_environment(**self.environment))
        threading.Thread(target=self._read_logs, args=(self.process,), daemon=True).start()
        return self

    def start(self):
        """Starts the process and waits until it says where it listens."""
        self.spawn()
        with self._news:
            self._news.wait_for(lambda: self.address or self.process.poll() is not None, START_SECONDS)
        if not self.address:
            tail = [line for _, line in self.logs[-20:]]
            raise AssertionError(f"did not start; exit code {self.process.poll()}; log: {tail}")
        return self

    def _read_logs(self, process):
        for raw in process.stderr:
            try:
                line = json.loads(raw)
            except ValueError:
                line = {"event": "", "text": raw.decode(errors="replace").rstrip()}
            with self._news:
                self.logs.append((time.monotonic(), line))
                if line.get("event") == "listening" and process is self.process:
                    self.address = line["address"]
                self._news.notify_all()
        process.wait()
        with self._news:
            self._news.notify_all()

    def events(self, name):
        return [line for _, line in self.logs if line.get("event") == name]

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    @property
    def pid(self):
        return self.process.pid

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait(STOP_SECONDS)

    def stop(self):
        """Asks it to stop, as an operator does, and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def end(self):
        """Leaves no process behind, whatever the test did."""
        if self.process and self.process.poll() is None:
            self.kill9()

    def restart(self):
        self.stop()
        return self.start()

    def client(self, token=ADMIN_TOKEN, timeout=10.0):
        return Client(self.address or "127.0.0.1:9", token, timeout)     # while it starts: where nobody listens

    def request(self, method, path, body=None, headers=None, token=ADMIN_TOKEN):
        client = self.client(token)
        try:
            return client.request(method, path, body, headers)
        finally:
            client.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.request("PATCH", path, body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def publish(self, path, identifier, definition):
        """Makes or replaces a draft of a survey or quiz and publishes it; returns the version."""
        made = self.post(path, {"id": identifier, "definition": definition})
        if made.status == 409:
            made = self.put(f"{path}/{identifier}", {"definition": definition})
        assert made.status in (200, 201), made
        published = self.post(f"{path}/{identifier}/publish")
        assert published.status == 200, published
        return published.json["version"]

    def send(self, topic, description="The machine is out of vanilla.", **more):
        """Posts a message that must be accepted and returns its JSON."""
        answer = self.post("/api/messages", {"topic": topic, "description": description}, **more)
        assert answer.status == 201, answer
        return answer.json

    def message(self, identifier):
        return self.get(f"/api/messages/{identifier}").json

    def settled(self, identifier, status="sent", within=10.0):
        """The message, once it has this status."""
        def seen():
            message = self.message(identifier)
            return message["status"] == status and message
        return eventually(seen, within, f"message {status}: {self.message(identifier)}")

    def every_message(self, query=""):
        """All messages there are, page by page."""
        items, after = [], ""
        while True:
            page = self.get(f"/api/messages?limit=100{query}{after}").json
            items += page["items"]
            if not page["next"]:
                return items
            after = f"&after={page['next']}"

    def metrics(self):
        """`/metrics` as {name{labels}: value}."""
        lines = self.get("/metrics").body.decode().splitlines()
        return {key: float(value) for key, value in
                (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}

    def webhook(self, name, url, topic=None):
        """Makes a webhook channel on loopback, and a topic that goes to it."""
        made = self.post("/api/channels", {
            "name": name, "kind": "webhook", "settings": {"url": url, "secret": WEBHOOK_SECRET}, "allow_private": True})
        assert made.status == 201, made
        if topic:
            made = self.post("/api/topics", {"name": topic, "channels": [name]})
            assert made.status == 201, made


def run(*arguments, environment=None, within=START_SECONDS, program=None):
    """Runs one `parley` command to its end."""
    return subprocess.run([program or binary(), *arguments], capture_output=True, text=True, timeout=within,
                          env=clean_environment(**(environment or {})))
