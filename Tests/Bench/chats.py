"""The bridge between BigChat and OurAPI: a backlog applied, the way of one event, and many known conversations.

Both sides are bridge_fakes.c, on the core of the load; OurAPI holds each answer back for a millisecond, so that a thousand
calls a second are the ceiling of one call at a time. The peer is a script (bridge_peer.py). After each round what OurAPI
was told is compared with what BigChat had to say: every chat, every message, in order, none twice.
"""

import contextlib
import json
import sqlite3
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import peers
from eventually import eventually
from load import cpu_seconds, on_load_core, on_server_core
from sockets import resident_bytes

DELAY_MICROSECONDS = 1_000
PAGE_EVENTS = 300
ADVISORS = 20
CONVERSATIONS, CONVERSATIONS_QUICK = 5_000, 1_000
KNOWN, KNOWN_QUICK = 100_000, 5_000
ALONE, ALONE_QUICK = 40, 6              # conversations of two events that come one at a time
WARMING = 2                             # of them, that find connections and agents missing
TRANSFER_EACH, TWIN_EACH = 4, 97        # every fourth is handed on, some say the same twice within a second
SPAN_SECONDS = 3_000                    # of the past that a backlog comes from: less than the hour one poll asks for
KNOWN_SPAN_SECONDS = 6 * 3_600          # a poll has no more than a thousand pages
COMMITS = 200
STALLED_SECONDS = 60
QUIET_SECONDS = 5.0
TEXT = 'Is the „large vanilla“ in stock again, and what is it this weekend? ' + r'"C:\ice" 🍦 / {}'


@dataclass
class Said:
    """What BigChat has to say of one conversation, and so what OurAPI has to hold in the end. Times in Unix seconds,
    advisors by number."""

    started_at: int
    ended_at: int | None
    advisors: list
    messages: list = field(default_factory=list)

    def story(self):
        """What happens in the chat after it was made, in order."""
        told = [("message", at, text) for at, text in self.messages]
        handed_on = [("agent", email(one)) for one in self.advisors[1:]]
        return told[:1] + handed_on + told[1:] + ([("end", self.ended_at)] if self.ended_at else [])


class Offer:
    """Conversations for BigChat to tell of: those in `said` and their events, in the order of its lists."""

    def __init__(self):
        self.said, self.lines, self.events = {}, [], 0
        for number in range(1, ADVISORS + 1):
            self.lines.append(f"advisor\t{number}\t{json.dumps(f'Advisor Nº {number}', ensure_ascii=False)}\t"
                              f"{email(number)}")

    def backlog(self, conversations, since, span):
        """Whole conversations spread over `span` seconds."""
        for number in range(1, conversations + 1):
            at = since + (number - 1) * (span - 60) // conversations
            advisors = [number % ADVISORS + 1]
            if number % TRANSFER_EACH == 0:
                advisors.append((number + 7) % ADVISORS + 1)
            again = at + 5 if number % TWIN_EACH == 0 else at + 9
            self.said[number] = one = Said(at, at + 12, advisors)
            one.messages = [(at + 5, TEXT.format(number)),
                            (again, TEXT.format(number if again == at + 5 else -number))]
            self._conversation(number, advisors)
            self._event(number, "START", at)
            self._message(number, *one.messages[0])
            if len(advisors) > 1:
                self._event(number, "TRANSFER", at + 5 if again == at + 5 else at + 7,
                            {"old_advisor_id": advisors[0], "new_advisor_id": advisors[1]})
            self._message(number, *one.messages[1])
            self._event(number, "END", at + 12)
        return self

    def alone(self, first, conversations):
        """A START and a MESSAGE each, to be handed out one by one."""
        for number in range(first, first + conversations):
            self._conversation(number, [number % ADVISORS + 1])
            self._event(number, "START", 0)
            self._message(number, 0, TEXT.format(number))
        return self

    def _conversation(self, number, advisors):
        self.lines.append(f"conversation\t{number}\t{advisors[-1]}")

    def _message(self, number, at, text):
        self._event(number, "MESSAGE", at, {"message": text})

    def _event(self, number, kind, at, content=None):
        self.events += 1
        self.lines.append(f"event\t{number}\t{kind}\t{at}\t{json.dumps(content, ensure_ascii=False)}")


def email(advisor):
    return f"advisor.{advisor}@shop.example"


@dataclass
class Call:
    """One call that a fake answered; times in seconds on the monotonic clock."""

    read_at: float
    answered_at: float
    connection: int
    is_destination: bool
    status: int
    method: str
    target: str
    content: str

    @property
    def is_write(self):
        """Whether it brings an event into OurAPI."""
        return self.is_destination and self.method != "GET" and self.target != "/agents"

    @property
    def is_poll(self):
        return not self.is_destination and self.target.startswith("/events?")


class Fakes:
    """BigChat and OurAPI on the load's core."""

    def __init__(self, folder, delay_microseconds):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.log = folder / "calls.log"
        self.process = subprocess.Popen(
            on_load_core(peers.compiled("bridge_fakes"), str(delay_microseconds), str(PAGE_EVENTS), str(self.log)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        source, destination = self.process.stdout.readline().split()
        self.bigchat, self.ourapi = f"http://127.0.0.1:{source}", f"http://127.0.0.1:{destination}"

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def offer(self, offer):
        path = self.folder / "offer.tsv"
        path.write_text("\n".join(offer.lines) + "\n")
        self.ask(f"offer {path}")

    def state(self):
        """(chats, messages, ended chats, writes) in OurAPI."""
        return tuple(int(word) for word in self.ask("state").split())

    def reach(self, target, whose):
        """Waits until OurAPI has so many chats, messages and ended chats; fails when nothing happens any more."""
        seen, since = None, time.monotonic()
        while (state := self.state())[:3] != target:
            if state != seen:
                seen, since = state, time.monotonic()
            if time.monotonic() - since > STALLED_SECONDS or whose.poll() is not None:
                raise SystemExit(f"bridge: OurAPI has (chats, messages, ended) {state[:3]} of {target}, and it goes on no "
                                 f"further; the bridge ended with {whose.poll()}")
            time.sleep(0.05)

    def calls(self):
        self.ask("flush")
        with open(self.log, encoding="utf-8") as lines:
            for line in lines:
                read, answered, connection, side, status, method, target, content = line.rstrip("\n").split("\t", 7)
                yield Call(int(read) / 1e9, int(answered) / 1e9, int(connection), side == "O", int(status), method,
                           target, content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


def seconds(text):
    """Unix seconds of a time; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def prove(calls, said):
    """Fails unless the calls brought into OurAPI exactly what was said."""
    agents, numbers, chats, stories = [], {}, {}, {}
    for call in calls:
        if not call.is_destination or call.method == "GET":
            continue
        assert call.status < 300, f"refused: {call}"
        body = json.loads(call.content)
        if call.target == "/agents":
            agents.append(body["email"])
            continue

        def agent():
            return agents[int(body["agent_id"][24:], 16)]
        if call.target == "/chats":
            number = int(body["external_id"])
            numbers[len(numbers)] = number
            chats[number], stories[number] = [seconds(body["started_at"]), agent()], []
            if body.get("ended_at"):
                stories[number].append(("end", seconds(body["ended_at"])))
            continue
        number = numbers[int(call.target.split("/")[2][24:], 16)]
        if call.method == "POST":
            stories[number].append(("message", seconds(body["sent_at"]), body["text"]))
            continue
        if body.get("started_at"):
            chats[number][0] = seconds(body["started_at"])
        if body.get("agent_id") and agent() != chats[number][1]:
            chats[number][1] = agent()
            stories[number].append(("agent", agent()))
        if body.get("ended_at"):
            stories[number].append(("end", seconds(body["ended_at"])))
    needed = {email(one.advisors[-1]) for one in said.values()}
    named = {email(one) for each in said.values() for one in each.advisors}
    assert len(agents) == len(set(agents)) and needed <= set(agents) <= named, agents
    assert len(numbers) == len(chats) == len(said), (len(numbers), len(chats), len(said))
    for number, one in said.items():
        assert chats[number] == [one.started_at, email(one.advisors[-1])], (number, chats[number], one)
        # Who makes the chat late names who has it by then, and there is nothing to hand on.
        story, expected = stories[number], one.story()
        if not any(what == "agent" for what, *_ in story):
            expected = [each for each in expected if each[0] != "agent"]
        assert story == expected, (number, story, expected)


@dataclass
class Applied:
    """One backlog: events and calls of OurAPI a second, CPU in microseconds an event, `busy`, how much of the time a call
    was in flight, how long one took, how long there was none between two calls, in ms, and how many seconds after the
    first page the first call came."""

    rate: float
    calls: float
    cpu: float
    busy: float
    service: float
    gap50: float
    gap99: float
    first: float


def applied(calls, offer, cpu):
    """The figures of a round: from the first page with events to the last event in OurAPI."""
    first = next(call.read_at for call in calls if call.is_poll and call.content != "0")
    last = max(call.answered_at for call in calls if call.is_write)
    told = [call for call in calls if call.is_destination and first <= call.read_at and call.answered_at <= last]
    gaps = [(after.read_at - before.answered_at) * 1e3 for before, after in zip(told, told[1:])]
    assert min(gaps) >= 0, "two calls of OurAPI were in flight at once"
    service = sum(call.answered_at - call.read_at for call in told)
    cuts = statistics.quantiles(gaps, n=100, method="inclusive")
    return Applied(offer.events / (last - first), len(told) / (last - first), cpu / offer.events * 1e6,
                   service / (last - first), service / len(told) * 1e3, cuts[49], cuts[98],
                   told[0].read_at - first)


def median(seen):
    return Applied(*(statistics.median(getattr(one, name) for one in seen) for name in Applied.__annotations__))


def report(bench, what, who, seen, ratio="", reach=""):
    bench.line(what, who, rate=f"{seen.rate:,.0f} events/s, {seen.calls:,.0f} calls/s", cpu=f"{seen.cpu:.0f} µs",
               ratio="; ".join(filter(None, [
                   ratio, f"a call in flight {seen.busy:.0%} of the time ({seen.service:.2f} ms each)",
                   f"between calls p50 {seen.gap50:.2f} ms, p99 {seen.gap99:.2f} ms",
                   f"first call after {seen.first:.2f} s"])), reach=reach)


def environment(fakes):
    return {"PARLEY_BIGCHAT_URL": fakes.bigchat, "PARLEY_OURAPI_URL": fakes.ourapi, "PARLEY_BRIDGE_INTERVAL": "1"}


def since_text(since):
    return datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask_since(server, since):
    answer = server.put("/api/bridge", {"since": since_text(since)})
    assert answer.status == 200, answer


@contextlib.contextmanager
def script(folder, fakes, since, synchronous="FULL"):
    """The peer on a new database, ready to begin."""
    path = folder / "bridge-peer.sqlite"
    for one in folder.glob(f"{path.name}*"):
        one.unlink()
    command = on_server_core(peers.virtual_environment(), str(peers.HERE / "bridge_peer.py"), fakes.bigchat,
                             fakes.ourapi, str(path), synchronous, str(since))
    with peers.running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield process


def begin(process):
    process.stdin.write("\n")
    process.stdin.flush()


def bridge(bench):
    is_quick = bench.rounds == 1
    backlog(bench, CONVERSATIONS_QUICK if is_quick else CONVERSATIONS)
    one_by_one(bench, ALONE_QUICK if is_quick else ALONE)
    known(bench, KNOWN_QUICK if is_quick else KNOWN, ALONE_QUICK if is_quick else ALONE)


def commits(path):
    """How long SQLite takes to commit a row to this disk."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE one (row INTEGER)")
    took = []
    for _ in range(COMMITS):
        began = time.monotonic()
        database.execute("INSERT INTO one VALUES (1)")
        took.append(time.monotonic() - began)
    database.close()
    return took


def backlog(bench, conversations):
    """As fast as it goes."""
    bench.line("bridge: one commit to this disk", "SQLite", **percentiles(commits(bench.folder / "commits.sqlite")))
    mine, theirs, careless = [], [], []
    for index in range(bench.rounds):
        mine.append(ours_applies(bench, f"bridge-{index}", conversations))
        theirs.append(script_applies(bench, conversations, "FULL"))
        careless.append(script_applies(bench, conversations, "OFF"))
    mine, theirs, careless = median(mine), median(theirs), median(careless)
    events = Offer().backlog(conversations, 0, SPAN_SECONDS).events
    what = f"bridge, backlog of {events:,} events, OurAPI answers in 1 ms"
    ratio = f"{mine.rate / theirs.rate:.1f} × the script, CPU 1/{theirs.cpu / mine.cpu:.1f}"
    report(bench, what, "parley", mine, ratio, "≥ 700 events/s")
    report(bench, what, "Python + requests + SQLite, a commit an event", theirs)
    report(bench, what, "the same, synchronous=OFF: a crash of the machine loses events", careless)


def backlog_offered(fakes, conversations, span=SPAN_SECONDS):
    since = int(time.time()) - span - 60
    offer = Offer().backlog(conversations, since, span)
    fakes.offer(offer)
    return since, offer


def target(offer):
    return len(offer.said), sum(len(one.messages) for one in offer.said.values()), len(offer.said)


def ours_applies(bench, name, conversations):
    with Fakes(bench.folder / f"{name}-fakes", DELAY_MICROSECONDS) as fakes, \
            bench.parley(name, environment(fakes)) as server:
        since, offer = backlog_offered(fakes, conversations)
        spent = cpu_seconds(server.pid)
        ask_since(server, since)
        fakes.reach(target(offer), server.process)
        spent = cpu_seconds(server.pid) - spent
        calls = list(fakes.calls())
    prove(calls, offer.said)
    return applied(calls, offer, spent)


def script_applies(bench, conversations, synchronous):
    with Fakes(bench.folder / "bridge-script-fakes", DELAY_MICROSECONDS) as fakes:
        since, offer = backlog_offered(fakes, conversations)
        with script(bench.folder, fakes, since, synchronous) as process:
            spent = cpu_seconds(process.pid)
            begin(process)
            fakes.reach(target(offer), process)
            spent = cpu_seconds(process.pid) - spent
            calls = list(fakes.calls())
    prove(calls, offer.said)
    return applied(calls, offer, spent)


@dataclass
class Ways:
    """Seconds from the answer with an event to its call, by what the event was, and from one poll to the next."""

    starts: list
    messages: list
    between_polls: list


def handed_out(fakes, first, conversations, whose):
    """Has events handed out one by one, and looks how long each took."""
    before = fakes.state()
    began = time.monotonic()
    fakes.offer(Offer().alone(first, conversations))
    fakes.reach((before[0] + conversations, before[1] + conversations, before[2]), whose)
    calls = [call for call in fakes.calls() if call.read_at >= began]
    ways, given, polled = Ways([], [], []), None, None
    for call in calls:
        if call.is_poll:
            if call.target.endswith("page=0"):
                if polled:
                    ways.between_polls.append(call.read_at - polled)
                polled = call.read_at
            given = call.answered_at if call.content == "1" else given
        elif call.is_write and given:
            (ways.starts if call.target == "/chats" else ways.messages).append(call.read_at - given)
            given = None
    assert len(ways.starts) == len(ways.messages) == conversations, (len(ways.starts), len(ways.messages))
    return ways


def percentiles(values):
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return dict(p50=f"{cuts[49] * 1e3:.1f} ms", p99=f"{cuts[98] * 1e3:.1f} ms")


def told(bench, what, who, ways):
    for name, values in (("message of a known conversation", ways.messages), ("first of a conversation", ways.starts)):
        bench.line(f"{what}: {name}", who, **percentiles(values))


def one_by_one(bench, conversations):
    """From the page with one event to its call."""
    what = "bridge, alone, page → call"
    with Fakes(bench.folder / "bridge-alone-fakes", DELAY_MICROSECONDS) as fakes:
        with bench.parley("bridge-alone", environment(fakes)) as server:
            handed_out(fakes, 1, WARMING, server.process)
            told(bench, what, "parley", handed_out(fakes, 1 + WARMING, conversations, server.process))
    with Fakes(bench.folder / "bridge-alone-fakes", DELAY_MICROSECONDS) as fakes, \
            script(bench.folder, fakes, int(time.time())) as process:
        begin(process)
        handed_out(fakes, 1, WARMING, process)
        told(bench, what, "Python + requests + SQLite", handed_out(fakes, 1 + WARMING, conversations, process))


def known(bench, conversations, alone):
    """What many conversations that the bridge has applied cost afterwards."""
    what = f"bridge, {conversations:,} known conversations"
    with Fakes(bench.folder / "bridge-known-fakes", 0) as fakes, \
            bench.parley("bridge-known", environment(fakes)) as server:
        handed_out(fakes, 1 + conversations, WARMING, server.process)
        empty = resident(server)
        since, offer = backlog_offered(fakes, conversations, KNOWN_SPAN_SECONDS)
        began = time.monotonic()
        ask_since(server, since)
        chats, messages, ended = target(offer)
        fakes.reach((chats + WARMING, messages + WARMING, ended), server.process)
        took = time.monotonic() - began
        time.sleep(QUIET_SECONDS)
        loaded = resident(server)
        server.restart()
        size = sum(one.stat().st_size for one in server.folder.glob("parley.sqlite*"))
        time.sleep(QUIET_SECONDS)
        again = resident(server)
        spent = cpu_seconds(server.pid)
        ways = handed_out(fakes, 1 + WARMING + conversations, alone, server.process)
        polls = len(ways.between_polls)
        spent = (cpu_seconds(server.pid) - spent) / polls
        after = resident(server)
    bench.line(what, "parley", rate=f"{offer.events / took:,.0f} events/s, OurAPI answers at once")
    bench.line(f"{what}: memory", "parley", rate=f"{empty:.1f} MB before, {loaded:.1f} MB when applied; after a restart "
               f"{again:.1f} MB idle, {after:.1f} MB after {polls} polls", reach="after a restart no more than before")
    bench.line(f"{what}: file", "parley", rate=f"{size / conversations:,.0f} bytes each, "
               f"{size / offer.events:,.0f} an event")
    bench.line(f"{what}: time between polls, 1 s wanted", "parley", cpu=f"{spent * 1e3:.1f} ms",
               **percentiles(ways.between_polls))
    told(bench, what, "parley", ways)


def resident(server):
    """Megabytes of memory in RAM."""
    return resident_bytes(server.pid) / 1e6
