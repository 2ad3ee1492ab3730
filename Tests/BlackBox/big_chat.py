"""BigChat, pretended: conversations that it invents while it is asked for them, with all its unpleasant habits.

What it says goes into a ledger, a file of JSON lines, each written before its answer leaves, so that a killed BigChat
is as honest as one that lives. It reads the ledger when it starts: conversations outlive it, advisors need not.

| line | says |
|---|---|
| `began` | it started; `generation` counts |
| `asked` | number `n`, `start`, `end` (Unix seconds), `page` |
| `page` | what was made for `n`: `events`, and whether the answer is `whole`, or what becomes of it instead |
| `answered` | all of it was handed to the network |
| `conversation` | `id`, `started_at`, `advisor` as they are now; `told`: in a whole answer to a look-up |
| `advisor` | likewise |
"""

import datetime
import json
import pathlib
import random
import threading

from fake_service import FakeService, main

ADVISORS = range(1, 8)
FIRST = 1_000                                 # the first conversation's number
NAMES = ["Žofie", "Jan", "Aoife", "Bjørn", "Ana María", "Łukasz", "Ngọc"]
SURNAMES = ["Nováková", "O'Neil", "van den Berg", "Ødegård", "D’Arcy", "Smith-Jones", "Ó Súilleabháin"]
TEXTS = ["Hello!", "Is it possible to order more vanilla?", "  with room around it \n", "ok", "čeština, 日本語, עברית",
         "👍", "👍🏽", "?", "", " ", "x" * 3_000, "\"quoted\" \\ and \t tabbed", "a\u00a0b", "\u00a0\u00a0", "line\nline",
         "<b>&amp;</b>", "null", "Where is my order?", "I'd like to talk to a person.", "\u2003wide\u2003", "e\u0301"]
NONSENSE = [b"", b"null", b"[]", b'"busy"', b"<html><body>Bad gateway</body></html>", b"\xff\xfe{}", b"[" * 20_000,
            b'{"events": {}, "nextPageUrl": null}', b'{"events": [', b'{"error": "Something went wrong"}']


def malformed(chance, conversation, at):
    """A thing in the place of an event that is none."""
    message = {"conversation_id": conversation, "event_name": "MESSAGE", "event_at": at, "data": {"message": "aside"}}
    transfer = {**message, "event_name": "TRANSFER", "data": {"old_advisor_id": 1, "new_advisor_id": 2}}
    return chance.choice([
        None, 5, "START", [], [message], {}, {"conversation_id": conversation},
        {**message, "conversation_id": None}, {**message, "conversation_id": "abc"},
        {**message, "conversation_id": True}, {**message, "event_at": None},
        {**message, "event_at": "soon"}, {**message, "event_at": 10 ** 30}, {**message, "event_name": None},
        {**message, "event_name": 5}, {**message, "event_name": "TYPING"},
        {**message, "event_name": "message"}, {**message, "data": None}, {**message, "data": {"message": 5}},
        {**message, "data": {"message": None}}, {**message, "data": {}}, {**message, "data": "aside"},
        {**transfer, "data": None}, {**transfer, "data": {"old_advisor_id": 1}},
        {**transfer, "data": {"old_advisor_id": 1, "new_advisor_id": "2"}},
        {name: value for name, value in message.items() if name != "event_at"},
    ])


def seconds(text):
    """Unix seconds of an ISO 8601 time; without a zone it is UTC."""
    at = datetime.datetime.fromisoformat(text.replace(" ", "+"))
    return int((at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)).timestamp())


class BigChat(FakeService):
    """GET /events, /conversations/{id} and /advisors/{id}."""

    standard = {
        "quiet": False,                       # nothing happens
        "busy": 3,                            # conversations touched by a page, at most
        "more": 0.35,                         # another page follows, of three at most
        "odd": 0.0,                           # something malformed on a page
        "fail": 0.0, "lose": 0.0,             # 500 or 502, before and after something was made
        "truncate": 0.0, "nonsense": 0.0, "drop": 0.0, "stall": 0.0,
        "stall_seconds": 1.0,                 # then it answers after all
        "unseen": 0.15,                       # a conversation begins before it is heard of
        "nobody": 0.0,                        # a new conversation is one that look-ups do not find
        "stable": True,                       # advisors are the same persons after a restart
        "next": None,                         # what nextPageUrl says in place of the truth; `{path}`: this very page's
        "endless": False,                     # there is always another page
    }

    def __init__(self, port=0, seed=0, ledger=None, **habits):
        self.ledger, self.conversations, self.asked, self.generation = pathlib.Path(ledger), {}, 0, 1
        self._remember()
        self._file, self._writing = open(self.ledger, "ab", buffering=0), threading.Lock()
        self.note(kind="began", generation=self.generation)
        super().__init__(port, seed * 1_000 + self.generation, **habits)
        self.persons = {number: self._person(seed, number) for number in ADVISORS}

    def _remember(self):
        for line in read(self.ledger):
            if line["kind"] == "began":
                self.generation = line["generation"] + 1
            elif line["kind"] == "asked":
                self.asked = line["n"]
            elif line["kind"] == "conversation":
                self.conversations[line["id"]] = {name: line[name] for name in ("started_at", "advisor", "found")}

    def _person(self, seed, number):
        chance = random.Random(f"{seed} {number} {1 if self.habits['stable'] else self.generation}")
        mark = chance.randrange(1 << 20)
        return {"advisor_id": number, "name": f"{chance.choice(NAMES)} {chance.choice(SURNAMES)} {mark % 1_000}",
                "email_address": f"advisor{number}.{mark}@example.org"}

    def close(self):
        super().close()
        self._file.close()

    def note(self, **line):
        """One line in one write: it is there as a whole, or not at all, also when we are killed."""
        with self._writing:
            self._file.write(json.dumps(line).encode() + b"\n")

    def answer(self, call, is_burst):
        with self.lock:
            match call.segments:
                case ["events"]:
                    give = self._events(call)
                case ["conversations", number]:
                    give = self._conversation(call, number)
                case ["advisors", number]:
                    give = self._advisor(call, number)
                case _:
                    def give(_):
                        call.reply(404, {"detail": "Not Found"})
            fault = self._fault()
        if fault == "stall":
            self.wait(call, self.habits["stall_seconds"])
        give(fault)

    def _fault(self):
        return next((habit for habit in ("fail", "lose", "truncate", "nonsense", "drop", "stall")
                     if self.happens(habit)), None)

    def _events(self, call):
        query, self.asked = call.query, self.asked + 1
        if "start_at" not in query:
            return lambda _: call.reply(500, {"detail": "Internal Server Error"})
        n, start, end, page = (self.asked, seconds(query["start_at"]), seconds(query["end_at"]),
                               int(query.get("page", "0")))
        self.note(kind="asked", n=n, start=start, end=end, page=page)

        def give(fault):
            if fault == "fail":
                self._refuse(call)
                return
            with self.lock:
                events = [] if self.habits["quiet"] or end <= start else self.invent(start, end)
                follows = self.habits["endless"] or page < 2 and self.happens("more") and not self.habits["quiet"]
            next_page = (f"http://{call.headers['Host']}/events?start_at={query['start_at'].replace('+', '%2B')}"
                         f"&end_at={query['end_at'].replace('+', '%2B')}&page={page + 1}") if follows else None
            whole = fault in (None, "stall")
            self.note(kind="page", n=n, events=events, follows=follows, whole=whole, fault=fault)
            named = next_page if self.habits["next"] is None else self.habits["next"].format(path=call.path)
            self._give(call, {"nextPageUrl": named, "events": events}, fault)
            if whole:
                self.note(kind="answered", n=n)
        return give

    def _conversation(self, call, number):
        known = self.conversations.get(int(number)) if number.isdigit() else None

        def give(fault):
            if not known or not known["found"]:
                call.reply(404, {"detail": "Conversation not found"})
                return
            key = int(number)
            start = {"conversation_id": key, "event_name": "START", "event_at": known["started_at"], "data": None}
            self._give(call, {"conversation_id": key, "advisor_id": known["advisor"], "events": [start]}, fault,
                       kind="conversation", id=key, **known)
        return give

    def _advisor(self, call, number):
        person = self.persons.get(int(number)) if number.isdigit() else None

        def give(fault):
            if not person:
                call.reply(404, {"detail": "Advisor not found"})
                return
            self._give(call, person, fault, kind="advisor", id=int(number), person=person)
        return give

    def _give(self, call, content, fault, **told):
        """The answer, or what its fault makes of it; `told` is noted before it leaves as a whole."""
        body = json.dumps(content, ensure_ascii=self.chance.random() < 0.5).encode()
        match fault:
            case "fail" | "lose":
                self._refuse(call)
            case "truncate":
                call.cut(body[:self.chance.randrange(1, len(body))], len(body))
            case "nonsense":
                call.reply(200, self.chance.choice(NONSENSE))
            case "drop":
                call.cut()
            case _:
                if told:
                    self.note(told=True, **told)
                call.reply(200, body)

    def _refuse(self, call):
        call.reply(self.chance.choice([500, 502]), b"<html>Internal Server Error</html>")

    def invent(self, start, end):
        """New events of a window, conversation by conversation."""
        events = []
        for _ in range(self.chance.randint(0, self.habits["busy"])):
            events += self._talk(start, end)
        while self.happens("odd"):
            somebody = self.chance.choice([*self.conversations, FIRST])
            thing = malformed(self.chance, somebody, self.chance.randrange(start, end))
            events.insert(self.chance.randint(0, len(events)), thing)
        return events

    def _talk(self, start, end):
        chance, events = self.chance, []
        recent = list(self.conversations)[-12:]
        if not recent or chance.random() < 0.35:
            number = max(self.conversations, default=FIRST) + chance.randint(1, 3)
            begins = chance.randrange(start, end)
            known = {"started_at": begins, "advisor": chance.choice(ADVISORS), "found": not self.happens("nobody")}
            if self.happens("unseen"):
                known["started_at"] -= chance.randint(1, 600)
            else:
                events.append((begins, "START", None))
            self.conversations[number] = known
        else:
            number = chance.choice(recent)
            known = self.conversations[number]
        soonest = min(max(start, known["started_at"]), end - 1)
        for at in sorted(chance.randrange(soonest, end) for _ in range(chance.randint(0 if events else 1, 6))):
            events.append((at, *self._happening(known)))
            if chance.random() < 0.1:
                events.append(events[-1])     # the same, in the same second
        self.note(kind="conversation", id=number, told=False, **known)
        return [{"conversation_id": number, "event_name": name, "event_at": at, "data": data}
                for at, name, data in events]

    def _happening(self, known):
        chance, kind = self.chance, self.chance.random()
        if kind < 0.15:
            old, known["advisor"] = known["advisor"], chance.choice(ADVISORS)
            return "TRANSFER", {"old_advisor_id": old, "new_advisor_id": known["advisor"]}
        if kind < 0.25:
            return "END", None
        text = chance.choice(TEXTS)
        if chance.random() < 0.5:
            text += f" ({chance.randrange(1_000)})"
        return "MESSAGE", {"message": text}


def read(ledger):
    """The lines of a ledger, oldest first."""
    with open(ledger, "rb") if pathlib.Path(ledger).exists() else open("/dev/null", "rb") as file:
        return [json.loads(line) for line in file if line.endswith(b"\n")]


if __name__ == "__main__":
    main(BigChat, ledger="file of what was said")
