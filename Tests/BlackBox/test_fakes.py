"""The fakes are what they claim to be: other tests believe them."""

import datetime
import http.client
import json
import smtplib
import ssl
import threading

import pytest

from big_chat import BigChat
from bridge import Apart, Ledger, differences, is_event
from eventually import eventually
from fake_http import FakeHTTP, Received, answer, drop, half_close, signed
from fake_smtp import FakeSMTP, ScriptedSMTP, self_signed
from our_api import OurAPI
from parley import WEBHOOK_SECRET

# The example of the Standard Webhooks reference libraries; only its time is long past.
SECRET, IDENTIFIER, SENT_AT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
SIGNATURE, CONTENT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", b'{"test": 2432232314}'


def ask(fake):
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=5)
    connection.request("POST", "/x", b"hello")
    response = connection.getresponse()
    return response.status, response.read()


def test_scripts_are_followed_and_requests_kept():
    with FakeHTTP(answer(429, b"later", Retry_After="2"), half_close, drop) as fake:
        assert ask(fake) == (429, b"later")
        with pytest.raises(http.client.IncompleteRead):
            ask(fake)
        with pytest.raises(http.client.RemoteDisconnected):
            ask(fake)
        assert ask(fake) == (200, b"ok")
        assert [received.body for received in fake.wait_for(4)] == [b"hello"] * 4


@pytest.mark.parametrize("changed", [{}, {"body": CONTENT + b" "}, {"secret": WEBHOOK_SECRET}, {"identifier": "x"}],
                         ids=["as sent", "body", "secret", "id"])
def test_signatures_are_told_from_forgeries(monkeypatch, changed):
    monkeypatch.setattr("time.time", lambda: int(SENT_AT) + 5)
    headers = {"webhook-id": changed.get("identifier", IDENTIFIER), "webhook-timestamp": SENT_AT,
               "webhook-signature": "v1,bm9wZQ== " + SIGNATURE}
    received = Received(0, "/", headers, changed.get("body", CONTENT))
    assert signed(received, changed.get("secret", SECRET)) == (not changed)


def test_a_mail_over_starttls_with_a_login(tmp_path):
    certificate = self_signed(tmp_path)
    with FakeSMTP(certificate, login=("u", "p")) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=certificate[0]))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("u", "wrong")
        client.login("u", "p")
        client.sendmail("a@b.cz", ["c@d.cz"], "Subject: x\r\n\r\nhello\r\n")
        [mail] = server.wait_for(1)
        assert (mail.secure, mail.user, mail.message["Subject"]) == (True, "u", "x")


def test_a_scripted_session_says_what_its_script_says():
    with ScriptedSMTP({"RCPT": "451 later"}, {"END": None}) as server:
        with smtplib.SMTP("127.0.0.1", server.port) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@b.cz", ["c@d.cz"], "x")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtplib.SMTP("127.0.0.1", server.port).sendmail("a@b.cz", ["c@d.cz"], "x")
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            client.sendmail("a@b.cz", ["c@d.cz"], "Subject: y\r\n\r\n..dot\r\n")
        [mail] = server.wait_for(1)
        assert mail.message["Subject"] == "y" and ".dot" in mail.message.get_content()


def call(service, method, path, body=None):
    """One call; the JSON of its answer, if it has a body."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
    connection.request(method, path, body if isinstance(body, (bytes, type(None))) else json.dumps(body))
    response = connection.getresponse()
    said = response.read()
    connection.close()
    return response.status, json.loads(said) if said and response.status < 500 else None


def window(page=0, start=1_000_000, end=1_000_060):
    def iso(seconds):
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"/events?start_at={iso(start)}&end_at={iso(end)}&page={page}"


@pytest.mark.parametrize("seed", range(20))
def test_bigchat_says_what_its_ledger_says(tmp_path, seed):
    ledger = Ledger(tmp_path / "ledger")
    heard, pages = [], 0
    with BigChat(0, seed, ledger.path, odd=0.2) as chat:
        for start in range(1_000_000, 1_000_600, 60):
            path = window(0, start, start + 60)
            while path:
                status, page = call(chat, "GET", path)
                assert status == 200 and page.keys() == {"nextPageUrl", "events"}
                heard += page["events"]
                pages += 1
                path = page["nextPageUrl"] and page["nextPageUrl"].removeprefix(chat.url)
        assert not ledger.troubles() and len(ledger.pages()) == pages
        assert [event for event in heard if is_event(event)] == ledger.events() and len(ledger.events()) > 20
        assert [event for event in heard if not is_event(event)] == ledger.aside()
        number = ledger.events()[0]["conversation_id"]
        status, found = call(chat, "GET", f"/conversations/{number}")
        assert status == 200 and [event["event_name"] for event in found["events"]] == ["START"]
        status, person = call(chat, "GET", f"/advisors/{found['advisor_id']}")
        assert status == 200 and person.keys() == {"advisor_id", "name", "email_address"}
        assert call(chat, "GET", "/conversations/1")[0] == call(chat, "GET", "/advisors/99")[0] == 404
        assert call(chat, "GET", "/events?end_at=2026-01-31T09:30:00Z")[0] == 500


def test_what_bigchat_lost_is_in_no_model(tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    with BigChat(0, 7, ledger.path, lose=1.0, more=0, busy=30) as chat:
        assert call(chat, "GET", window())[0] in (500, 502)
        assert ledger.troubles() and not ledger.model()
        lost = {event["conversation_id"] for event in ledger.pages()[0].events}
        chat.set(lose=0, truncate=1.0)
        with pytest.raises(http.client.IncompleteRead):
            call(chat, "GET", window())
        chat.set(truncate=0)
        assert call(chat, "GET", window())[0] == 200
        assert not ledger.troubles() and ledger.model()
        assert ledger.model().keys() != {str(number) for number in lost}


@pytest.mark.parametrize("stable", [True, False])
def test_bigchat_outlives_its_death(closing, tmp_path, stable):
    """Its conversations do; its advisors do not, unless they are told to."""
    ledger = Ledger(tmp_path / "ledger")
    chat = Apart("big_chat.py", 3, ledger.path, stable=stable, more=0)
    closing.callback(chat.close)
    call(chat, "GET", window())
    before = call(chat, "GET", "/advisors/1")[1]
    chat.kill9()
    with pytest.raises(ConnectionRefusedError):
        call(chat, "GET", window())
    chat.start()
    assert (call(chat, "GET", "/advisors/1")[1] == before) == stable
    for event in ledger.events():
        assert call(chat, "GET", f"/conversations/{event['conversation_id']}")[0] == 200
    call(chat, "GET", window(0, 1_000_060, 1_000_120))
    assert not ledger.troubles() and [page.n for page in ledger.counting()] == [1, 2]


def test_gaps_and_repetitions_are_seen(tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    with BigChat(0, 1, ledger.path, more=0) as chat:
        call(chat, "GET", window())
        call(chat, "GET", window(0, 1_000_061, 1_000_120))
        assert "not in a row" in ledger.troubles()[0]
        call(chat, "GET", window(0, 1_000_060, 1_000_061))
        assert not [trouble for trouble in ledger.troubles() if "in a row" in trouble]
        call(chat, "GET", window(0, 1_000_030, 1_000_040))
        assert [trouble for trouble in ledger.troubles() if "in a row" in trouble]


STARTED = "2026-01-31T10:30:00+01:00"
ANA = {"name": " Ana María ", "email": "ana@example.org"}


def test_ourapi_is_as_the_facts_say():
    with OurAPI() as api:
        status, agent = call(api, "POST", "/agents", ANA)
        assert (status, agent["name"]) == (201, "Ana María")
        key = agent["agent_id"]
        for taken in ({**ANA, "name": "Other"}, {**ANA, "email": "other@example.org"}):
            assert call(api, "POST", "/agents", taken)[0] == 500
        assert call(api, "POST", "/agents", {"name": "A", "email": "aa"})[0] == 422
        assert call(api, "GET", "/agents?email=ana@example.org") == (200, [agent])
        assert call(api, "GET", "/agents?name=Nobody") == (200, [])
        assert call(api, "GET", f"/agents/{key}")[0] == 200 and call(api, "GET", "/agents/x")[0] == 404
        made = {"external_id": "17", "started_at": STARTED}
        assert call(api, "POST", "/chats", {**made, "agent_id": "x"}) == (400, {"detail": "That agent does not exist."})
        status, chat = call(api, "POST", "/chats", {**made, "agent_id": key})
        assert (status, chat["started_at"], chat["ended_at"]) == (201, "2026-01-31T09:30:00", None)
        again = call(api, "POST", "/chats", made)
        assert again == (404, {"detail": "A chat with that external ID already exists."})
        assert call(api, "POST", "/chats", {**made, "external_id": 17})[0] == 422
        assert call(api, "GET", "/chats?external_id=17") == (200, [chat])
        path = f"/chats/{chat['chat_id']}"
        assert call(api, "PATCH", path, {"ended_at": STARTED}) == (204, None)
        assert call(api, "PATCH", path, {"agent_id": "x"})[0] == 400 and call(api, "PATCH", "/chats/x", {})[0] == 404
        assert call(api, "GET", path)[1]["ended_at"] == "2026-01-31T09:30:00"
        said = {"sent_at": STARTED, "text": " ok\n"}
        for _ in range(2):
            assert call(api, "POST", path + "/messages", said)[0] == 200
        assert call(api, "POST", path + "/messages", {**said, "text": " x "})[0] == 422
        assert call(api, "POST", path + "/messages", {**said, "agent_id": "x"})[0] == 400
        assert call(api, "POST", "/chats/x/messages", said)[0] == 404
        assert [message["text"] for message in call(api, "GET", path + "/messages")[1]] == ["ok", "ok"]
        assert api.content()["most_in_flight"] == 1 and api.bursts == 0


@pytest.mark.parametrize("habit, is_done", [
    ("fail", False), ("vanish", False), ("lose", True), ("drop", True), ("garble", True), ("hang", True)])
def test_ourapi_does_it_and_says_otherwise(habit, is_done):
    with OurAPI(0, 1, **{habit: 1.0, "hang_seconds": 0.05}) as api:
        try:
            assert call(api, "POST", "/agents", ANA)[0] == 500
        except (http.client.HTTPException, ValueError):
            assert habit not in ("fail", "lose")
        assert len(api.content()["agents"]) == is_done
        api.set(**{habit: 0, "forget": 1.0})
        assert call(api, "GET", "/agents") == (200, [])


def test_two_calls_at_once_are_seen_and_one_that_was_given_up_is_none():
    with OurAPI(0, 1, stuck=True) as api:
        given_up = http.client.HTTPConnection("127.0.0.1", api.port)
        given_up.request("GET", "/agents")
        eventually(lambda: api.in_flight)
        given_up.close()
        api.habits["stuck"] = False
        assert call(api, "GET", "/agents")[0] == 200 and not api.bursts
        api.habits["stuck"] = True
        waiting = http.client.HTTPConnection("127.0.0.1", api.port)
        waiting.request("GET", "/agents")
        eventually(lambda: api.in_flight)
        other = threading.Thread(target=call, args=(api, "GET", "/agents"))
        other.start()
        eventually(lambda: api.most_in_flight == 2)
        api.habits["stuck"] = False
        other.join()
        assert waiting.getresponse().status == 200 and api.bursts == 1


CONTENT_CHANGES = {
    "a message twice": lambda chat: chat["messages"].append(chat["messages"][-1]),
    "a message missing": lambda chat: chat["messages"].pop(),
    "another order": lambda chat: chat["messages"].reverse(),
    "another second": lambda chat: chat["messages"][0].update(sent_at="1970-01-12T13:46:39"),
    "no end": lambda chat: chat.update(ended_at=None),
    "another start": lambda chat: chat.update(started_at="1970-01-12T13:46:41"),
    "another agent": lambda chat: chat.update(agent_id="b"),
    "another number": lambda chat: chat.update(external_id="6"),
    "an agent's message": lambda chat: chat["messages"][0].update(agent_id="a"),
}


@pytest.mark.parametrize("change", [None, *CONTENT_CHANGES.values()], ids=["nothing", *CONTENT_CHANGES])
def test_no_difference_escapes(tmp_path, change):
    """A small ledger, and an OurAPI that holds it, but for one thing."""
    def event(name, at, data=None):
        return {"conversation_id": 5, "event_name": name, "event_at": at, "data": data}
    events = [event("END", 1_000_009), event("MESSAGE", 1_000_009, {"message": "bye"}), event("END", 1_000_010),
              event("MESSAGE", 1_000_001, {"message": " hello "}), event("MESSAGE", 1_000_002, {"message": "x"}), None,
              event("TRANSFER", 1_000_003, {"old_advisor_id": 1, "new_advisor_id": 2}), event("START", 1_000_000)]
    lines = [{"kind": "asked", "n": 1, "start": 1_000_000, "end": 1_000_060, "page": 0},
             {"kind": "page", "n": 1, "events": events, "whole": True, "fault": None},
             {"kind": "advisor", "id": 1, "person": {"name": "B", "email_address": "b@example.org"}},
             {"kind": "advisor", "id": 2, "person": {"name": "A", "email_address": "a@example.org"}}]
    (tmp_path / "ledger").write_text("".join(json.dumps(line) + "\n" for line in lines))
    chat = {"external_id": "5", "started_at": "1970-01-12T13:46:40", "ended_at": "1970-01-12T13:46:49", "agent_id": "a",
            "messages": [{"sent_at": "1970-01-12T13:46:41", "text": "hello", "agent_id": None},
                         {"sent_at": "1970-01-12T13:46:49", "text": "bye", "agent_id": None}]}
    content = {"agents": {"a": {"name": "A", "email": "a@example.org"}, "b": {"name": "B", "email": "b@example.org"}},
               "chats": {"c": chat}}
    if change:
        change(chat)
    assert bool(differences(Ledger(tmp_path / "ledger").model(), content)) == bool(change)
