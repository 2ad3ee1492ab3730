"""The API of Messages: what is accepted, what is refused and how it says so."""

import itertools
import json
import uuid

import pytest

from fake_http import FakeWebhook, answer

numbers = itertools.count(1)


@pytest.fixture
def name():
    """A name that no other test of this module uses."""
    return f"n{next(numbers)}"


@pytest.fixture
def parley(module_parley):
    return module_parley


def body(**changes):
    whole = {"topic": "sales", "description": "Help"} | changes
    return {key: value for key, value in whole.items() if value is not ...}


BAD_MESSAGES = {
    "topic missing": (body(topic=...), ["topic"]),
    "topic unknown": (body(topic="nowhere"), ["topic"]),
    "topic not text": (body(topic=7), ["topic"]),
    "topic null": (body(topic=None), ["topic"]),
    "description missing": (body(description=...), ["description"]),
    "description empty": (body(description=""), ["description"]),
    "description blank": (body(description=" \n\t "), ["description"]),
    "description too long": (body(description="x" * 4_001), ["description"]),
    "description not text": (body(description=["x"]), ["description"]),
    "description with NUL": (body(description="a\0b"), ["description"]),
    "contact not text": (body(contact={"mail": "x"}), ["contact"]),
    "contact too long": (body(contact="x" * 10_000), ["contact"]),
    "unknown field": (body(priority=1), ["priority"]),
    "several at once": (body(topic=1, description=2), ["topic", "description"]),
}


@pytest.mark.parametrize("sent, fields", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_message_is_refused_by_field(parley, sent, fields):
    refused = parley.post("/api/messages", sent)
    assert refused.is_problem(422)
    assert refused.fields == fields and all(error["detail"] for error in refused.json["errors"])


MALFORMED = {
    "empty": b"", "no JSON": b"topic=sales", "cut": b'{"topic":"sales"',
    "array": b"[]", "text": b'"x"', "null": b"null",
    "two values": b"{}{}", "not UTF-8": b'{"topic":"sales","description":"\xff\xfe"}', "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000, "lone surrogate": b'{"topic":"sales","description":"\\ud800"}',
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_is_no_object_is_refused(parley, sent):
    refused = parley.post("/api/messages", sent)
    assert refused.status in (400, 422) and refused.is_problem(refused.status)
    assert parley.get("/healthz").status == 200


@pytest.mark.parametrize("text", [
    "x" * 4_000, "žluťoučký kůň 🐎", "a\r\nb\tc", "'; DROP TABLE message; --", "{description}",
], ids=["4,000 characters", "UTF-8", "line ends", "SQL", "braces"])
def test_text_comes_back_as_it_was_sent(parley, text):
    message = parley.send("sales", text)
    assert parley.message(message["id"])["description"] == text


def test_ids_rise(parley):
    identifiers = [parley.send("sales")["id"] for _ in range(20)]
    assert identifiers == sorted(set(identifiers))
    assert all(uuid.UUID(one).version == 7 and one == one.lower() for one in identifiers)


def test_the_same_key_answers_the_same_result(parley):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (parley.post("/api/messages", body(description="once"), headers=key) for _ in range(2))
    assert (first.status, first.json["id"]) == (second.status, second.json["id"])
    assert first.headers["location"] == second.headers["location"]
    assert [one["description"] for one in parley.every_message()].count("once") == 1
    other = parley.post("/api/messages", body(description="other"), headers=key)
    assert other.is_problem(422, "idempotency.key_reused")


@pytest.mark.parametrize("key", ["", "x" * 300, "with space"])
def test_a_bad_key_is_refused(parley, key):
    assert parley.post("/api/messages", body(), headers={"Idempotency-Key": key}).is_problem(400)


def test_a_refusal_is_not_remembered(parley, name):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    assert parley.post("/api/messages", body(topic=name), headers=key).status == 422
    assert parley.post("/api/topics", {"name": name, "channels": ["log"]}).status == 201
    assert parley.post("/api/messages", body(topic=name), headers=key).status == 201


def test_a_message_that_is_not_there(parley):
    for identifier in (str(uuid.uuid4()), "x", "%20", "a" * 500):
        assert parley.get(f"/api/messages/{identifier}").is_problem(404)
    assert parley.get("/api/nowhere").is_problem(404)


def test_a_list_is_read_page_by_page(parley, name):
    assert parley.post("/api/topics", {"name": name, "channels": ["log"]}).status == 201
    posted = {parley.send(name)["id"] for _ in range(7)}
    seen, after, pages = [], "", 0
    while True:
        page = parley.get(f"/api/messages?topic={name}&limit=3{after}").json
        seen, pages = seen + [one["id"] for one in page["items"]], pages + 1
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert (sorted(seen), pages) == (sorted(posted), 3)


def test_filters(parley, name):
    assert parley.post("/api/topics", {"name": name, "channels": ["log"]}).status == 201
    message = parley.send(name)
    parley.settled(message["id"])
    assert [one["id"] for one in parley.get(f"/api/messages?topic={name}&status=sent").json["items"]] == [message["id"]]
    assert parley.get(f"/api/messages?topic={name}&status=error").json["items"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=100000", "status=lost", "colour=red"])
def test_a_bad_query_is_refused_by_name(parley, query):
    refused = parley.get(f"/api/messages?{query}")
    assert refused.is_problem(422) and refused.fields == [query.split("=")[0]]


@pytest.mark.parametrize("method, path, allowed", [
    ("DELETE", "/api/messages", {"GET", "POST"}), ("POST", "/healthz", {"GET"}), ("PUT", "/metrics", {"GET"}),
    ("POST", "/api/messages/018f0000-0000-7000-8000-000000000000", {"GET"}),
])
def test_a_wrong_method_names_the_right_ones(parley, method, path, allowed):
    refused = parley.request(method, path)
    assert refused.is_problem(405)
    assert allowed <= {one.strip() for one in refused.headers["allow"].split(",")}


def test_a_cancelled_message_never_leaves(parley, name, hook):
    parley.webhook(name, hook.url, topic=name)
    parley.patch(f"/api/channels/{name}", {"paused": True})
    unwanted, wanted = parley.send(name, "unwanted"), parley.send(name, "wanted")
    cancelled = parley.post(f"/api/messages/{unwanted['id']}/cancel")
    assert cancelled.status == 200 and cancelled.json["deliveries"][0]["state"] == "cancelled", cancelled
    parley.patch(f"/api/channels/{name}", {"paused": False})
    hook.wait_for(1)
    parley.settled(wanted["id"])
    assert len(hook.received) == 1 and b"unwanted" not in hook.received[0].body
    assert parley.post(f"/api/messages/{wanted['id']}/cancel").is_problem(409)


def test_resend_after_a_refusal_that_was_final(parley, name, hook):
    hook.script.append(answer(400, b"not today"))
    parley.webhook(name, hook.url, topic=name)
    message = parley.send(name)
    failed = parley.settled(message["id"], "error")
    assert failed["deliveries"][0]["attempts"][0]["excerpt"] == "not today"
    again = parley.post(f"/api/messages/{message['id']}/resend")
    assert again.status == 200, again
    done = parley.settled(message["id"])
    assert len(done["deliveries"][0]["attempts"]) == 2
    assert len(set(hook.identifiers)) == 1, "the same idempotency key"


def test_resend_every_error_of_a_channel(parley, name, hook):
    hook.script.extend([answer(400)] * 3)
    parley.webhook(name, hook.url, topic=name)
    messages = [parley.send(name) for _ in range(3)]
    for message in messages:
        parley.settled(message["id"], "error")
    again = parley.post(f"/api/channels/{name}/resend", {"since": messages[0]["created_at"]})
    assert (again.status, again.json) == (200, {"resent": 3}), again
    for message in messages:
        parley.settled(message["id"])


def test_one_topic_tells_several_channels(parley, name, closing):
    hooks = [closing.enter_context(FakeWebhook()) for _ in range(2)]
    for index, hook in enumerate(hooks):
        parley.webhook(f"{name}-{index}", hook.url)
    assert parley.post("/api/topics", {"name": name, "channels": [f"{name}-0", f"{name}-1"]}).status == 201
    message = parley.send(name, "to both")
    for hook in hooks:
        assert "to both" in json.dumps(json.loads(hook.wait_for(1)[0].body), ensure_ascii=False)
    assert len(parley.settled(message["id"])["deliveries"]) == 2


def test_a_template_shapes_the_text(parley, name, hook):
    parley.webhook(name, hook.url)
    assert parley.post("/api/topics", {
        "name": name, "channels": [name], "template": "{topic}: {description} ({contact|nobody})"}).status == 201
    parley.send(name, "{contact}")
    assert f"{name}: {{contact}} (nobody)" in hook.wait_for(1)[0].body.decode()


def test_the_description_covers_every_path(parley):
    described = parley.get("/openapi.json", token=None)
    assert described.status == 200 and described.json["openapi"].startswith("3.1")
    assert {"/healthz", "/api/messages", "/api/messages/{id}", "/api/topics/{name}", "/api/channels/{name}/test"} <= \
        described.json["paths"].keys()
