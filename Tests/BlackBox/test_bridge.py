"""From BigChat to OurAPI, both of them pretended: everything arrives, once, in order, and an admin sees it."""

import collections
import datetime
import json
import time

import pytest

from bridge import Bridge, differences
from eventually import eventually
from parley import ADMIN_TOKEN, run
from test_metrics import total


@pytest.fixture
def bridge(launch, closing, tmp_path):
    """Starts all three: `bridge()`, `bridge(7, big_chat={…}, our_api={…}, PARLEY_…=…)`."""
    return lambda seed=1, **more: Bridge(launch, closing, tmp_path, seed, **more)


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def kinds(events):
    return collections.Counter({"START": 0, "MESSAGE": 0, "TRANSFER": 0, "END": 0}
                               | collections.Counter(event["event_name"] for event in events))


def idle(bridge):
    """The state, once nothing is on its way any more."""
    def seen():
        state = bridge.state()
        return not any(state["counts"][name] for name in ("queued", "waiting", "to_ask")) and state
    return eventually(seen, 20, "idle")


def test_everything_arrives_and_an_admin_sees_it(bridge):
    bridge = bridge(1, big_chat={"busy": 6})
    bridge.said(150)
    bridge.calm()
    model = bridge.settle()
    events, state = bridge.ledger.events(), idle(bridge)
    counts = state["counts"]
    assert counts["conversations"] == len(model)
    assert counts["events"] == kinds(events) and counts["aside"] == counts["parked"] == 0
    short = sum(event["event_name"] == "MESSAGE" and len(event["data"]["message"].strip()) < 2 for event in events)
    assert short and counts["fates"]["refused"] == short
    assert counts["fates"]["pending"] == counts["fates"]["skipped"] == 0
    assert sum(counts["fates"].values()) == len(events)
    assert state["lag_seconds"] < 10 and state["apply_lag_seconds"] == 0
    assert state["settings"] | {"source": bridge.big_chat.url, "destination": bridge.our_api.url, "interval_seconds": 1,
                                "look_back_seconds": 0, "parallelism": 1, "enabled": True} == state["settings"]
    assert state["polling"]["failures"] == 0 and state["polling"]["last"]["result"] in ("complete", "open")

    shown = {str(one["id"]): one for one in bridge.conversations()}
    assert shown.keys() == model.keys() and not bridge.conversations("&state=parked")
    for number, one in shown.items():
        assert one["made"]["chat"] in bridge.our_api.chats
        assert one["made"]["agent_email"] in model[number].persons
    number = collections.Counter(event["conversation_id"] for event in events).most_common(1)[0][0]
    history = bridge.conversation(number)["history"]["items"]
    said = [event for event in events if event["conversation_id"] == number]
    assert [(one["kind"], one.get("text")) for one in history] == [
        (event["event_name"], event["data"]["message"] if event["event_name"] == "MESSAGE" else None) for event in said]
    assert {one["fate"] for one in history} <= {"made", "unneeded", "refused"}
    assert all(one["code"] and one["detail"] for one in history if one["fate"] == "refused")

    metrics = bridge.parley.metrics()
    for kind, count in kinds(events).items():
        assert total(metrics, "parley_bridge_events_total", kind=kind) == count
    messages = sum(len(wanted.messages) for wanted in model.values())
    assert total(metrics, "parley_bridge_operations_total", operation="post_message", outcome="ok") == messages
    assert total(metrics, "parley_bridge_operations_total", operation="post_message", outcome="refused") == short
    assert total(metrics, "parley_bridge_operations_total", operation="create_chat", outcome="ok") == len(model)
    assert total(metrics, "parley_bridge_conversations") == len(model)
    assert total(metrics, "parley_bridge_polls_total", result="ok") >= len(bridge.ledger.pages()) - 2
    assert total(metrics, "parley_bridge_parked_total") == 0

    assert bridge.big_chat.most_in_flight == bridge.our_api.most_in_flight == 1
    for fake in (bridge.big_chat, bridge.our_api):
        heads = "\n".join(fake.heads).lower()
        assert ADMIN_TOKEN not in heads and "authorization" not in heads and "cookie" not in heads
    assert ADMIN_TOKEN not in str(bridge.parley.logs)


MISBEHAVIOUR = {
    "big_chat": {"fail": 0.06, "lose": 0.06, "truncate": 0.04, "nonsense": 0.04, "drop": 0.03, "stall": 0.03,
                 "odd": 0.4, "nobody": 0.1, "unseen": 0.3, "busy": 5},
    "our_api": {"fail": 0.02, "vanish": 0.01, "lose": 0.02, "drop": 0.01, "hang": 0.005, "garble": 0.01},
}


@pytest.mark.parametrize("seed", [3])
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(bridge, seed):
    bridge = bridge(seed, **MISBEHAVIOUR)
    bridge.said(250, within=60)
    if seed % 2:
        bridge.our_api.forget()
        bridge.said(300, within=30)
    bridge.calm()
    bridge.try_at_once()
    bridge.settle(within=90, hint=f"seed {seed}")
    faults = {page.fault for page in bridge.ledger.pages()}
    assert len(faults) > 3, f"not much went wrong: {faults}"
    assert bridge.our_api.bursts == 0 and bridge.our_api.most_in_flight == 1
    assert bridge.big_chat.most_in_flight == 1
    state = idle(bridge)
    assert state["counts"]["parked"] == 0
    assert state["counts"]["events"] == kinds(bridge.ledger.events())
    assert state["counts"]["aside"] == len(bridge.ledger.aside())
    kept = bridge.parley.get("/api/bridge/aside?limit=200").json["items"]
    assert len(kept) == min(200, len(bridge.ledger.aside())) and all(one["reason"] for one in kept)


@pytest.mark.timeout(150)
def test_an_ourapi_that_is_away_parks_nobody(bridge):
    """It refuses connections, then it takes calls and answers none: what is new waits, and is there afterwards."""
    bridge = bridge(4, big_chat={"busy": 5})
    bridge.said(40)
    bridge.our_api.refuse()
    before = len(bridge.ledger.events())
    bridge.said(before + 60)

    def is_late():
        state = bridge.state()
        assert state["counts"]["parked"] == 0
        return state["apply_lag_seconds"] > 6 and state["counts"]["queued"]
    eventually(is_late, 30, "a lag is shown")
    metrics = bridge.parley.metrics()
    assert total(metrics, "parley_bridge_apply_lag_seconds") > 6
    assert total(metrics, "parley_bridge_queued") > 0
    assert total(metrics, "parley_bridge_operations_total", outcome="failed") > 0
    bridge.our_api.listen()
    bridge.try_at_once()
    bridge.said(before + 90)
    bridge.our_api.set(stuck=True)
    bridge.said(before + 130)
    eventually(lambda: bridge.state()["apply_lag_seconds"] > 3, 30, "a lag is shown")
    bridge.calm()
    bridge.try_at_once()
    bridge.settle(within=60)
    assert idle(bridge)["counts"]["parked"] == 0 and bridge.our_api.bursts == 0


def test_a_conversation_that_is_refused_is_parked_alone(bridge, hook):
    """Its chat cannot be made: somebody is told, others pass, and a person decides."""
    refused = {str(number): 422 for number in range(1_001, 1_010)}
    bridge = bridge(5, big_chat={"quiet": True, "busy": 8}, our_api={"refused": refused})
    bridge.parley.webhook("ops", hook.url, topic="bridge.parked")
    bridge.big_chat.set(quiet=False)
    bridge.said(200)
    bridge.big_chat.set(quiet=True)
    doomed = refused.keys() & bridge.ledger.model().keys()
    assert len(doomed) > 1

    def others():
        """What is not as it has to be, but for those that are refused."""
        model = {number: one for number, one in bridge.ledger.model().items() if number not in doomed}
        return bridge.ledger.troubles() + differences(model, bridge.our_api.content())
    eventually(lambda: not others(), 30, "the others have passed")

    def set_aside():
        there = bridge.conversations("&state=parked")
        return {str(one["id"]) for one in there} == doomed and there
    parked = eventually(set_aside, 20, "all that are refused are parked")
    assert all(one["parked"]["code"] and one["parked"]["detail"] for one in parked)
    assert bridge.state()["counts"]["parked"] == len(doomed)
    assert total(bridge.parley.metrics(), "parley_bridge_parked") == len(doomed)
    for told in hook.wait_for(len(doomed)):
        assert any(number in told.body.decode() for number in doomed), told.body
    assert hook.unsigned == 0

    skipped, *again = sorted(doomed)
    path = "/api/bridge/conversations/{}/{}".format
    assert bridge.parley.post(path(again[0], "retry")).status == 200
    eventually(lambda: len(hook.received) > len(doomed), 20, "it is parked again, and that is told again")
    bridge.our_api.set(refused={})
    for number in again:
        assert bridge.parley.post(path(number, "retry")).status == 200
    assert bridge.parley.post(path(skipped, "skip")).status == 200
    doomed = {skipped}
    eventually(lambda: not others(), 30, "what was tried again is there")
    assert bridge.conversation(skipped)["state"] == "idle" and not bridge.conversations("&state=parked")
    assert {one["fate"] for one in bridge.conversation(skipped)["history"]["items"]} == {"skipped"}
    assert bridge.parley.post(path(skipped, "retry")).is_problem(409, "bridge.not_parked")
    assert bridge.parley.post(path(99_999_999, "skip")).is_problem(404)


def test_what_ourapi_has_already_is_adopted(bridge):
    """Agents of that address, of that name, and of both; chats of that number: none is made a second time."""
    bridge = bridge(12, big_chat={"quiet": True, "busy": 6})
    people, there = list(bridge.big_chat.persons.values()), bridge.our_api

    def agent(name, email):
        there.agents[email] = {"agent_id": email, "name": name, "email": email}
    by_name, by_email, both = people[:3]
    agent(by_name["name"], "somebody@example.org")
    agent("Somebody else", by_email["email_address"])
    agent(both["name"], "namesake@example.org")
    agent("Another name", both["email_address"])
    numbers = [str(number) for number in range(1_001, 1_004)]
    for number in numbers:
        there.chats[number] = {"chat_id": number, "external_id": number, "started_at": "2020-01-01T00:00:00",
                               "ended_at": None, "agent_id": "namesake@example.org"}
        there.messages[number] = []
    bridge.big_chat.set(quiet=False)
    bridge.said(120)
    bridge.calm()
    for number in set(numbers) - bridge.ledger.model().keys():
        del there.chats[number]
    model = bridge.settle()
    assert set(numbers) & model.keys()
    assert not [agent for agent in there.agents.values() if agent["email"] == by_name["email_address"]]
    assert not [chat for chat in there.chats.values() if chat["agent_id"] == "namesake@example.org"]
    assert total(bridge.parley.metrics(), "parley_bridge_adopted_total") >= 4


def test_after_downtime_the_whole_gap_is_asked_for(bridge):
    bridge = bridge(6, big_chat={"busy": 5})
    bridge.said(30)
    ends = [bridge.parley.stop, bridge.parley.kill9]
    for end in ends:
        end()
        stopped = time.time()
        eventually(lambda: time.time() > stopped + 4, 6)
        bridge.parley.start()
        bridge.said(len(bridge.ledger.events()) + 20)
    bridge.calm()
    bridge.settle()
    windows = [(page.start, page.end) for page in bridge.ledger.counting() if page.page == 0]
    assert sum(end - start >= 4 for start, end in windows) >= len(ends), windows


def test_a_long_gap_is_asked_for_in_parts(bridge):
    """Three hours and a bit, from a time that an admin names."""
    bridge = bridge(7, PARLEY_BIGCHAT_URL=None)
    since = int(time.time()) - 3 * 3_600 - 100
    set_up = bridge.parley.put("/api/bridge", {"source": bridge.big_chat.url, "since": iso(since)})
    assert set_up.status == 200, set_up
    eventually(lambda: len({page.start for page in bridge.ledger.counting()}) > 5, 20)
    bridge.calm()
    bridge.settle()
    windows = sorted({(page.start, page.end) for page in bridge.ledger.counting()})
    assert windows[0][0] == since and [end - start for start, end in windows[:3]] == [3_600] * 3, windows


@pytest.mark.parametrize("where", ["other host", "same page", "no address"])
def test_a_next_page_is_followed_at_bigchat_only(bridge, http_fake, where):
    other = http_fake()
    next_url = {"other host": f"http://localhost:{other.port}/events?page=1", "no address": "\u0000javascript:x"}
    bridge = bridge(8, big_chat={"more": 0, "busy": 5})
    if where == "same page":
        bridge.big_chat.set(next=bridge.big_chat.url + "{path}")
    else:
        bridge.big_chat.set(next=next_url[where])
    asked = len(bridge.ledger.pages())
    eventually(lambda: len(bridge.ledger.pages()) > asked + 3, 20)
    bridge.big_chat.set(next=None)
    bridge.said(len(bridge.ledger.events()) + 10)
    bridge.calm()
    bridge.settle()
    assert not other.received
    warned = [poll for poll in bridge.parley.get("/api/bridge/polls?limit=200").json["items"] if poll["warning"]]
    assert warned and {poll["result"] for poll in warned} == {"incomplete"}, warned


def test_endless_pages_end(bridge):
    bridge = bridge(9, big_chat={"endless": True, "busy": 0})

    def windows():
        return collections.Counter(page.start for page in bridge.ledger.pages())
    eventually(lambda: len(windows()) > 1, 60, "another window follows")
    assert max(windows().values()) == 1_000
    bridge.big_chat.set(endless=False, busy=3)
    bridge.said(20, within=60)
    bridge.calm()
    bridge.settle()


def test_replays_and_rehearsals_change_nothing(bridge):
    bridge = bridge(10, big_chat={"odd": 0.2, "busy": 5})
    bridge.said(80)
    bridge.calm()
    model = bridge.settle()
    before = idle(bridge)["counts"]
    bridge.parley.post("/api/bridge/replay", {"from": "1970-01-01T00:00:00Z"})
    known = len(bridge.ledger.events())
    all_known = before["known"] + known
    eventually(lambda: (state := bridge.state())["replay"] is None and state["counts"]["known"] == all_known, 20,
               "all was read anew")
    after = idle(bridge)["counts"]
    assert after | {"known": 0} == before | {"known": 0}
    assert not differences(model, bridge.our_api.content())

    assert bridge.parley.put("/api/bridge", {"enabled": False}).json["settings"]["enabled"] is False
    polls = eventually(lambda: not bridge.state()["polling"]["under_way"] and bridge.state()["counts"]["events"], 5)
    bridge.big_chat.set(quiet=False, busy=20)
    now = int(time.time())
    tried = bridge.parley.post("/api/bridge/dry-run", {"from": iso(now - 600), "until": iso(now)})
    assert tried.status == 200 and tried.json["failure"] is None, tried
    assert tried.json["events"] > 10 and tried.json["operations"], tried
    assert {"create_chat", "post_message"} <= {one["operation"] for one in tried.json["operations"]}
    assert bridge.state()["counts"]["events"] == polls
    assert not differences(model, bridge.our_api.content())


def test_a_poll_when_it_is_told_to(bridge):
    """And the answer says what came of it."""
    bridge = bridge(11, big_chat={"more": 0, "busy": 1}, PARLEY_BRIDGE_INTERVAL="3600")
    eventually(lambda: bridge.ledger.pages(), 20)
    eventually(lambda: bridge.state()["polling"]["last"], 10)
    asked, last = len(bridge.ledger.pages()), bridge.state()["polling"]["last"]["poll"]
    eventually(lambda: int(time.time()) > bridge.ledger.pages()[-1].end, 5)
    polled = bridge.parley.post("/api/bridge/poll")
    assert polled.status == 200 and polled.json["polling"]["last"]["poll"] == last + 1, polled
    assert len(bridge.ledger.pages()) == asked + 1
    bridge.calm()
    bridge.settle()


SECRET = "do-not-say-this"
WRONG = {
    "PARLEY_BIGCHAT_URL": "ftp://example.org", "PARLEY_OURAPI_URL": f"http://user:{SECRET}@127.0.0.1:1",
    "PARLEY_BRIDGE_INTERVAL": "0",
}


@pytest.mark.parametrize("name, value", WRONG.items(), ids=WRONG)
def test_wrong_configuration_is_explained(tmp_path, name, value):
    ended = run("serve", "--data", str(tmp_path / "data"), environment={name: value})
    assert ended.returncode == 2 and name in ended.stderr, ended
    assert SECRET not in ended.stderr + ended.stdout and "Fatal error" not in ended.stderr


REFUSED = {
    "source": "bigchat", "destination": "http://u:p@127.0.0.1:1", "interval_seconds": 0, "look_back_seconds": -1,
    "parallelism": 17, "enabled": "yes", "since": "yesterday", "sauce": 1,
}


@pytest.mark.parametrize("field, value", REFUSED.items(), ids=REFUSED)
def test_a_wrong_setting_is_refused_by_name(module_parley, field, value):
    answer = module_parley.put("/api/bridge", {field: value})
    assert answer.is_problem(422) and answer.fields == [field]


def test_a_bridge_without_addresses_is_idle_and_says_so(parley):
    state = parley.get("/api/bridge").json
    assert state["settings"]["source"] is None and state["settings"]["destination"] is None
    assert state["counts"]["conversations"] == 0 and state["polling"]["last"] is None
    assert parley.post("/api/bridge/poll").is_problem(409, "bridge.no_source")
    assert parley.get("/api/bridge", token=None).is_problem(401)
    assert parley.get("/api/bridge/conversations/7").is_problem(404)
    assert parley.get("/api/bridge/conversations?state=sleeping").is_problem(422)


def test_who_may_read_may_not_change(parley):
    made = parley.post("/api/admin/tokens", {"name": "reader", "scopes": ["bridge:read"]})
    assert made.status == 201, made
    token = made.json["secret"]
    assert parley.get("/api/bridge", token=token).status == 200
    for method, path in [("PUT", ""), ("POST", "/poll"), ("POST", "/replay"), ("POST", "/dry-run"),
                         ("POST", "/conversations/1/retry"), ("POST", "/conversations/1/skip")]:
        assert parley.request(method, "/api/bridge" + path, json.dumps({}), token=token).is_problem(403)
