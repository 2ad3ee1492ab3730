"""Receivers that throttle, fail, hang, hang up and lie: what Parley makes of each, and that it ends well."""

import datetime
import json

import pytest

from eventually import eventually
from fake_http import FakeWebhook, answer, drop, flood, half_close, hang
from fake_smtp import FakeSMTP, ScriptedSMTP, self_signed

RETRY_SECONDS = 15.0  # the first retries come after about 1, 2 and 4 s


@pytest.fixture
def slack_parley(launch, slack):
    return launch(PARLEY_SLACK_WEBHOOK_URL=slack.url)


def attempts(message):
    return message["deliveries"][0]["attempts"]


def classes(message):
    return [attempt["class"] for attempt in attempts(message)]


# What went wrong with the first attempt → the class it is shown as. The second one succeeds.
SLACK_TROUBLE = {
    "500": (answer(500, b"rollup_error"), "transient"),
    "502 from a proxy": (answer(502, b"<html>bad gateway</html>", Content_Type="text/html"), "transient"),
    "429": (answer(429, b"slow down", Retry_After="1"), "throttled"),
    "closes half-way": (half_close, "transient"),
    "closes without a word": (drop, "transient"),
    "200 with a web page": (answer(200, b"<html>Welcome</html>"), "transient"),
    "200 with nothing": (answer(200), "transient"),
    "200 with ok and more": (answer(200, b"ok then"), "transient"),
    "200 and an endless body": (flood, "transient"),
}


@pytest.mark.parametrize("trouble, shown", SLACK_TROUBLE.values(), ids=SLACK_TROUBLE)
def test_slack_in_trouble_hears_of_it_in_the_end(slack_parley, slack, trouble, shown):
    slack.script.append(trouble)
    message = slack_parley.send("sales", "surely")
    done = slack_parley.settled(message["id"], within=RETRY_SECONDS)
    assert classes(done) == [shown, "delivered"]
    assert slack.flooded < 4 * 1024 * 1024, "an answer is read up to a limit"
    assert all("secretpart" not in (attempt["excerpt"] or "") for attempt in attempts(done))


@pytest.mark.parametrize("status, said", [(400, b"invalid_payload"), (400, b"no_text")])
def test_what_slack_will_never_take_is_shown_as_error(slack_parley, slack, status, said):
    slack.script.append(answer(status, said))
    message = slack_parley.send("sales")
    failed = slack_parley.settled(message["id"], "error")
    assert classes(failed) == ["permanent"] and attempts(failed)[0]["excerpt"] == said.decode()
    assert attempts(failed)[0]["code"] == str(status) or said.decode() in attempts(failed)[0]["code"]


@pytest.mark.parametrize("status, said", [
    (404, b"no_service"), (403, b"invalid_token"), (410, b"channel_is_archived"), (200, b"no_service")])
def test_a_slack_that_was_switched_off_keeps_its_messages(slack_parley, slack, status, said):
    slack.script.append(answer(status, said))
    message = slack_parley.send("sales")
    seen = eventually(lambda: attempts(kept := slack_parley.message(message["id"])) and kept, what="an attempt")
    assert seen["status"] in ("pending", "queued") and classes(seen) == ["misconfigured"]
    shown = eventually(lambda: (one := slack_parley.get("/api/channels/slack").json)["hold"] and one, what="held")
    assert shown["hold"]["reason"] == "misconfigured" and "secretpart" not in json.dumps(shown)
    assert slack_parley.patch("/api/channels/slack", {"paused": False}).status == 200
    slack_parley.settled(message["id"], within=RETRY_SECONDS)


def test_retry_after_is_waited_for_in_full_by_the_whole_channel(slack_parley, slack):
    slack.script.append(answer(429, b"", Retry_After="3"))
    messages = [slack_parley.send("sales", f"number {index}") for index in range(2)]
    first, second, third = slack.wait_for(3, within=RETRY_SECONDS)
    assert second.at - first.at >= 3.0 and third.at - first.at >= 3.0
    for message in messages:
        slack_parley.settled(message["id"])


def test_slack_hears_at_most_one_message_a_second(slack_parley, slack):
    for index in range(4):
        slack_parley.send("sales", f"number {index}")
    times = [received.at for received in slack.wait_for(4)]
    assert times[-1] - times[0] >= 2.7, "three gaps of a second, less the jitter of a busy machine"


def test_a_receiver_that_hangs_holds_up_only_itself(launch, http_fake, hook):
    parley, stuck = launch(), http_fake(hang)
    parley.webhook("stuck", stuck.url, topic="stuck")
    parley.webhook("good", hook.url, topic="good")
    held = parley.send("stuck")
    stuck.wait_for(1)
    for _ in range(20):
        parley.send("good")
    hook.wait_for(20)
    assert parley.message(held["id"])["status"] == "queued"
    stuck.closing.set()
    done = parley.settled(held["id"], within=RETRY_SECONDS)
    assert classes(done)[-1] == "delivered"


def test_a_receiver_that_was_away_gets_everything_later(launch, closing):
    parley = launch()
    with FakeWebhook() as away:
        port, url = away.port, away.url
    parley.webhook("hook", url, topic="hook")
    messages = [parley.send("hook", f"number {index}") for index in range(30)]
    eventually(lambda: attempts(parley.message(messages[0]["id"])), what="a first attempt")
    back = closing.enter_context(FakeWebhook(port=port))
    for message in messages:
        parley.settled(message["id"], within=60)
    assert back.unsigned == 0 and len(set(back.identifiers)) == 30


def test_what_was_in_flight_at_kill_9_is_sent_again_under_the_same_id(launch, closing):
    parley = launch()
    hook = closing.enter_context(FakeWebhook(hang))
    parley.webhook("hook", hook.url, topic="hook")
    message = parley.send("hook")
    hook.wait_for(1)
    parley.kill9()
    parley.start()
    done = parley.settled(message["id"], within=RETRY_SECONDS)
    assert len(hook.identifiers) == 2 and len(set(hook.identifiers)) == 1
    assert [attempt["class"] for attempt in attempts(done)][-1] == "delivered"
    assert [attempt["outcome_unknown"] for attempt in attempts(done)] == [True, False]


def test_a_signed_webhook_verifies(launch, hook):
    parley = launch()
    parley.webhook("hook", hook.url, topic="hook")
    message = parley.send("hook", "signed Žluťoučký", headers={"Idempotency-Key": "k1"})
    [received] = hook.wait_for(1)
    assert hook.unsigned == 0
    assert received.headers["content-type"].startswith("application/json")
    assert received.headers["webhook-id"] and received.headers["user-agent"].startswith("parley/")
    assert "signed Žluťoučký" in json.dumps(json.loads(received.body), ensure_ascii=False)
    parley.settled(message["id"])


WEBHOOK_ANSWERS = {
    "201": (answer(201), "delivered", "sent"),
    "204": (answer(204), "delivered", "sent"),
    "400": (answer(400), "permanent", "error"),
}


@pytest.mark.parametrize("reply, shown, status", WEBHOOK_ANSWERS.values(), ids=WEBHOOK_ANSWERS)
def test_a_webhook_answer_has_one_meaning(launch, hook, reply, shown, status):
    parley = launch()
    hook.script.append(reply)
    parley.webhook("hook", hook.url, topic="hook")
    done = parley.settled(parley.send("hook")["id"], status)
    assert classes(done) == [shown] and len(hook.received) == 1


def test_a_redirect_is_never_followed(launch, hook, http_fake):
    elsewhere = http_fake()
    hook.script.append(answer(307, b"", Location=elsewhere.url))
    parley = launch()
    parley.webhook("hook", hook.url, topic="hook")
    message = parley.send("hook")
    seen = eventually(lambda: attempts(one := parley.message(message["id"])) and one, what="an attempt")
    assert classes(seen) == ["misconfigured"] and elsewhere.received == []


def test_the_proxy_of_the_environment_is_ignored(launch, hook, http_fake):
    proxy = http_fake()
    parley = launch(http_proxy=f"http://127.0.0.1:{proxy.port}", ALL_PROXY=f"http://127.0.0.1:{proxy.port}")
    parley.webhook("hook", hook.url, topic="hook")
    parley.settled(parley.send("hook")["id"])
    assert proxy.received == []


def mail_parley(launch, server, to="team@example.org", **more):
    return launch(PARLEY_SMTP_URL=server.url, PARLEY_SMTP_FROM="parley@example.org", PARLEY_EMAIL_TO=to, **more)


def test_a_mail_is_well_formed(launch, closing):
    server = closing.enter_context(FakeSMTP())
    parley = mail_parley(launch, server, to="a@example.org, b@example.org")
    message = parley.send("pricing", "Příliš žluťoučký\n.\nkůň\r\nBcc: x@example.org")
    [mail] = server.wait_for(1)
    assert mail.sender == "parley@example.org" and mail.recipients == ["a@example.org", "b@example.org"]
    assert mail.message["Date"] and mail.message["Message-ID"] and mail.message["Subject"]
    assert mail.message["Bcc"] is None and mail.message["From"] == "parley@example.org"
    text = mail.message.get_body().get_content().replace("\r\n", "\n")
    assert "Příliš žluťoučký\n.\nkůň\nBcc: x@example.org" in text
    parley.settled(message["id"])


# How the first session goes wrong, and whether the mail may have been taken all the same.
MAIL_TROUBLE = {
    "busy at the door": ({"EHLO": "421 4.3.2 too many", "HELO": "421 4.3.2 too many"}, False),
    "gone after DATA": ({"END": None}, True),
    "gone before DATA": ({"MAIL": None}, False),
}


@pytest.mark.parametrize("script, unknown", MAIL_TROUBLE.values(), ids=MAIL_TROUBLE)
def test_a_mail_server_in_trouble_gets_it_in_the_end(launch, closing, script, unknown):
    server = closing.enter_context(ScriptedSMTP(script))
    parley = mail_parley(launch, server)
    done = parley.settled(parley.send("pricing")["id"], within=RETRY_SECONDS)
    assert classes(done) == ["transient", "delivered"] and len(server.mails) == 1
    assert attempts(done)[0]["outcome_unknown"] == unknown


@pytest.mark.parametrize("script", [{"RCPT": "451 4.7.1 Greylisted"}, {"END": "452 4.2.2 full"}],
                         ids=["greylisted", "mailbox full"])
def test_who_asks_to_come_back_later_is_left_alone_for_minutes(launch, closing, script):
    server = closing.enter_context(ScriptedSMTP(script))
    parley = mail_parley(launch, server)
    message = parley.send("pricing")
    seen = eventually(lambda: attempts(one := parley.message(message["id"])) and one, what="an attempt")
    assert seen["status"] == "queued" and classes(seen) == ["transient"]
    pause = when(seen["deliveries"][0]["next_attempt_at"]) - when(attempts(seen)[0]["started_at"])
    assert 4 * 60 <= pause.total_seconds() <= 15 * 60


def when(text):
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize("script, code", [({"RCPT": "550 5.1.1 no such user"}, "smtp.550"),
                                          ({"END": "554 5.7.1 spam"}, "smtp.554")], ids=["recipient", "content"])
def test_what_a_mail_server_refuses_for_good_is_an_error(launch, closing, script, code):
    server = closing.enter_context(ScriptedSMTP(script))
    parley = mail_parley(launch, server)
    failed = parley.settled(parley.send("pricing")["id"], "error")
    [attempt] = attempts(failed)
    assert (attempt["class"], attempt["code"]) == ("permanent", code)
    assert not server.mails


def test_one_bad_recipient_does_not_cost_the_others_their_mail(launch, closing):
    server = closing.enter_context(ScriptedSMTP({"RCPT <bad@example.org>": "550 5.1.1 no such user"}))
    parley = mail_parley(launch, server, to="bad@example.org,good@example.org")
    parley.send("pricing")
    assert "good@example.org" in str(server.wait_for(1)[0].recipients)


def test_a_mail_sent_again_keeps_its_message_id(launch, closing):
    server = closing.enter_context(ScriptedSMTP({"END": None}))
    parley = mail_parley(launch, server)
    parley.settled(parley.send("pricing")["id"], within=RETRY_SECONDS)
    first, second = server.contents
    assert first["Message-ID"] and first["Message-ID"] == second["Message-ID"]


def test_credentials_never_travel_in_the_clear(launch, closing):
    server = closing.enter_context(ScriptedSMTP({"EHLO": "250-fake\r\n250 AUTH PLAIN LOGIN"}))
    parley = launch()
    made = parley.post("/api/channels", {
        "name": "mail", "kind": "email", "allow_private": True, "settings": {
            "smtp_url": server.url, "username": "u", "password": "p4ss", "from": "a@b.cz", "to": ["c@d.cz"]}})
    assert made.status == 201, made
    tested = parley.post("/api/channels/mail/test").json
    assert tested["class"] != "delivered" and not server.mails
    assert not any(line.upper().startswith("AUTH") for said in server.sessions for line in said)


def test_a_certificate_nobody_vouches_for_is_refused(launch, closing, tmp_path):
    server = closing.enter_context(FakeSMTP(self_signed(tmp_path), login=("u", "p4ss")))
    parley = launch()
    made = parley.post("/api/channels", {
        "name": "mail", "kind": "email", "allow_private": True, "settings": {
            "smtp_url": server.url, "username": "u", "password": "p4ss", "from": "a@b.cz", "to": ["c@d.cz"]}})
    assert made.status == 201, made
    tested = parley.post("/api/channels/mail/test").json
    assert tested["class"] in ("transient", "misconfigured") and not server.mails and not server.logins
    assert "certificate" in json.dumps(tested).lower()
