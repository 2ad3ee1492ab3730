"""Players, hosts and screens of a game, over WebSockets; and quizzes to play."""

import json
import time
import urllib.parse

from websockets.exceptions import ConnectionClosed, InvalidStatus

from line import Line

WAIT_SECONDS = 20.0
PAGE = 200

OPTIONS = [{"id": letter, "label": f"Answer {letter}"} for letter in "abc"]

# What is right, and something that is not, to every question of the sample.
SAMPLE = {
    "postpone": ("postpone", "prevent"), "flammable": (True, False), "crisis": ("Crises!", "crisises"),
    "noun_and_verb": (["present", "record"], ["record"]), "meticulous": ("meticulous", "gullible"),
    "score": (87, 80), "accommodate": ("both", "one_c"), "ambidextrous": ("ambidexter", "two-handed"),
    "biennial": (False, True), "groups": (["lions", "crows", "fish"], ["cats"]),
}


def quiz(count=3, seconds=60, **more):
    """A quiz of single choices; of each the right option is `b`."""
    return {"title": "Letters", "language": "en", "scoring": "flat", "questions": [
        {"id": f"q{number}", "kind": "single", "text": f"Question {number}?", "options": OPTIONS, "right": "b",
         "seconds": seconds, "explanation": f"Because of {number}."} for number in range(1, count + 1)], **more}


def publish(parley, identifier, definition):
    """Makes or replaces a quiz's draft and publishes it; returns the identifier."""
    parley.publish("/api/quizzes", identifier, definition)
    return identifier


class Seat(Line):
    """One WebSocket of a game. `heard` has every frame in the order in which they came."""

    def __init__(self, parley, way, code, **query):
        super().__init__(parley, f"/api/games/{urllib.parse.quote(code)}/{way}", query, WAIT_SECONDS, max_size=None)
        self.heard, self.unread = [], []
        self.welcome = self.hear()
        if self.welcome["type"] != "welcome":                    # whoever was kicked is not
            self.unread.append(self.welcome)

    @property
    def token(self):
        return self.welcome["player"]

    @property
    def types(self):
        return {frame["type"] for frame in self.heard}

    def hear(self, within=WAIT_SECONDS):
        """The next frame, whatever it is."""
        self.heard.append(json.loads(self.socket.recv(timeout=within)))
        return self.heard[-1]

    def wait(self, kind, where=lambda frame: True, **fields):
        """The first frame of this type that nobody has waited for, with these fields; others are kept for later. A
        refusal that nobody waits for fails."""
        def fits(frame):
            return (frame["type"] == kind and where(frame)
                    and all(frame.get(name) == value for name, value in fields.items()))
        for index, frame in enumerate(self.unread):
            if fits(frame):
                return self.unread.pop(index)
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            left = deadline - time.monotonic()
            try:
                frame = self.hear(max(0.01, left))
            except TimeoutError:
                raise AssertionError(f"no {kind} {fields}; heard: {self.heard[-6:]}") from None
            if fits(frame):
                return frame
            assert frame["type"] != "error", f"waiting for {kind} {fields}: {frame}"
            self.unread.append(frame)

    def question(self, identifier=None, **fields):
        """The question of the next frame that shows it."""
        return self.wait("question", lambda frame: frame["question"] and all(
            frame["question"].get(name) == value for name, value in fields.items())
            and identifier in (None, frame["question"]["id"]))["question"]

    def say(self, kind, **fields):
        return self.send(json.dumps({"type": kind, **fields}))

    def answer(self, answer, question=None):
        """Answers, and returns the verdict."""
        self.say("answer", answer=answer, **({"question": question} if question else {}))
        return self.wait("verdict", question=question) if question else self.wait("verdict")

    def refused(self, kind, **fields):
        """Says what is refused, and returns the code."""
        return self.say(kind, **fields).error()["code"]

    def error(self):
        error = self.wait("error")
        assert error["text"], error
        return error

    def command(self, kind, **fields):
        """A host's command that must be done."""
        return self.say(kind, **fields).wait("done", command=kind)

    def closed(self):
        """The code of the close frame that comes, after what else comes; 1006 without one."""
        try:
            while True:
                self.unread.append(self.hear())
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


class Game:
    """A game that was opened over HTTP, and the ways into it. Closes all its sockets with the test."""

    def __init__(self, parley, quiz="vocabulary", closing=None, **draft):
        self.parley, self.closing = parley, closing
        made = parley.post(f"/api/quizzes/{quiz}/games", draft)
        assert made.status == 201, made
        self.report, self.location = made.json, made.headers["location"]
        self.code, self.id, self.token = made.json["code"], made.json["id"], made.json["host"]

    def seat(self, way, **query):
        seat = Seat(self.parley, way, self.code, **query)
        if self.closing:
            self.closing.callback(seat.close)
        return seat

    def play(self, name):
        return self.seat("play", name=name)

    def back(self, token):
        return self.seat("play", player=token)

    def host(self, token=None):
        return self.seat("host", host=token or self.token)

    def watch(self):
        return self.seat("watch")

    def join(self, name):
        """Joins over HTTP; returns the token."""
        joined = self.parley.post(f"/api/games/{self.code}/players", {"name": name}, token=None)
        assert joined.status == 201, joined
        return joined.json["player"]

    def shown(self):
        return self.parley.get(f"/api/games/{self.code}", token=None).json

    def results(self, part):
        """All rows of a part, page by page."""
        items, after = [], ""
        while True:
            limit = "" if part == "questions" else f"&limit={PAGE}{after}"
            page = self.parley.get(f"/api/games/{self.id}/results?part={part}{limit}")
            assert page.status == 200, page
            items += page.json["items"]
            if not page.json.get("next"):
                return items
            after = f"&after={page.json['next']}"

    def board(self, limit=PAGE):
        """The whole leaderboard, page by page."""
        items, after = [], ""
        while True:
            page = self.parley.get(f"/api/games/{self.id}/leaderboard?limit={limit}{after}")
            assert page.status == 200, page
            items += page.json["items"]
            assert len(page.json["items"]) <= limit
            if not page.json["next"]:
                assert page.json["players"] == len(items)
                return items
            after = f"&after={page.json['next']}"


def refusal(parley, way, code, **query):
    """How a WebSocket is refused before it is one: the status, and the code of the problem."""
    try:
        Seat(parley, way, code, **query).close()
    except InvalidStatus as refused:
        response = refused.response
        assert response.headers["content-type"] == "application/problem+json", response
        return response.status_code, json.loads(response.body)["code"]
    raise AssertionError(f"let in: {way} {code} {query}")
