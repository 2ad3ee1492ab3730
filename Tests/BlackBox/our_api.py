"""OurAPI, pretended: agents, chats and messages in memory, and what goes wrong with them."""

import datetime
import json
import uuid

from fake_service import FakeService, main

NAME_TAKEN = "Internal Server Error"
TEXT_CHARACTERS_MIN = 2


class Refusal(Exception):
    """What is answered in place of doing it."""

    def __init__(self, status, detail):
        super().__init__(status, detail)
        self.status, self.detail = status, detail


def too_short(field):
    return Refusal(422, [{"type": "string_too_short", "loc": ["body", field],
                          "msg": f"String should have at least {TEXT_CHARACTERS_MIN} characters"}])


def unknown(what):
    return Refusal(404, f"That {what} does not exist.")


def text(body, field):
    """A text of at least two characters, without the room around it."""
    value = body.get(field)
    if not isinstance(value, str):
        raise Refusal(422, [{"type": "string_type", "loc": ["body", field], "msg": "Input should be a valid string"}])
    if len(value.strip()) < TEXT_CHARACTERS_MIN:
        raise too_short(field)
    return value.strip()


def time(body, field):
    """A time, kept in UTC and without a zone, as OurAPI does."""
    try:
        at = datetime.datetime.fromisoformat(body[field])
    except (KeyError, TypeError, ValueError):
        raise Refusal(422, [{"type": "datetime_type", "loc": ["body", field], "msg": "Invalid time"}]) from None
    return (at.astimezone(datetime.timezone.utc) if at.tzinfo else at).replace(tzinfo=None).isoformat()


class OurAPI(FakeService):
    """One store for all. A burst of calls, which costs the real one its memory, is answered with 500 and told."""

    standard = {
        "fail": 0.0,                          # 500 before it was done
        "lose": 0.0, "drop": 0.0,             # it is done; then 500, or the connection is closed
        "hang": 0.0, "hang_seconds": 1.5,     # it is done; then nothing is said until the connection is closed
        "garble": 0.0,                        # it is done; then nonsense is said
        "vanish": 0.0,                        # the connection is closed before it was done
        "forget": 0.0,                        # everything is forgotten first
        "stuck": False,                       # nothing is answered while this is so
        "refused": {},                        # status by external id: what its creation is answered
    }
    faults = ("fail", "vanish", "lose", "drop", "hang", "garble")

    def __init__(self, port=0, seed=0, **habits):
        self.agents, self.chats, self.messages, self.bursts = {}, {}, {}, 0
        super().__init__(port, seed, **habits)

    def forget(self):
        with self.lock:
            self.agents, self.chats, self.messages = {}, {}, {}

    def content(self):
        """`agents` by id; `chats` by id, each with its `messages` in the order they came in."""
        with self.lock:
            chats = {key: {**chat, "messages": list(self.messages[key])} for key, chat in self.chats.items()}
            return {**super().content(), "agents": dict(self.agents), "chats": chats, "bursts": self.bursts}

    def answer(self, call, is_burst):
        while self.habits["stuck"] and not call.is_abandoned and not self.closing.wait(0.02):
            pass
        if self.habits["stuck"]:
            call.cut()
            return
        with self.lock:
            self.bursts += is_burst
            if self.happens("forget"):
                self.forget()
            fault = "fail" if is_burst else next((fault for fault in self.faults if self.happens(fault)), None)
            status, content, headers = None, None, {}
            if fault not in ("fail", "vanish"):
                status, content, headers = self._answer(call)
        match fault:
            case "fail" | "lose":
                call.reply(500, b"Internal Server Error")
            case "vanish" | "drop":
                call.cut()
            case "hang":
                self.wait(call, self.habits["hang_seconds"])
                call.cut()
            case "garble":
                call.reply(status if status != 204 else 200, b'{"agent_id": [1, {"chat')
            case _:
                call.reply(status, content, **headers)

    def _answer(self, call):
        try:
            body = json.loads(call.body) if call.body else {}
            if not isinstance(body, dict):
                raise ValueError
            return self._do(call, body)
        except Refusal as refusal:
            return refusal.status, {"detail": refusal.detail}, {}
        except ValueError:
            return 422, {"detail": [{"type": "json_invalid", "loc": ["body"], "msg": "JSON decode error"}]}, {}

    def _do(self, call, body):
        match call.command, call.segments:
            case "POST", ["agents"]:
                made = self._make_agent(body)
                return 201, made, {"Location": f"{self.url}/agents/{made['agent_id']}"}
            case "GET", ["agents"]:
                return 200, self._matching(self.agents, call.query, "name", "email"), {}
            case "GET", ["agents", key]:
                return 200, self._one(self.agents, key, "agent"), {}
            case "POST", ["chats"]:
                made = self._make_chat(body)
                return 201, made, {"Location": f"{self.url}/chats/{made['chat_id']}"}
            case "GET", ["chats"]:
                return 200, self._matching(self.chats, call.query, "external_id"), {}
            case "GET", ["chats", key]:
                return 200, self._one(self.chats, key, "chat"), {}
            case "PATCH", ["chats", key]:
                self._change_chat(self._one(self.chats, key, "chat"), body)
                return 204, None, {}
            case "POST", ["chats", key, "messages"]:
                return 200, self._say(self._one(self.chats, key, "chat"), body), {}
            case "GET", ["chats", key, "messages"]:
                return 200, list(self.messages[self._one(self.chats, key, "chat")["chat_id"]]), {}
        raise Refusal(404, "Not Found")

    @staticmethod
    def _matching(rows, query, *fields):
        return [row for row in rows.values()
                if all(row[field] == query[field] for field in fields if query.get(field) is not None)]

    @staticmethod
    def _one(rows, key, what):
        if key not in rows:
            raise unknown(what)
        return rows[key]

    def _agent(self, body):
        key = body.get("agent_id")
        if key is not None and key not in self.agents:
            raise Refusal(400, "That agent does not exist.")
        return key

    def _make_agent(self, body):
        name, email = text(body, "name"), text(body, "email")
        if any(name == agent["name"] or email == agent["email"] for agent in self.agents.values()):
            raise Refusal(500, NAME_TAKEN)
        key = str(uuid.uuid4())
        self.agents[key] = {"agent_id": key, "name": name, "email": email}
        return self.agents[key]

    def _make_chat(self, body):
        external, started = text({"external_id": body.get("external_id")}, "external_id"), time(body, "started_at")
        if external in self.habits["refused"]:
            raise Refusal(self.habits["refused"][external], "No.")
        if any(external == chat["external_id"] for chat in self.chats.values()):
            raise Refusal(404, "A chat with that external ID already exists.")
        ended = time(body, "ended_at") if body.get("ended_at") is not None else None
        key = str(uuid.uuid4())
        self.chats[key] = {"chat_id": key, "external_id": external, "started_at": started, "ended_at": ended,
                           "agent_id": self._agent(body)}
        self.messages[key] = []
        return self.chats[key]

    def _change_chat(self, chat, body):
        changed = {field: time(body, field) for field in ("started_at", "ended_at") if body.get(field) is not None}
        if body.get("agent_id") is not None:
            changed["agent_id"] = self._agent(body)
        chat.update(changed)

    def _say(self, chat, body):
        said = {"message_id": str(uuid.uuid4()), "chat_id": chat["chat_id"], "agent_id": self._agent(body),
                "sent_at": time(body, "sent_at"), "text": text(body, "text")}
        self.messages[chat["chat_id"]].append(said)
        return chat


if __name__ == "__main__":
    main(OurAPI)
