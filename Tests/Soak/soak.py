"""All of Parley at once, for minutes: every room under load, and everything killed again and again; then the accounts.

    make soak                     SOAK_SECONDS=300 SOAK_SEED=<of a run before> PARLEY_BIN=<the program>

Customers answer, players play, bots post to receivers that fail, the bridge copies between two services that fail, admins
read and turn things, backups are made and restored. Parley is killed with -9 about every fifteen seconds, the services as
well. Then it is left in peace until nothing waits any more, and what clients were told is held against what is there.
Exits with 1 if anything does not add up, and names the seed.
"""

import collections
import contextlib
import os
import pathlib
import random
import sqlite3
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "BlackBox"), str(pathlib.Path(__file__).parent)]

import conversation  # noqa: E402
import crowd  # noqa: E402
import quiz  # noqa: E402
from bridge import Bridge  # noqa: E402
from eventually import eventually  # noqa: E402
from fake_http import FakeWebhook, answer, drop  # noqa: E402
from fake_service import free_port  # noqa: E402
from fake_smtp import ScriptedSMTP  # noqa: E402
from parley import Parley  # noqa: E402

SECONDS = float(os.environ.get("SOAK_SECONDS", "300"))
SEED = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CROWD = {crowd.Customer: 3, crowd.Visitor: 3, crowd.Bot: 3, crowd.Teacher: 2, crowd.Admin: 2, crowd.Keeper: 1}
KILL_SECONDS = 15.0
PAST = 500
YEARS_MS = 15 * 365 * 86_400_000
CALM_SECONDS = 180.0
HURRY_SECONDS = 10.0
MEMORY_MB_MAX = 300
BIG_CHAT = {"fail": 0.05, "lose": 0.05, "truncate": 0.03, "nonsense": 0.03, "drop": 0.02, "stall": 0.02, "odd": 0.1,
            "unseen": 0.2, "busy": 4}
OUR_API = {"fail": 0.01, "vanish": 0.005, "lose": 0.01, "drop": 0.01, "hang": 0.003, "garble": 0.005}
# Lines of level error that what is done here brings about; any other is a violation.
ERRORS_EXPECTED = set()


class FlakyWebhook(FakeWebhook):
    """Takes most; of the others it fails, hangs up, or asks to wait."""

    calm, chance = False, random.Random(SEED)
    moods = [answer(200, b"ok")] * 16 + [answer(500), answer(503), drop, answer(429, Retry_After="1")]

    @property
    def usual(self):
        return self.moods[0] if self.calm else self.chance.choice(self.moods)

    def take(self, received):
        reply = super().take(received)
        if reply is self.moods[0]:
            self.seen.add(crowd_name(received.body.decode()))
        return reply

    def __init__(self):
        self.seen = set()
        super().__init__()


class FlakySMTP(ScriptedSMTP):
    """Takes most mails; some it wants later, and some it will never have."""

    calm, chance = False, random.Random(SEED + 1)
    moods = [{}] * 16 + [{"END": "451 4.3.0 later"}, {"MAIL": "421 4.3.2 busy"}, {"END": None},
                         {"END": "554 5.6.0 never"}]

    def talk(self, session):
        self.scripts.clear()
        self.scripts.append({} if self.calm else self.chance.choice(self.moods))
        super().talk(session)


def crowd_name(text):
    """The description that a delivery carries: the name of the post."""
    return next((word for word in text.replace('"', " ").replace("\\n", " ").split() if word.startswith("Bot")), None)


class Soak:
    """The run: what is going on, and what everybody was told."""

    def __init__(self, folder, closing):
        self.folder, self.closing, self.seed = pathlib.Path(folder), closing, SEED
        self.chance, self.ending, self.over = random.Random(SEED), threading.Event(), threading.Event()
        self.lock, self.counts = threading.Lock(), collections.Counter()
        self.violations, self.missing = [], set()
        self.texts, self.messages, self.seconds, self.games = set(), {}, [], []
        self.kills, self.memory_mb, self.longest = collections.Counter(), 0.0, 0.0

    def count(self, what, more=1):
        with self.lock:
            self.counts[what] += more

    def violate(self, what):
        with self.lock:
            self.violations.append(what)
        print(f"violated: {what}", file=sys.stderr, flush=True)

    def answered(self, text, seconds):
        with self.lock:
            self.texts.add(text)
            self.seconds.append(seconds)
            self.counts["answers acknowledged"] += 1

    def accepted(self, name, topic, identifier):
        with self.lock:
            self.messages[name] = (topic, identifier)
            self.counts[f"messages accepted: {topic}"] += 1

    def played(self, game, runners):
        with self.lock:
            self.games.append((game, runners))
            self.counts["games played"] += 1
            self.counts["verdicts"] += sum(len(one.verdicts) for one in runners)

    def known(self):
        """What clients have been told is stored, as of now."""
        with self.lock:
            return set(self.texts), {identifier for _, identifier in self.messages.values()}

    def launch(self, **environment):
        self.parley = Parley(self.folder / "data", {**environment, "PARLEY_BACKUP_HOURS": "0"},
                             listen=f"127.0.0.1:{free_port()}")
        self.closing.callback(self.parley.end)
        return self.parley.start()

    def set_up(self):
        self.hook = self.closing.enter_context(FlakyWebhook())
        self.smtp = self.closing.enter_context(FlakySMTP())
        self.bridge = Bridge(self.launch, self.closing, self.folder, SEED, apart=True, big_chat=BIG_CHAT, our_api=OUR_API)
        self.parley.webhook("hook", self.hook.url, topic="hook")
        made = self.parley.post("/api/channels", {
            "name": "mail", "kind": "email", "allow_private": True,
            "settings": {"smtp_url": self.smtp.url, "from": "parley@example.com", "to": ["team@example.com"]}})
        assert made.status == 201, made
        assert self.parley.post("/api/topics", {"name": "mail", "channels": ["mail"]}).status == 201
        self.set_up_the_past()
        conversation.publish(self.parley, "soak", conversation.steps(crowd.QUESTIONS))
        quiz.publish(self.parley, "soak", quiz.quiz(crowd.GAME_QUESTIONS, 60, scoring="classic", pace="self_paced"))

    def set_up_the_past(self):
        """Messages of years ago, which retention has to delete, and no other."""
        client = self.parley.client()
        for number in range(PAST):
            assert client.request("POST", "/api/messages", {"topic": "sales", "description": f"{number}"}).status == 201
        client.close()
        eventually(lambda: len(self.parley.every_message("&status=sent")) == PAST, 60, "the past is delivered")
        assert self.parley.stop() == 0
        with contextlib.closing(sqlite3.connect(self.parley.folder / "parley.sqlite")) as database, database:
            # The time is in an id's first digits as well.
            database.execute("UPDATE message SET id = '0170' || substr(id, 5), created_at = created_at - ?", (YEARS_MS,))
            database.execute("UPDATE outbox SET reference = '0170' || substr(reference, 5) WHERE source = 'messages'")
        self.parley.start()
        kept = self.parley.patch("/api/admin/retention", {"messages": 30})
        assert kept.status == 200, kept

    def watch(self):
        """Asks for a sign of life all the time, and looks at the memory."""
        client, last, looked = None, time.monotonic(), 0.0
        while not self.over.wait(0.02):
            try:
                client = client or crowd.Client(self.parley.listen, None, timeout=5)
                assert client.request("GET", "/healthz").status == 200
                now = time.monotonic()
                self.longest, last = max(self.longest, now - last), now
            except crowd.AWAY:
                client = None
            if time.monotonic() > looked + 0.5:
                looked = time.monotonic()
                with contextlib.suppress(OSError, IndexError):
                    pages = int(pathlib.Path(f"/proc/{self.parley.pid}/statm").read_text().split()[1])
                    self.memory_mb = max(self.memory_mb, pages * 4_096 / 1e6)

    def kill(self):
        """Ends one or more of the three processes, and starts them again."""
        victims = set(self.chance.choices(["parley", "big_chat", "our_api"], weights=[6, 1, 1],
                                          k=self.chance.choice([1, 1, 1, 2])))
        in_order = self.chance.random() < 0.2
        for victim in victims:
            if victim == "parley":
                if in_order and self.parley.address:
                    code = self.parley.stop()
                    if code != 0:
                        self.violate(f"a stop ended with {code}")
                    self.kills["parley stopped"] += 1
                else:
                    self.parley.kill9()
                    self.kills["parley -9"] += 1
            else:
                getattr(self.bridge, victim).kill9()
                self.kills[f"{victim} -9"] += 1
        threading.Event().wait(self.chance.uniform(0, 0.5))
        for victim in victims:
            if victim != "parley":
                getattr(self.bridge, victim).start()
            elif self.chance.random() < 0.2:                     # while it starts: recovery itself is cut short
                self.parley.spawn()
                threading.Event().wait(self.chance.uniform(0, 0.05))
                self.parley.kill9()
                self.kills["parley -9 as it starts"] += 1
                self.parley.start()
            else:
                self.parley.start()

    def run(self):
        self.set_up()
        watcher = threading.Thread(target=self.watch, daemon=True)
        watcher.start()
        actors = [kind(self, number) for kind, count in CROWD.items() for number in range(1, count + 1)]
        for actor in actors:
            actor.start()
        ends = time.monotonic() + SECONDS
        try:
            while (left := ends - time.monotonic()) > 0:
                until = time.monotonic() + min(left, self.chance.uniform(0.5, 1.5) * KILL_SECONDS)
                while time.monotonic() < until:
                    threading.Event().wait(0.1)
                    self.look_after()
                if time.monotonic() < ends:
                    self.kill()
        finally:
            self.ending.set()
        for actor in actors:
            while actor.is_alive() and time.monotonic() < ends + crowd.GAME_SECONDS + 60:
                actor.join(0.1)
                self.look_after()
            if actor.is_alive():
                self.violate(f"{actor.name} does not come to its end")
        self.calm()
        self.over.set()
        watcher.join()

    def look_after(self):
        """Nobody ends by itself; who does is started again, as systemd would."""
        code = self.parley.process.poll()
        if code is None:
            return
        told = [line["text"] for _, line in self.parley.logs if not line["event"]]
        self.violate(f"ended by itself with {code}: {told[:1]}")
        self.parley.logs[:] = [entry for entry in self.parley.logs if entry[1]["event"]]
        self.parley.start()

    def calm(self):
        """Nothing fails any more, and everything that waits arrives."""
        began = time.monotonic()
        self.hook.calm = self.smtp.calm = True
        self.bridge.calm()

        def settled():
            self.look_after()
            for channel in ("hook", "mail", "ourapi"):           # what is held goes on at once
                self.parley.patch(f"/api/channels/{channel}", {"paused": False})
            left = [one for status in ("pending", "queued")
                    for one in self.parley.get(f"/api/messages?limit=100&status={status}").json["items"]]
            if time.monotonic() > began + HURRY_SECONDS:
                for message in left:                             # whose next try is minutes away
                    self.hurry(message["id"])
            threading.Event().wait(1)
            return not left
        try:
            eventually(settled, CALM_SECONDS, "nothing waits")
            self.bridge.settle(CALM_SECONDS)
        except AssertionError as late:
            self.violate(str(late)[:3_000])
        self.calm_seconds = time.monotonic() - began

    def hurry(self, identifier):
        """Has what waits for its next try go at once."""
        for delivery in self.parley.message(identifier)["deliveries"]:
            if delivery["state"] == "waiting":
                for step in ("cancel", "retry"):
                    self.parley.post(f"/api/admin/outbox/{delivery['id']}/{step}")
                self.count("deliveries hurried")

    # What was said, against what is there.

    def check(self):
        self.check_messages()
        for game, runners in self.games:
            self.check_game(game, runners)
        analytics = self.parley.get("/api/surveys/soak/analytics").json
        if self.parley.stop() != 0:
            self.violate("the last stop failed")
        place = f"file:{self.parley.folder}/parley.sqlite?mode=ro"
        with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
            self.check_file(database, analytics)
        for _, line in self.parley.logs:
            if line.get("level") == "error" and line["event"] not in ERRORS_EXPECTED:
                self.violate(f"in the log: {line}")
        told = [line["text"] for _, line in self.parley.logs if not line["event"]]
        if told:
            self.violate(f"on standard error: {told[:2]}")
        if self.memory_mb > MEMORY_MB_MAX:
            self.violate(f"{self.memory_mb:.0f} MB of memory; {MEMORY_MB_MAX} are allowed")
        if SECONDS >= 60 and not self.counts["restores"]:
            self.violate("no backup was restored")

    def check_messages(self):
        stored = collections.defaultdict(list)
        for message in self.parley.every_message():
            stored[message["description"]].append(message)
        mailed = {crowd_name(str(mail.message)) for mail in self.smtp.mails}
        for name, (topic, identifier) in self.messages.items():
            found = stored.get(name, [])
            if [one["id"] for one in found] != [identifier]:
                self.violate(f"{name}: accepted as {identifier}, there as {[one['id'] for one in found]}")
                continue
            status = found[0]["status"]
            self.counts[f"messages {status}"] += 1
            if status == "sent" and name not in (self.hook.seen if topic == "hook" else mailed):
                self.violate(f"{name}: sent, and {topic} never saw it")
            elif status == "error":
                deliveries = self.parley.message(identifier)["deliveries"]
                if not all(one["attempts"] and one["attempts"][-1]["code"] for one in deliveries):
                    self.violate(f"{name}: failed without a reason: {deliveries}")
            elif status not in ("sent", "error"):
                self.violate(f"{name}: {status} at the end")
        past = [one for found in stored.values() for one in found if one["id"].startswith("0170")]
        if past:
            self.violate(f"{len(past)} of {PAST} messages of years ago are still there")
        self.counts["old messages deleted"] = PAST - len(past)
        for name in stored.keys() - self.messages.keys():
            # One that was stored and never acknowledged: its bot was cut off at the end.
            self.counts["messages not acknowledged"] += len(stored[name])

    def check_game(self, game, runners):
        rows = collections.defaultdict(dict)
        for row in game.results("answers"):
            if row["question"] in rows[row["number"]]:
                self.violate(f"game {game.code}: twice: {row}")
            rows[row["number"]][row["question"]] = row
        board = {row["player"]: row["score"] for row in game.board()}
        for runner in runners:
            number, told = runner.seat.welcome["number"], runner.finish["you"]["score"]
            for question, verdict in runner.verdicts.items():
                row = rows[number].get(question)
                same = row and all(row[name] == verdict[name] for name in ("right", "points", "bonus"))
                if not same or row["right"] != (row["said"][-1] == "b"):
                    self.violate(f"game {game.code}: {row}, told {verdict}")
            score = sum(row["points"] + row["bonus"] for row in rows[number].values())
            if not score == told == board[number]:
                self.violate(f"game {game.code}: player {number} has {score}, was told {told}, board {board[number]}")

    def check_file(self, database, analytics):
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            self.violate("integrity_check fails")
        if database.execute("PRAGMA foreign_key_check").fetchall():
            self.violate("foreign_key_check fails")
        said = collections.Counter(
            text for (text,) in database.execute("SELECT said FROM survey_turn WHERE said IS NOT NULL"))
        twice = [text for text, count in said.items() if count > 1]
        lost = self.texts - said.keys()
        if twice or lost:
            self.violate(f"answers: {len(lost)} lost {list(lost)[:3]}, {len(twice)} doubled {twice[:3]}")
        [(short,)] = database.execute(
            "SELECT count(*) FROM survey_session WHERE status = 'completed' AND ?"
            " <> (SELECT count(*) FROM survey_answer WHERE session = survey_session.id)", (crowd.QUESTIONS,))
        if short:
            self.violate(f"{short} completed sessions have not {crowd.QUESTIONS} answers")
        [(completed,)] = database.execute("SELECT count(*) FROM survey_session WHERE status = 'completed'")
        if analytics["completed"] != completed:
            self.violate(f"analytics tell of {analytics['completed']} completed sessions, there are {completed}")

    def report(self):
        seconds = sorted(self.seconds) or [0.0]
        model = self.bridge.ledger.model()
        rows = [
            ("seed", SEED), ("seconds under load", f"{SECONDS:.0f}"),
            ("seconds to calm down", f"{self.calm_seconds:.1f}"),
            *sorted(self.counts.items()),
            ("bridge: conversations, events", f"{len(model)}, {len(self.bridge.ledger.events())}"),
            *sorted(self.kills.items()), ("starts of parley", len(self.parley.events("listening"))),
            ("answer to acknowledgement, p50", f"{1e3 * seconds[len(seconds) // 2]:.1f} ms"),
            ("answer to acknowledgement, p99", f"{1e3 * seconds[len(seconds) * 99 // 100]:.1f} ms"),
            ("longest outage", f"{self.longest:.2f} s"), ("most memory", f"{self.memory_mb:.1f} MB"),
            ("database", f"{(self.parley.folder / 'parley.sqlite').stat().st_size / 1e6:.1f} MB"),
            ("violations", len(self.violations)),
        ]
        for name, value in rows:
            print(f"{name:34} {value}")
        if self.missing:
            print(f"not there yet: {sorted(self.missing)}")


def main():
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder, contextlib.ExitStack() as closing:
        soak = Soak(folder, closing)
        soak.run()
        soak.check()
        soak.report()
    if soak.violations:
        print(f"\nSOAK_SEED={SEED} does not add up:", file=sys.stderr)
        for violation in soak.violations[:20]:
            print(f"  {violation}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
