"""Topics, channels and tokens: made, changed, masked, refused while in use."""

import itertools

import pytest

from fake_http import answer
from parley import WEBHOOK_SECRET, run

numbers = itertools.count(1)


@pytest.fixture
def name():
    """A name that no other test of this module uses."""
    return f"n{next(numbers)}"


@pytest.fixture
def parley(module_parley):
    return module_parley


BODY = {"topic": "sales", "description": "Help"}
GUARDED = [("POST", "/api/messages"), ("GET", "/api/messages"), ("GET", "/api/topics"), ("GET", "/api/channels"),
           ("POST", "/api/channels"), ("POST", "/api/channels/log/test"), ("DELETE", "/api/topics/sales"),
           ("POST", "/api/admin/tokens")]
FAILURES_MAX = 60  # the gate lets an address fail 30 times, and once more each second


@pytest.mark.parametrize("method, path", GUARDED)
def test_without_a_token_nothing_opens(parley, method, path):
    refused = parley.request(method, path, BODY, token=None)
    assert refused.is_problem(401)
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", [
    "Bearer wrong", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "Bearer a b", "x"])
def test_what_is_no_good_token_opens_nothing(parley, authorization):
    assert parley.get("/api/topics", token=None, headers={"Authorization": authorization}).is_problem(401)


def test_who_guesses_tokens_has_to_wait(launch):
    parley = launch()
    answers = [parley.get("/api/topics", token=f"guess-{number}") for number in range(FAILURES_MAX)]
    assert {one.status for one in answers} == {401, 429}
    assert answers[-1].is_problem(429) and int(answers[-1].headers["retry-after"]) >= 1
    assert parley.get("/api/topics").status == 200, "a good token opens all the same"


def test_a_token_has_a_rate(launch):
    parley = launch(PARLEY_RATE_LIMIT="5")
    answers = [parley.get("/api/topics") for _ in range(40)]
    assert answers[-1].is_problem(429) and int(answers[-1].headers["retry-after"]) >= 1
    assert parley.get("/healthz").status == 200


def scoped(parley, name, *scopes):
    made = parley.post("/api/admin/tokens", {"name": name, "scopes": scopes})
    assert made.status == 201, made
    return made.json


def test_scopes_open_what_they_name(parley, name):
    sender = scoped(parley, f"{name}s", "messages:send")["secret"]
    reader = scoped(parley, f"{name}r", "messages:read")["secret"]
    assert parley.post("/api/messages", BODY, token=sender).status == 201
    assert parley.get("/api/messages", token=sender).is_problem(403)
    assert parley.get("/api/messages", token=reader).status == 200
    assert parley.post("/api/messages", BODY, token=reader).is_problem(403)
    for token in (sender, reader):
        assert parley.post("/api/topics", {"name": name, "channels": ["log"]}, token=token).is_problem(403)
        assert parley.delete("/api/channels/log", token=token).is_problem(403)
        assert parley.get("/api/admin/tokens", token=token).is_problem(403)


def test_a_revoked_token_opens_nothing_and_is_shown_without_its_secret(parley, name):
    made = scoped(parley, name, "messages:read")
    shown = parley.get("/api/admin/tokens")
    assert made["secret"] not in shown.body.decode() and "digest" not in shown.json["items"][0]
    assert parley.delete(f"/api/admin/tokens/{made['token']['id']}").status == 204
    assert parley.get("/api/messages", token=made["secret"]).is_problem(401)
    assert parley.delete(f"/api/admin/tokens/{made['token']['id']}").is_problem(404)


def test_tokens_that_expired_open_nothing(parley, name):
    made = parley.post("/api/admin/tokens", {
        "name": name, "scopes": ["messages:read"], "expires_at": "2020-01-01T00:00:00Z"})
    assert made.status == 422 or parley.get("/api/messages", token=made.json["secret"]).is_problem(401)


@pytest.mark.parametrize("sent, field", [
    ({"name": "odd", "scopes": ["messages:eat"]}, "scopes"), ({"name": "odd", "scopes": []}, "scopes"),
    ({"name": "Odd One", "scopes": ["admin"]}, "name"), ({"name": "odd", "scopes": ["admin"], "expires_at": "soon"},
                                                         "expires_at")])
def test_a_bad_token_is_refused_by_field(parley, sent, field):
    refused = parley.post("/api/admin/tokens", sent)
    assert refused.is_problem(422) and refused.fields == [field]


def test_an_operator_makes_a_token_for_a_stopped_program(launch):
    parley = launch()
    busy = run("token", "create", "night", "--scope", "messages:read", "--data", str(parley.folder))
    assert busy.returncode == 3, busy
    parley.stop()
    made = run("token", "create", "night", "--scope", "messages:read", "--data", str(parley.folder))
    assert made.returncode == 0, made
    assert run("token", "create", "odd", "--scope", "messages:eat", "--data", str(parley.folder)).returncode == 2
    listed = run("token", "list", "--data", str(parley.folder))
    assert "night" in listed.stdout and made.stdout.strip() not in listed.stdout
    parley.start()
    assert parley.get("/api/messages", token=made.stdout.strip()).status == 200


def test_a_topic_lives_and_changes(parley, name):
    made = parley.post("/api/topics", {"name": name, "channels": ["log"], "template": "New: {description}"})
    assert made.status == 201 and made.headers["location"] == f"/api/topics/{name}", made
    assert made.json["template"] == "New: {description}"
    assert parley.post("/api/topics", {"name": name, "channels": ["log"]}).is_problem(409)
    changed = parley.patch(f"/api/topics/{name}", {"template": "Old: {description}"})
    assert (changed.status, changed.json["template"], changed.json["channels"]) == (200, "Old: {description}", ["log"])
    assert name in [one["name"] for one in parley.get("/api/topics?limit=200").json["items"]]
    assert parley.delete(f"/api/topics/{name}").status == 204
    assert parley.get(f"/api/topics/{name}").is_problem(404)
    assert parley.delete(f"/api/topics/{name}").is_problem(404)


BAD_TOPICS = {
    "name missing": ({"channels": ["log"]}, "name"),
    "name with a slash": ({"name": "a/b", "channels": ["log"]}, "name"),
    "no channels": ({"name": "t", "channels": []}, "channels"),
    "unknown channel": ({"name": "t", "channels": ["x"]}, "channels"),
    "channel twice": ({"name": "t", "channels": ["log", "log"]}, "channels"),
    "template open": ({"name": "t", "channels": ["log"], "template": "{description"}, "template"),
    "template unknown": ({"name": "t", "channels": ["log"], "template": "{password}"}, "template"),
    "unknown field": ({"name": "t", "channels": ["log"], "colour": "red"}, "colour"),
}


@pytest.mark.parametrize("sent, field", BAD_TOPICS.values(), ids=BAD_TOPICS)
def test_a_bad_topic_is_refused_by_field(parley, sent, field):
    refused = parley.post("/api/topics", sent)
    assert refused.is_problem(422) and refused.fields == [field]


SLACK_URL = "https://hooks.slack.com/services/T000/B000/verysecret"
HOOK = {"url": "https://a.example/", "secret": WEBHOOK_SECRET}
MAIL = {"smtp_url": "smtp://m.example", "from": "a@b.cz", "to": ["c@d.cz"]}
BAD_CHANNELS = {
    "kind unknown": ({"kind": "pigeon", "settings": {}}, "kind"),
    "setting missing": ({"kind": "slack", "settings": {}}, "settings.webhook_url"),
    "setting no URL": ({"kind": "slack", "settings": {"webhook_url": "slack"}}, "settings.webhook_url"),
    "setting of a wrong type": ({"kind": "slack", "settings": {"webhook_url": 7}}, "settings.webhook_url"),
    "setting unknown": ({"kind": "slack", "settings": {"webhook_url": SLACK_URL, "colour": 1}}, "settings.colour"),
    "pace not positive": (
        {"kind": "slack", "settings": {"webhook_url": SLACK_URL, "pace_per_second": 0}}, "settings.pace_per_second"),
    "file URL": ({"kind": "webhook", "settings": HOOK | {"url": "file:///etc/passwd"}}, "settings.url"),
    "secret malformed": (
        {"kind": "webhook", "settings": HOOK | {"secret": "whsec_!notbase64"}}, "settings.secret"),
    "no recipient": ({"kind": "email", "settings": MAIL | {"to": []}}, "settings.to"),
    "header in a recipient": (
        {"kind": "email", "settings": MAIL | {"to": ["a@b.cz\r\nBcc: x@y.z"]}}, "settings.to[0]"),
    "paused not a truth": ({"kind": "log", "settings": {}, "paused": "yes"}, "paused"),
}


@pytest.mark.parametrize("sent, field", BAD_CHANNELS.values(), ids=BAD_CHANNELS)
def test_a_bad_channel_is_refused_by_field(parley, name, sent, field):
    refused = parley.post("/api/channels", {"name": name} | sent)
    assert refused.is_problem(422) and refused.fields == [field]
    assert "verysecret" not in refused.body.decode()


def test_secrets_are_never_shown_again(parley, name):
    made = [
        parley.post("/api/channels", {"name": f"{name}s", "kind": "slack", "settings": {"webhook_url": SLACK_URL}}),
        parley.post("/api/channels", {"name": f"{name}e", "kind": "email", "settings": MAIL | {
            "smtp_url": "smtps://m.example", "username": "u", "password": "verysecret"}}),
        parley.post("/api/channels", {"name": f"{name}w", "kind": "webhook", "settings": HOOK}),
    ]
    assert [one.status for one in made] == [201] * 3, made
    shown = made + [parley.get(f"/api/channels/{name}{kind}") for kind in "sew"]
    shown.append(parley.get("/api/channels?limit=200"))
    shown.append(parley.patch(f"/api/channels/{name}e", {"paused": True}))
    for one in shown:
        assert one.status in (200, 201), one
        assert "verysecret" not in one.body.decode() and WEBHOOK_SECRET[6:] not in one.body.decode(), one
    assert "verysecret" not in str(parley.logs)


def test_a_channel_in_use_is_not_deleted(parley, name):
    assert parley.post("/api/channels", {"name": name, "kind": "log", "settings": {}}).status == 201
    assert parley.post("/api/topics", {"name": name, "channels": [name]}).status == 201
    assert parley.delete(f"/api/channels/{name}").is_problem(409)
    assert parley.delete(f"/api/topics/{name}").status == 204
    assert parley.delete(f"/api/channels/{name}").status == 204
    assert parley.get(f"/api/channels/{name}").is_problem(404)


def test_a_paused_channel_holds_its_messages(parley, name, hook):
    parley.webhook(name, hook.url, topic=name)
    assert parley.patch(f"/api/channels/{name}", {"paused": True}).status == 200
    message = parley.send(name)
    other = parley.send("sales")
    parley.settled(other["id"])
    assert parley.message(message["id"])["status"] in ("pending", "queued") and not hook.received
    assert parley.patch(f"/api/channels/{name}", {"paused": False}).status == 200
    hook.wait_for(1)
    parley.settled(message["id"])


def test_a_test_message_says_what_happened(parley, name, hook, http_fake):
    broken = http_fake()
    broken.usual = answer(404, b"no such hook")
    parley.webhook(f"{name}g", hook.url)
    parley.webhook(f"{name}b", broken.url)
    good, bad = parley.post(f"/api/channels/{name}g/test"), parley.post(f"/api/channels/{name}b/test")
    assert (good.status, good.json["class"]) == (200, "delivered"), good
    assert (bad.status, bad.json["class"], bad.json["code"]) == (200, "permanent", "404"), bad
    assert "no such hook" in bad.json["excerpt"]
    assert len(hook.received) == 1 and hook.unsigned == 0
    assert parley.post("/api/channels/nowhere/test").is_problem(404)


def test_private_addresses_are_refused_unless_allowed(parley, name, hook):
    made = parley.post("/api/channels", {"name": name, "kind": "webhook", "settings": HOOK | {"url": hook.url}})
    if made.status == 201:
        tested = parley.post(f"/api/channels/{name}/test").json
        assert tested["class"] == "misconfigured", tested
    else:
        assert made.is_problem(422)
    assert hook.received == []
