"""The outbox as admins see it, and secrets as the disk sees them: the real program, killed in between."""

import threading

import pytest

from eventually import eventually
from fake_http import FakeWebhook, answer
from parley import WEBHOOK_SECRET, run

KEY = "00112233445566778899aabbccddeeff" * 2
OTHER_KEY = "ffeeddccbbaa99887766554433221100" * 2
COUNT = 1_500


def holding(folder, text):
    """Names of files in the data folder that hold a text somewhere."""
    return [path.name for path in folder.iterdir() if path.is_file() and text.encode() in path.read_bytes()]


def outbox(parley, query=""):
    """Every delivery that a list holds, page by page."""
    items, after = [], ""
    while True:
        page = parley.get(f"/api/admin/outbox?limit=200{query}{after}").json
        items += page["items"]
        if not page["next"]:
            return items
        after = f"&after={page['next']}"


def test_a_bulk_retry_that_is_killed_loses_nothing_and_goes_on(launch, closing):
    parley = launch(PARLEY_RATE_LIMIT="0")
    hook = closing.enter_context(FakeWebhook())
    parley.webhook("hook", hook.url, topic="hook")
    assert parley.patch("/api/channels/hook", {"paused": True}).status == 200
    client = parley.client()
    sent = {client.request("POST", "/api/messages", {"topic": "hook", "description": f"{index}"}).json["id"]
            for index in range(COUNT)}
    client.close()
    cancelled = parley.post("/api/admin/outbox/cancel", {"channel": "hook"}).json
    assert cancelled["changed"] == cancelled["matched"] == COUNT
    meant = {"state": "cancelled", "channel": "hook"}
    assert parley.post("/api/admin/outbox/retry", meant | {"dry_run": True}).json["matched"] == COUNT

    def retry():
        try:
            parley.post("/api/admin/outbox/retry", meant)
        except OSError:
            pass  # killed under way
    asking = threading.Thread(target=retry)
    asking.start()
    eventually(lambda: parley.get("/api/admin/outbox?state=waiting&limit=1").json["items"], what="a first part")
    parley.kill9()
    asking.join()
    parley.start()
    states = [one["state"] for one in outbox(parley)]
    done = states.count("waiting")
    assert len(states) == COUNT and done + states.count("cancelled") == COUNT and done % 200 in (0, COUNT % 200)
    # Each message stands where its delivery does.
    assert len(parley.every_message("&status=pending")) == done
    rest = parley.post("/api/admin/outbox/retry", meant).json
    assert rest["changed"] == COUNT - done
    assert parley.patch("/api/channels/hook", {"paused": False}).status == 200
    hook.wait_for(COUNT, within=60)
    eventually(lambda: len(parley.every_message("&status=sent")) == COUNT, 30, "all sent")
    assert hook.unsigned == 0 and len(set(hook.identifiers)) == COUNT and len(sent) == COUNT


def test_a_call_can_be_followed_to_its_delivery(launch, hook):
    parley = launch(PARLEY_LOG_LEVEL="info")
    hook.script.append(answer(400, b"never"))
    parley.webhook("hook", hook.url, topic="hook")
    message = parley.send("hook", headers={"x-request-id": "call-17"})
    failed = parley.settled(message["id"], "error")
    assert hook.received[0].headers["x-request-id"] == "call-17"
    assert failed["deliveries"][0]["request"] == "call-17"
    [delivery] = parley.get("/api/admin/outbox?state=failed").json["items"]
    assert delivery["request"] == "call-17" and delivery["last_attempt"]["excerpt"] == "never"
    [line] = eventually(lambda: parley.events("delivery failed"), what="a line of the log")
    assert line["request"] == "call-17" and line["message"] == message["id"] and line["delivery"] == delivery["id"]
    assert parley.put("/api/admin/log", {"level": "debug", "minutes": 1}).json["until"]
    assert parley.post(f"/api/admin/outbox/{delivery['id']}/retry").status == 200
    parley.settled(message["id"])
    [line] = eventually(lambda: parley.events("delivery arrived"), what="a line of the log")
    assert line["request"] == "call-17" and line["attempt"] == 2
    assert parley.get("/api/admin/channels/health").json["items"][0]["channel"]


def test_secrets_are_sealed_at_the_first_start_with_a_key_and_rotate(launch, hook, tmp_path):
    parley = launch()
    parley.webhook("hook", hook.url, topic="hook")
    secret = WEBHOOK_SECRET.removeprefix("whsec_")
    parley.kill9()
    assert holding(parley.folder, secret)
    parley.environment["PARLEY_SECRET_KEY"] = KEY
    parley.start()
    assert holding(parley.folder, secret) == []
    assert parley.events("secrets sealed; backups and copies made before hold them as they were")[-1]["plain"] >= 1
    parley.settled(parley.send("hook")["id"])
    assert hook.unsigned == 0
    backup = tmp_path / "copy.sqlite"
    assert run("backup", "--data", str(parley.folder), str(backup)).returncode == 0
    assert secret.encode() not in backup.read_bytes() and b"sealed:1:" in backup.read_bytes()
    parley.environment["PARLEY_SECRET_KEY"] = f"{OTHER_KEY},{KEY}"
    parley.restart()
    parley.environment["PARLEY_SECRET_KEY"] = OTHER_KEY
    parley.restart()
    parley.settled(parley.send("hook")["id"])
    assert hook.unsigned == 0 and len(hook.received) == 2
    metrics = parley.metrics()
    assert metrics["parley_secrets_plain"] == 0 and metrics["parley_secrets_sealed"] >= 3
    said = "".join(str(line) for _, line in parley.logs)
    assert secret not in said and KEY not in said and OTHER_KEY not in said
    shown = parley.get("/api/admin/configuration")
    assert KEY not in str(shown.json) and OTHER_KEY not in str(shown.json)


@pytest.mark.parametrize("environment", [{}, {"PARLEY_SECRET_KEY": OTHER_KEY}], ids=["no key", "another key"])
def test_a_start_without_the_key_ends_at_once_unless_it_is_given_up(launch, hook, environment):
    parley = launch(PARLEY_SECRET_KEY=KEY)
    parley.webhook("hook", hook.url, topic="hook")
    assert parley.stop() == 0
    refused = run("serve", "--data", str(parley.folder), "--listen", "127.0.0.1:0", environment=environment)
    assert refused.returncode == 2 and "'hook'" in refused.stderr and KEY not in refused.stderr
    parley.environment = {"PARLEY_ADMIN_TOKEN": parley.environment["PARLEY_ADMIN_TOKEN"], **environment}
    parley.flags = ["--forget-sealed-secrets"]
    parley.start()
    message = parley.send("hook")
    eventually(lambda: parley.message(message["id"])["deliveries"][0]["attempts"], what="an attempt")
    assert hook.received == []
    assert parley.patch("/api/channels/hook", {"settings": {"secret": WEBHOOK_SECRET}}).status == 200
    parley.settled(message["id"])
    assert hook.unsigned == 0


def test_a_new_key_is_printed():
    keys = {run("secret-key").stdout.strip() for _ in range(2)}
    assert len(keys) == 2 and all(len(key) == 44 for key in keys)
