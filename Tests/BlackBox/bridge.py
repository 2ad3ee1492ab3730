"""A Parley between a pretended BigChat and a pretended OurAPI, and what has to be in OurAPI when all is done.

The model is computed from BigChat's ledger. A page counts if nobody asked for it again: who stored a page need not ask,
and who lost it, on the way or by being killed, must. So a page that was answered and lost is not in the model, and one
that was given up is an error.
"""

import collections
import contextlib
import datetime
import http.client
import json
import pathlib
import subprocess
import sys
import time

import big_chat
from big_chat import BigChat
from eventually import eventually
from fake_service import TAKES_SECONDS, free_port
from our_api import OurAPI, TEXT_CHARACTERS_MIN

RANKS = {"START": 0, "MESSAGE": 1, "TRANSFER": 1, "END": 2}
START_SECONDS = 20.0
LOOK_SECONDS = 0.2
CALM_BIG_CHAT = {"quiet": True, "fail": 0, "lose": 0, "truncate": 0, "nonsense": 0, "drop": 0, "stall": 0}
CALM_OUR_API = {"fail": 0, "lose": 0, "drop": 0, "hang": 0, "garble": 0, "vanish": 0, "forget": 0, "stuck": False,
                "takes_seconds": TAKES_SECONDS}

Page = collections.namedtuple("Page", "n start end page events whole fault")
Wanted = collections.namedtuple("Wanted", "started_at ended_at persons messages")


class Apart:
    """A service in a process of its own, which is killed and started again on its port."""

    def __init__(self, program, seed=0, ledger=None, **habits):
        self.program, self.seed, self.ledger, self.habits = program, seed, ledger, habits
        self.port, self.process = free_port(), None
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, str(pathlib.Path(__file__).with_name(self.program)), "--port", str(self.port),
                   "--seed", str(self.seed), "--habits", json.dumps(self.habits)]
        self.process = subprocess.Popen(command + (["--ledger", str(self.ledger)] if self.ledger else []),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().startswith("listening"), command
        return self

    def kill9(self):
        self.process.kill()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()

    def close(self):
        if self.process.poll() is None:
            self.kill9()

    def set(self, **habits):
        self.habits.update(habits)
        self._ask("PUT", "/control/habits", json.dumps(habits))

    def content(self):
        return self._ask("GET", "/control/content")

    @property
    def log(self):
        return self._ask("GET", "/control/log")

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())


class Ledger:
    """What BigChat was asked and what it said, read anew each time."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def lines(self, kind):
        return [line for line in big_chat.read(self.path) if line["kind"] == kind]

    def pages(self):
        """Every request for a page; `whole` is None where nothing came of it."""
        made = {line["n"]: line for line in self.lines("page")}
        return [Page(line["n"], line["start"], line["end"], line["page"], made.get(line["n"], {}).get("events"),
                     made.get(line["n"], {}).get("whole"), made.get(line["n"], {}).get("fault"))
                for line in self.lines("asked")]

    def counting(self):
        """The pages that were asked for last, in the order in which they were asked for."""
        last = {(page.start, page.page): page for page in self.pages()}
        return sorted(last.values())

    def troubles(self):
        """What a bridge must not do: leave a second out, or ask for one again; give a page up; go back."""
        found, windows, counting = [], {}, self.counting()
        found += [f"given up: {page._replace(events=None)}" for page in counting if not page.whole]
        for page in counting:
            windows.setdefault(page.start, set()).add(page.end)
        found += [f"a window with two ends: {start}, {ends}" for start, ends in windows.items() if len(ends) > 1]
        order = sorted((start, max(ends)) for start, ends in windows.items())
        found += [f"windows not in a row: {before}, {after}" for before, after in zip(order, order[1:])
                  if before[1] != after[0]]
        found += [f"went back from {before} to {after}" for before, after in zip(counting, counting[1:])
                  if (before.start, before.page + 1) != (after.start, after.page) and after.page != 0]
        last = {}
        for page in self.pages():
            if page.page < last.get(page.start, 0):
                found.append(f"asked again for an earlier page: {page._replace(events=None)}")
            last[page.start] = page.page
        return found

    def events(self):
        """The events that count, in the order they were heard of; what is none is left out."""
        return [event for page in self.counting() if page.whole for event in page.events if is_event(event)]

    def aside(self):
        """What stands in the place of an event on the pages that count."""
        return [event for page in self.counting() if page.whole for event in page.events if not is_event(event)]

    def model(self):
        """What OurAPI has to hold: `Wanted` by external id."""
        told = {line["id"]: line for line in self.lines("conversation") if line["told"]}
        persons = collections.defaultdict(dict)
        for line in self.lines("advisor"):
            person = line["person"]
            persons[line["id"]][person["email_address"]] = person["name"]
        heard = collections.defaultdict(list)
        for number, event in enumerate(self.events()):
            heard[event["conversation_id"]].append((event["event_at"], RANKS[event["event_name"]], number, event))
        return {str(number): wanted([event for *_, event in sorted(events)], told.get(number), persons)
                for number, events in heard.items()}


def wanted(events, told, persons):
    """What has to be made of a conversation's events, which are in order."""
    def named(name):
        return [event for event in events if event["event_name"] == name]
    starts, ends, transfers = named("START"), named("END"), named("TRANSFER")
    began = (starts or [{"event_at": told["started_at"]} if told else events[0]])[0]["event_at"]
    advisor = transfers[-1]["data"]["new_advisor_id"] if transfers else told["advisor"] if told else None
    texts = [(event["event_at"], event["data"]["message"].strip()) for event in named("MESSAGE")]
    return Wanted(began, ends[0]["event_at"] if ends else None, persons[advisor] if advisor is not None else None,
                  [said for said in texts if len(said[1]) >= TEXT_CHARACTERS_MIN])


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53


def is_event(event):
    """Whether it is one that BigChat's users would call one."""
    if not isinstance(event, dict) or not all(is_number(event.get(name)) for name in ("conversation_id", "event_at")):
        return False
    data = event.get("data")
    match event.get("event_name"):
        case "START" | "END":
            return True
        case "MESSAGE":
            return isinstance(data, dict) and isinstance(data.get("message"), str)
        case "TRANSFER":
            return isinstance(data, dict) and is_number(data.get("new_advisor_id"))
    return False


def at(time):
    """Unix seconds of a time that OurAPI keeps, which is UTC."""
    return time and int(datetime.datetime.fromisoformat(time + "+00:00").timestamp())


def differences(model, content):
    """In words, what OurAPI has too much, too little or otherwise; nothing if it is as it has to be."""
    found, chats = [], collections.defaultdict(list)
    for chat in content["chats"].values():
        chats[chat["external_id"]].append(chat)
    found += [f"{number}: never said, but there" for number in chats.keys() - model.keys()]
    found += [f"{number}: missing" for number in model.keys() - chats.keys()]
    found += [f"{number}: {len(several)} times" for number, several in chats.items() if len(several) > 1]
    for number in sorted(model.keys() & chats.keys()):
        want, chat = model[number], chats[number][0]
        agent = content["agents"].get(chat["agent_id"])
        if want.persons is None:
            found += [f"{number}: agent {agent}, BigChat named nobody"] if agent else []
        elif not agent or want.persons.get(agent["email"]) is None and agent["name"] not in want.persons.values():
            found.append(f"{number}: agent {agent} in place of {want.persons}")
        for field in ("started_at", "ended_at"):
            if at(chat[field]) != getattr(want, field):
                found.append(f"{number}: {field} {at(chat[field])} in place of {getattr(want, field)}")
        there = [(at(message["sent_at"]), message["text"]) for message in chat["messages"]]
        if there != want.messages:
            found.append(f"{number}: {compared(there, want.messages)}")
        if any(message["agent_id"] for message in chat["messages"]):
            found.append(f"{number}: a message of an agent's, which nobody can know")
    return found


def compared(there, wished):
    """How two lists of messages differ."""
    missing = list((collections.Counter(wished) - collections.Counter(there)).items())
    more = list((collections.Counter(there) - collections.Counter(wished)).items())
    if missing or more:
        return f"{len(wished)} messages; missing {missing[:3]}, too many {more[:3]}"
    first = next(index for index, pair in enumerate(zip(there, wished)) if pair[0] != pair[1])
    return f"another order from message {first} on: {there[first:first + 3]} in place of {wished[first:first + 3]}"


class Bridge:
    """All three, started. `apart`: the services are processes, which can be killed."""

    def __init__(self, launch, closing, folder, seed, apart=False, big_chat=(), our_api=(), **environment):
        self.ledger = Ledger(folder / "ledger")
        chat_habits, api_habits = dict(big_chat), dict(our_api)
        if apart:
            self.big_chat = Apart("big_chat.py", seed, self.ledger.path, **chat_habits)
            closing.callback(self.big_chat.close)
            self.our_api = Apart("our_api.py", seed, **api_habits)
            closing.callback(self.our_api.close)
        else:
            self.big_chat = closing.enter_context(BigChat(0, seed, self.ledger.path, **chat_habits))
            self.our_api = closing.enter_context(OurAPI(0, seed, **api_habits))
        settings = {"PARLEY_BIGCHAT_URL": self.big_chat.url, "PARLEY_OURAPI_URL": self.our_api.url,
                    "PARLEY_BRIDGE_INTERVAL": "1", "PARLEY_RATE_LIMIT": "0", **environment}
        self.parley = launch(**{name: value for name, value in settings.items() if value is not None})

    def state(self):
        """`GET /api/bridge`."""
        answer = self.parley.get("/api/bridge")
        assert answer.status == 200, answer
        return answer.json

    def conversation(self, number):
        answer = self.parley.get(f"/api/bridge/conversations/{number}")
        assert answer.status == 200, answer
        return answer.json

    def conversations(self, query=""):
        """All of them, page by page."""
        items, after = [], ""
        while True:
            page = self.parley.get(f"/api/bridge/conversations?limit=100{query}{after}")
            assert page.status == 200, page
            items += page.json["items"]
            if not page.json["next"]:
                return items
            after = f"&after={page.json['next']}"

    def said(self, count, within=30.0):
        """Waits until BigChat has said so many things that count."""
        eventually(lambda: len(self.ledger.events()) >= count, within, f"{count} events")

    def calm(self):
        """Nothing new happens, and nothing goes wrong any more."""
        self.big_chat.set(**CALM_BIG_CHAT)
        self.our_api.set(**CALM_OUR_API)

    def differences(self):
        return self.ledger.troubles() + differences(self.ledger.model(), self.our_api.content())

    def settle(self, within=30.0, hint=""):
        """Waits until OurAPI holds what BigChat said, to the letter, and returns the model."""
        last, looked = [], [0.0]

        def is_equal():
            if time.monotonic() < looked[0]:                     # it takes a while, and others need the processor
                return False
            last[:] = self.differences()
            looked[0] = time.monotonic() + LOOK_SECONDS
            return not last
        try:
            eventually(is_equal, within)
        except AssertionError:
            shown = "\n".join(last[:20])
            raise AssertionError(f"{hint} not equal within {within} s, {len(last)} differences:\n{shown}\n"
                                 f"{json.dumps(self.state())[:3_000]}") from None
        return self.ledger.model()

    def try_at_once(self):
        """Lifts the hold of a channel that failed, as an admin does who knows that the other side is back."""
        assert self.parley.patch("/api/channels/ourapi", {"paused": False}).status == 200
