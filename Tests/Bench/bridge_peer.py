"""The bridge as a team would write it: a script that polls, with one kept connection to each side and SQLite.

    bridge_peer.py BIGCHAT OURAPI DATABASE SYNCHRONOUS SINCE

Begins when it is told a line, asks for everything from SINCE (Unix seconds) and from then on once a second. Advisors and
agents are looked up once, conversations when they are first heard of; what was done is committed event by event, before
the next one is begun. It keeps no pages, parks and repairs nothing, takes any failure for its end, and would do an event
twice if it were killed between a call and its commit: in its favour.
"""

import sqlite3
import sys
import time
from datetime import UTC, datetime

import requests

INTERVAL_SECONDS = 1.0
TIMEOUT_SECONDS = 30
ORDER = {"START": 0, "MESSAGE": 1, "TRANSFER": 1, "END": 2}


def when(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Bridge:
    def __init__(self, bigchat, ourapi, path, synchronous):
        self.bigchat, self.ourapi = bigchat, ourapi
        self.session = requests.Session()
        self.session.trust_env = False      # looking for proxies takes as long as the call
        self.agents = {}
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.executescript(f"""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
            CREATE TABLE agent (advisor INTEGER PRIMARY KEY, agent TEXT NOT NULL);
            CREATE TABLE chat (conversation INTEGER PRIMARY KEY, chat TEXT NOT NULL, ended_at INTEGER);
            CREATE TABLE event (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, kind TEXT NOT NULL,
                                at INTEGER NOT NULL, message TEXT, saved_at REAL NOT NULL);
        """)

    def call(self, method, url, **more):
        answer = self.session.request(method, url, timeout=TIMEOUT_SECONDS, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def poll(self, since, until):
        url = f"{self.bigchat}/events?start_at={when(since)}&end_at={when(until)}&page=0"
        while url:
            page = self.call("GET", url)
            for event in sorted(page["events"], key=lambda one: (one["event_at"], ORDER[one["event_name"]])):
                self.apply(event)
            url = page["nextPageUrl"]

    def apply(self, event):
        conversation, kind, at, data = (event[name] for name in ("conversation_id", "event_name", "event_at", "data"))
        self.database.execute("BEGIN")
        chat = self.chat(conversation)
        if kind == "MESSAGE":
            self.call("POST", f"{self.ourapi}/chats/{chat}/messages",
                      json={"sent_at": when(at), "text": data["message"]})
        elif kind == "TRANSFER":
            self.call("PATCH", f"{self.ourapi}/chats/{chat}", json={"agent_id": self.agent(data["new_advisor_id"])})
        elif kind == "END":
            self.call("PATCH", f"{self.ourapi}/chats/{chat}", json={"ended_at": when(at)})
            self.database.execute("UPDATE chat SET ended_at = ? WHERE conversation = ?", [at, conversation])
        self.database.execute(
            "INSERT INTO event (conversation, kind, at, message, saved_at) VALUES (?, ?, ?, ?, ?)",
            [conversation, kind, at, data["message"] if kind == "MESSAGE" else None, time.time()])
        self.database.execute("COMMIT")

    def chat(self, conversation):
        """OurAPI's id of the chat, which is made when it was not known."""
        known = self.database.execute("SELECT chat FROM chat WHERE conversation = ?", [conversation]).fetchone()
        if known:
            return known[0]
        said = self.call("GET", f"{self.bigchat}/conversations/{conversation}")
        chat = self.call("POST", f"{self.ourapi}/chats", json={
            "external_id": str(conversation), "started_at": when(said["events"][0]["event_at"]),
            "agent_id": self.agent(said["advisor_id"])})["chat_id"]
        self.database.execute("INSERT INTO chat (conversation, chat) VALUES (?, ?)", [conversation, chat])
        return chat

    def agent(self, advisor):
        """OurAPI's id of the agent, who is looked for and made when this advisor was not known."""
        if advisor not in self.agents:
            person = self.call("GET", f"{self.bigchat}/advisors/{advisor}")
            found = self.call("GET", f"{self.ourapi}/agents", params={"email": person["email_address"]})
            agent = found[0] if found else self.call(
                "POST", f"{self.ourapi}/agents", json={"name": person["name"], "email": person["email_address"]})
            self.agents[advisor] = agent["agent_id"]
            self.database.execute("INSERT INTO agent VALUES (?, ?)", [advisor, agent["agent_id"]])
        return self.agents[advisor]


def main():
    bigchat, ourapi, path, synchronous, since = sys.argv[1:]
    bridge, since = Bridge(bigchat, ourapi, path, synchronous), int(since)
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        began = time.monotonic()
        until = int(time.time())
        bridge.poll(since, until)
        since = until
        time.sleep(max(0.0, began + INTERVAL_SECONDS - time.monotonic()))


main()
