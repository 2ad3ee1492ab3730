"""A customer of a survey, over a WebSocket or over plain HTTP, and a survey to talk about."""

import json

from websockets.exceptions import ConnectionClosed

from line import Line

WAIT_SECONDS = 10.0

ICE_CREAM = [
    "Hello John Doe!\n"
    "We are interested to know which flavour of ice cream you prefer. Here are your options:\n"
    "1 - Vanilla\n2 - Chocolate\n3 - Strawberry\n\n"
    "Please reply with the number corresponding to your choice.",
    "Great choice! Chocolate is a classic favorite.\n"
    "Would you like to provide feedback on why you selected this flavor?",
    "Thank you for your time, John Doe!\nYour response has been recorded. Have a wonderful day!",
]
ICE_CREAM_ANSWERS = ["2", "No, thank you."]


def steps(count, version=1):
    """A survey that asks for `count` texts; each question says its number and the version."""
    return {
        "title": "Steps", "languages": ["en"], "goodbye": f"Version {version} is done.",
        "questions": [{"id": f"q{number}", "kind": "text", "text": f"Question {number} of version {version}?"}
                      for number in range(1, count + 1)],
    }


def publish(parley, identifier, definition):
    """Makes or replaces a survey's draft and publishes it; returns the version."""
    return parley.publish("/api/surveys", identifier, definition)


class Chat(Line):
    """One WebSocket of a conversation. `said` holds the bot's messages in the order they came."""

    def __init__(self, parley, survey, **query):
        wanted = {name: value for name, value in query.items() if value is not None}
        super().__init__(parley, f"/api/surveys/{survey}/chat", wanted, WAIT_SECONDS)
        self.is_text, self.session, self.said = query.get("format") == "text", None, []
        if not self.is_text:
            self.session = self.frame("session")

    @property
    def token(self):
        return self.session["session"]

    def hear(self):
        """The next frame, whatever it is."""
        got = self.socket.recv(timeout=WAIT_SECONDS)
        return got if self.is_text else json.loads(got)

    def frame(self, *types):
        frame = self.hear()
        assert frame["type"] in types, frame
        return frame

    def bot(self):
        """The next frame, which must be a message of the bot's."""
        if self.is_text:
            return self.hear()
        self.said.append(self.frame("question", "paused", "end"))
        return self.said[-1]

    def error(self):
        return self.frame("error")

    def say(self, text, **more):
        return self.send(json.dumps({"type": "answer", "text": text, **more}))

    def closed(self):
        """The code of the close frame that comes next; 1006 without one."""
        try:
            frame = self.hear()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
        raise AssertionError(f"still open: {frame}")


def begin(parley, survey, **who):
    """A session over HTTP."""
    begun = parley.post(f"/api/surveys/{survey}/sessions", who, token=None)
    assert begun.status in (200, 201), begun
    return begun.json


def answer(parley, token, text, **more):
    return parley.post(f"/api/sessions/{token}/answers", {"text": text, **more}, token=None)


def look(parley, token):
    """The session with all its messages, which are handed out 50 at a time."""
    seen = parley.get(f"/api/sessions/{token}", token=None).json
    messages = seen["messages"]
    while messages[-1]["seq"] < seen["seq"]:
        more = parley.get(f"/api/sessions/{token}?since={messages[-1]['seq']}", token=None).json["messages"]
        assert [one["seq"] for one in more] == list(range(messages[-1]["seq"] + 1, messages[-1]["seq"] + 1 + len(more)))
        messages += more
    return seen
