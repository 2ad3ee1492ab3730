"""`/openapi.json` is held to the rules of OpenAPI 3.1, and the program to `/openapi.json`: every operation is called at
least once as it should be, and once as it should not, and every answer is compared with what the document says."""

import contextlib
import datetime
import json
import re
import types
import urllib.parse

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

import conversation
from big_chat import BigChat
from bridge import CALM_BIG_CHAT, CALM_OUR_API
from eventually import eventually
from fake_smtp import FakeSMTP
from our_api import OurAPI
from parley import ADMIN_TOKEN, Parley
from quiz import Game, quiz

PASSWORD = "a long enough password"
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or (
        bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value))
        and bool(datetime.datetime.fromisoformat(value)))


class Document:
    """`/openapi.json`: its operations by name, and the answers it allows."""

    def __init__(self, document):
        self.document = document
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"] = {status: self.resolved(told) for status, told in operation["responses"].items()}
        self.operations = {
            operation["operationId"]: types.SimpleNamespace(method=method.upper(), path=path, **{
                "parameters": [], "requestBody": None, **operation})
            for path, methods in document["paths"].items() for method, operation in methods.items()}

    def resolved(self, told):
        """What many operations answer alike stands in one place."""
        if "$ref" not in told:
            return told
        assert told["$ref"].startswith("#/components/responses/")
        return self.document["components"]["responses"][told["$ref"].rpartition("/")[2]]

    def problems(self, schema, value):
        validator = Draft202012Validator({**schema, "components": self.document["components"]}, format_checker=FORMATS)
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def check(self, operation, answer):
        """Fails with what is wrong with an answer; an answer that only `default` covers is wrong."""
        told = operation.responses.get(str(answer.status))
        assert told, f"{operation.operationId} says nothing of {answer}"
        contents = told.get("content", {})
        kind = answer.headers.get("content-type")
        assert (kind in contents) if contents else not answer.body, f"{operation.operationId}: {kind}, {answer}"
        assert answer.headers["x-request-id"]
        heads = {name.lower(): head for name, head in told.get("headers", {}).items()}
        there = {name.lower() for name in answer.headers if name.lower().startswith(("retry-", "ratelimit-"))}
        assert {name for name, head in heads.items() if head["required"]} <= there <= heads.keys(), f"{there} in {answer}"
        for name in there:
            assert not self.problems(heads[name]["schema"], int(answer.headers[name])), f"{name} in {answer}"
        if answer.status in (429, 503):
            assert int(answer.headers["retry-after"]) > 0
        if kind in ("application/json", "application/problem+json") and "schema" in contents[kind] and answer.body:
            found = self.problems(contents[kind]["schema"], json.loads(answer.body))
            assert not found, f"{operation.operationId} {answer.status}: {found[:5]} in {answer}"


class World:
    """A Parley with something of everything in it, and what calls need to name."""

    def __init__(self, parley, big_chat, our_api):
        self.parley, self.big_chat, self.our_api, self.calls = parley, big_chat, our_api, 0
        self.api = Document(parley.get("/openapi.json", token=None).json)

    def call(self, name, path=(), query=(), body=None, token=ADMIN_TOKEN, headers=(), good=True):
        """Makes the call of that name and holds the answer to the document; the body is the example's if none is
        given, and `path` has values for the names in braces, in order."""
        operation = self.api.operations[name]
        target, values = operation.path, iter(path if isinstance(path, (list, tuple)) else [path])
        target = re.sub(r"{\w+}", lambda _: urllib.parse.quote(str(next(values)), safe=""), target)
        if query:
            target += "?" + urllib.parse.urlencode(dict(query))
        if body is None and operation.requestBody:
            body = next(iter(operation.requestBody["content"].values())).get("example")
        if "101" in operation.responses and good:
            headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                       "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
            token = None
        # Each from an address of its own: whoever has no token thirty times has to wait.
        self.calls += 1
        sent = {"X-Forwarded-For": f"198.18.{self.calls // 250}.{self.calls % 250 + 1}", **dict(headers)}
        client = self.parley.client(token, timeout=60)              # scrypt takes its time on a busy machine
        with contextlib.closing(client):
            answer = client.request(operation.method, target, body, sent)
        self.api.check(operation, answer)
        assert not good or answer.status < 300, f"{name}: {answer}"
        return answer

    # What there has to be for a call to make sense. Made once, or anew where the call uses it up.

    def message(self, **more):
        return self.parley.send("held", **more)["id"]

    def delivery(self):
        return self.parley.message(self.message())["deliveries"][0]["id"]

    def cancelled(self):
        identifier = self.message()
        assert self.parley.post(f"/api/messages/{identifier}/cancel").status == 200
        return identifier

    def account(self, name):
        """A new account: its id, the secret of a session, and the ticket of its invitation if it is not accepted."""
        made = self.parley.post("/api/admin/accounts", {"email": f"{name}@example.com", "role": "player"})
        assert made.status == 201, made
        return made.json

    def signed_in(self, name):
        answer = self.parley.post("/api/account/invitation", {
            "ticket": ticket(self.account(name)), "password": PASSWORD, "as": "bearer", "name": "Ann"}, token=None)
        assert answer.status == 200, answer
        return answer.json["secret"]

    def customer(self, name):
        assert self.parley.put(f"/api/customers/{name}", {"attributes": {"name": "Ann"}}).status in (200, 201)
        return name

    def survey(self, name):
        conversation.publish(self.parley, name, conversation.steps(2))
        return name

    def quiz(self, name):
        self.parley.publish("/api/quizzes", name, quiz(1))
        return name

    def session(self, done=False):
        begun = self.parley.post("/api/surveys/talk/sessions", {"customer": "ann"}, token=None)
        assert begun.status in (200, 201), begun
        if done:
            for number in (1, 2):
                assert self.parley.post(f"/api/sessions/{begun.json['session']}/answers", {
                    "text": "yes", "key": f"k{number}"}, token=None).status == 200
        return begun.json["session"]

    def backup(self):
        made = eventually(self.begun_backup, 30, "no other backup is under way")
        eventually(lambda: self.parley.get(f"/api/admin/backups/{made}").json["state"] == "good", 30, "it is made")
        return made

    def begun_backup(self):
        made = self.parley.post("/api/admin/backups")
        return made.status == 202 and made.json["name"]

    def parked(self):
        """The number of a conversation that OurAPI refuses."""
        eventually(lambda: self.parley.get("/api/bridge/conversations?state=parked").json["items"], 30, "one is parked")
        return self.parley.get("/api/bridge/conversations?state=parked").json["items"][0]["id"]


def ticket(link):
    """What stands behind the `=` of the link of an invitation."""
    return link["link"].rsplit("=", 1)[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    with contextlib.ExitStack() as closing:
        refused = {str(number): 422 for number in range(1, 10_000)}
        big_chat = closing.enter_context(BigChat(0, 7, folder / "ledger", **{**CALM_BIG_CHAT, "quiet": False}))
        our_api = closing.enter_context(OurAPI(0, 7, **CALM_OUR_API, refused=refused))
        parley = Parley(folder / "data", {
            "PARLEY_BIGCHAT_URL": big_chat.url, "PARLEY_OURAPI_URL": our_api.url, "PARLEY_BRIDGE_INTERVAL": "1",
            "PARLEY_RATE_LIMIT": "0", "PARLEY_SIGN_IN_LIMIT": "0", "PARLEY_SIGN_UP": "players",
            "PARLEY_SMTP_URL": closing.enter_context(FakeSMTP()).url, "PARLEY_SMTP_FROM": "parley@example.org",
            "PARLEY_EMAIL_TO": "team@example.org", "PARLEY_TRUSTED_PROXIES": "loopback"})
        closing.callback(parley.end)
        world = World(parley.start(), big_chat, our_api)
        made = parley.post("/api/channels", {"name": "team", "kind": "log", "paused": True})
        assert made.status == 201, made
        assert parley.post("/api/topics", {"name": "held", "channels": ["team"]}).status == 201
        world.customer("ann")
        world.survey("talk")
        world.quiz("letters")
        world.game = Game(parley, "letters")
        yield world


# Every operation, each with a call that succeeds. In this order: what deletes comes after what needs it.
CALLS = {
    "getProgramHealthz": lambda w: w.call("getProgramHealthz", token=None),
    "getProgramReadyz": lambda w: w.call("getProgramReadyz", token=None),
    "getProgramMetrics": lambda w: w.call("getProgramMetrics", token=None),
    "getProgramOpenapiJson": lambda w: w.call("getProgramOpenapiJson", token=None),
    "getProgramDocs": lambda w: w.call("getProgramDocs", token=None),
    "getProgramDocsJs": lambda w: w.call("getProgramDocsJs", token=None),
    "getProgramDocsCss": lambda w: w.call("getProgramDocsCss", token=None),
    "getProgramAccount": lambda w: w.call("getProgramAccount", token=None),
    "getProgramAccountJs": lambda w: w.call("getProgramAccountJs", token=None),
    "getProgramAccountCss": lambda w: w.call("getProgramAccountCss", token=None),

    "postTopics": lambda w: w.call("postTopics", headers={"Idempotency-Key": "a"}),
    "getTopics": lambda w: w.call("getTopics", query={"limit": 1}),
    "getTopicsName": lambda w: w.call("getTopicsName", "held"),
    "patchTopicsName": lambda w: w.call("patchTopicsName", "help"),
    "postMessages": lambda w: w.call("postMessages"),
    "getMessages": lambda w: w.call("getMessages", query={
        "status": "pending", "topic": "held", "since": "2026-01-31T09:30:00Z", "limit": 2}),
    "getMessagesId": lambda w: w.call("getMessagesId", w.message()),
    "postMessagesIdCancel": lambda w: w.call("postMessagesIdCancel", w.message()),
    "postMessagesIdResend": lambda w: w.call("postMessagesIdResend", w.cancelled()),
    "deleteTopicsName": lambda w: (
        w.parley.post("/api/topics", {"name": "gone", "channels": ["team"]}), w.call("deleteTopicsName", "gone")),

    "postChannels": lambda w: w.call("postChannels", body={"name": "more", "kind": "log"}),
    "getChannels": lambda w: w.call("getChannels"),
    "getChannelsName": lambda w: w.call("getChannelsName", "team"),
    "patchChannelsName": lambda w: w.call("patchChannelsName", "more"),
    "postChannelsNameTest": lambda w: w.call("postChannelsNameTest", "more"),
    "postChannelsNameResend": lambda w: w.call("postChannelsNameResend", "more"),
    "getAdminChannelsHealth": lambda w: w.call("getAdminChannelsHealth"),
    "deleteChannelsName": lambda w: w.call("deleteChannelsName", "more"),

    "putCustomersId": lambda w: (w.call("putCustomersId", "zoë"), w.call("putCustomersId", "zoë")),
    "getCustomers": lambda w: w.call("getCustomers"),
    "getCustomersId": lambda w: w.call("getCustomersId", "ann"),
    "postCustomersImport": lambda w: w.call(
        "postCustomersImport", body="id,name,age:number\nbob,Bob,7\ncid,Cid,x\n", headers={"Content-Type": "text/csv"}),
    "deleteCustomersId": lambda w: w.call("deleteCustomersId", "zoë"),

    "getSurveys": lambda w: w.call("getSurveys"),
    "postSurveys": lambda w: w.call("postSurveys", body={"id": "fresh", "definition": conversation.steps(1)}),
    "getSurveysId": lambda w: (w.call("getSurveysId", "fresh"), w.call("getSurveysId", "talk", {"version": 1})),
    "putSurveysId": lambda w: w.call("putSurveysId", "fresh"),
    "postSurveysIdCheck": lambda w: w.call("postSurveysIdCheck", "fresh"),
    "postSurveysIdPublish": lambda w: w.call("postSurveysIdPublish", "fresh"),
    "postSurveysIdArchive": lambda w: w.call("postSurveysIdArchive", "fresh"),
    "postSurveysIdInvitations": lambda w: w.call("postSurveysIdInvitations", "talk", body={"customers": ["ann"]}),
    "postSurveysIdSessions": lambda w: w.call("postSurveysIdSessions", "talk", body={"customer": "ann"}, token=None),
    "getSessionsToken": lambda w: w.call("getSessionsToken", w.session(), {"since": 0}, token=None),
    "postSessionsTokenAnswers": lambda w: w.call(
        "postSessionsTokenAnswers", w.session(), body={"text": "yes"}, token=None),
    "getSurveysIdSessions": lambda w: w.call("getSurveysIdSessions", "talk", {"status": "active"}),
    "getSurveysIdSessionsSession": lambda w: w.call("getSurveysIdSessionsSession", (
        "talk", w.parley.get("/api/surveys/talk/sessions").json["items"][0]["id"])),
    "getSurveysIdResponses": lambda w: (w.session(done=True), w.call("getSurveysIdResponses", "talk")),
    "getSurveysIdResponsesSession": lambda w: w.call("getSurveysIdResponsesSession", (
        "talk", w.parley.get("/api/surveys/talk/responses").json["items"][0]["id"])),
    "getSurveysIdExport": lambda w: [
        w.call("getSurveysIdExport", "talk", {"format": kind, "status": "all"}) for kind in ("csv", "json", "ndjson")],
    "getSurveysIdAnalytics": lambda w: w.call("getSurveysIdAnalytics", "talk", {"by": "day,version"}),
    "getSurveysIdAnalyticsLive": lambda w: w.call("getSurveysIdAnalyticsLive", "talk"),
    "getSurveysIdChat": lambda w: w.call("getSurveysIdChat", "talk", {"customer": "ann"}),

    "getQuizzes": lambda w: w.call("getQuizzes"),
    "postQuizzes": lambda w: w.call("postQuizzes", body={"id": "fresh", "definition": quiz(1)}),
    "getQuizzesId": lambda w: w.call("getQuizzesId", "fresh"),
    "putQuizzesId": lambda w: w.call("putQuizzesId", "fresh"),
    "postQuizzesIdCheck": lambda w: w.call("postQuizzesIdCheck", "fresh"),
    "postQuizzesIdPublish": lambda w: w.call("postQuizzesIdPublish", "fresh"),
    "postQuizzesIdArchive": lambda w: w.call("postQuizzesIdArchive", "fresh"),
    "postQuizzesIdGames": lambda w: w.call("postQuizzesIdGames", "letters"),
    "getGames": lambda w: w.call("getGames", query={"quiz": "letters"}),
    "getGamesCode": lambda w: w.call("getGamesCode", w.game.code, token=None),
    "postGamesCodeHosts": lambda w: w.call("postGamesCodeHosts", w.game.code, body={"name": "Second"}),
    "postGamesCodePlayers": lambda w: w.call("postGamesCodePlayers", w.game.code, body={"name": "Ann"}, token=None),
    "getGamesCodeLeaderboard": lambda w: w.call("getGamesCodeLeaderboard", w.game.code, token=None),
    "getGamesCodeResults": lambda w: [
        w.call("getGamesCodeResults", w.game.code, query)
        for query in ({}, {"part": "players"}, {"part": "questions"}, {"part": "answers"},
                      {"part": "players", "format": "csv"})],
    "getGamesCodePlay": lambda w: w.call("getGamesCodePlay", w.game.code, {"name": "Bob"}),
    "getGamesCodeHost": lambda w: w.call("getGamesCodeHost", w.game.code, {"host": w.game.token}),
    "getGamesCodeWatch": lambda w: w.call("getGamesCodeWatch", w.game.code),

    "getBridge": lambda w: w.call("getBridge"),
    "putBridge": lambda w: w.call("putBridge", body={"interval_seconds": 1}),
    "postBridgePoll": lambda w: w.call("postBridgePoll"),
    "getBridgePolls": lambda w: w.call("getBridgePolls", query={"limit": 2}),
    "getBridgeAside": lambda w: w.call("getBridgeAside"),
    "getBridgeAdvisors": lambda w: w.call("getBridgeAdvisors"),
    "getBridgeConversations": lambda w: w.call("getBridgeConversations"),
    "getBridgeConversationsId": lambda w: w.call("getBridgeConversationsId", w.parked()),
    "postBridgeConversationsIdRetry": lambda w: w.call("postBridgeConversationsIdRetry", w.parked()),
    "postBridgeConversationsIdSkip": lambda w: w.call("postBridgeConversationsIdSkip", w.parked()),
    "postBridgeDryRun": lambda w: w.call("postBridgeDryRun", body=window()),
    "postBridgeReplay": lambda w: w.call("postBridgeReplay"),

    "postAdminTokens": lambda w: w.call("postAdminTokens"),
    "getAdminTokens": lambda w: w.call("getAdminTokens"),
    "deleteAdminTokensId": lambda w: w.call("deleteAdminTokensId", w.parley.post(
        "/api/admin/tokens", {"name": "gone", "scopes": ["messages:read"]}).json["token"]["id"]),
    "postAdminAccounts": lambda w: w.call("postAdminAccounts", body={"email": "eve@example.com", "role": "viewer"}),
    "getAdminAccounts": lambda w: w.call("getAdminAccounts", query={"role": "viewer"}),
    "getAdminAccountsId": lambda w: w.call("getAdminAccountsId", w.account("shown")["account"]["id"]),
    "patchAdminAccountsId": lambda w: w.call(
        "patchAdminAccountsId", w.account("changed")["account"]["id"], body={"role": "host"}),
    "postAdminAccountsIdReset": lambda w: w.call("postAdminAccountsIdReset", w.account("reset")["account"]["id"]),
    "postAdminAccountsIdSignOut": lambda w: w.call("postAdminAccountsIdSignOut", w.account("out")["account"]["id"]),
    "deleteAdminAccountsId": lambda w: w.call("deleteAdminAccountsId", w.account("deleted")["account"]["id"]),
    "postAccountInvitation": lambda w: w.call("postAccountInvitation", token=None, body={
        "ticket": ticket(w.account("invited")), "password": PASSWORD, "as": "bearer"}),
    "postAccountSignIn": lambda w: w.call("postAccountSignIn", token=None, body={
        "email": "invited@example.com", "password": PASSWORD, "as": "bearer"}),
    "postAccountPasswordResetRequest": lambda w: w.call(
        "postAccountPasswordResetRequest", token=None, body={"email": "invited@example.com"}),
    "postAccountPasswordReset": lambda w: w.call("postAccountPasswordReset", token=None, body={
        "ticket": ticket(w.parley.post(
            f"/api/admin/accounts/{account_id(w, 'invited')}/reset").json), "password": PASSWORD, "as": "bearer"}),
    "postAccountSignUp": lambda w: w.call("postAccountSignUp", token=None, body={"email": "new@example.com"}),
    "getAccount": lambda w: w.call("getAccount", token=w.signed_in("a1")),
    "patchAccount": lambda w: w.call("patchAccount", token=w.signed_in("a2"), body={"name": "Ann"}),
    "postAccountPassword": lambda w: w.call("postAccountPassword", token=w.signed_in("a3"), body={
        "old": PASSWORD, "new": PASSWORD + "!"}),
    "getAccountSessions": lambda w: w.call("getAccountSessions", token=w.signed_in("a4")),
    "deleteAccountSessionsId": lambda w: end_own_session(w, w.signed_in("a5")),
    "deleteAccountSessions": lambda w: w.call("deleteAccountSessions", token=w.signed_in("a6")),
    "getAccountGames": lambda w: w.call("getAccountGames", token=w.signed_in("a7")),
    "postAccountSignOut": lambda w: w.call("postAccountSignOut", token=w.signed_in("a8")),
    "postAccountSignOutEverywhere": lambda w: w.call("postAccountSignOutEverywhere", token=w.signed_in("a9")),

    "getAdminAudit": lambda w: w.call("getAdminAudit", query={"limit": 200}),
    "getAdminAuditExport": lambda w: w.call("getAdminAuditExport"),
    "getAdminConfiguration": lambda w: w.call("getAdminConfiguration"),
    "getAdminExport": lambda w: w.call("getAdminExport"),
    "postAdminImport": lambda w: w.call(
        "postAdminImport", query={"dry_run": "true"}, body=w.parley.get("/api/admin/export").json),
    "getAdminLog": lambda w: w.call("getAdminLog"),
    "putAdminLog": lambda w: w.call("putAdminLog"),
    "getAdminOutbox": lambda w: w.call("getAdminOutbox", query={"channel": "team"}),
    "getAdminOutboxId": lambda w: w.call("getAdminOutboxId", w.delivery()),
    "postAdminOutboxIdCancel": lambda w: w.call("postAdminOutboxIdCancel", w.delivery()),
    "postAdminOutboxIdRetry": lambda w: w.call("postAdminOutboxIdRetry", cancelled_delivery(w)),
    "postAdminOutboxRetry": lambda w: w.call("postAdminOutboxRetry", body={"channel": "team", "dry_run": True}),
    "postAdminOutboxCancel": lambda w: w.call("postAdminOutboxCancel", body={"channel": "team", "dry_run": True}),
    "postAdminOutboxDryRun": lambda w: w.call("postAdminOutboxDryRun", body={"topic": "held", "description": "a"}),
    "getAdminRetention": lambda w: w.call("getAdminRetention"),
    "patchAdminRetention": lambda w: w.call("patchAdminRetention"),
    "postAdminRetentionDryRun": lambda w: w.call("postAdminRetentionDryRun"),
    "postAdminErasures": lambda w: w.call("postAdminErasures", body={"customer": w.customer("forgotten")}),
    "getAdminErasures": lambda w: w.call("getAdminErasures", query={"customer": "forgotten"}),
    "getAdminErasuresId": lambda w: w.call(
        "getAdminErasuresId", w.parley.get("/api/admin/erasures").json["items"][0]["id"]),
    "postAdminBackups": lambda w: w.call("postAdminBackups"),
    "getAdminBackups": lambda w: w.call("getAdminBackups"),
    "getAdminBackupsName": lambda w: w.call("getAdminBackupsName", w.backup()),
    "postAdminBackupsNameVerify": lambda w: verified(w, w.backup()),
    "deleteAdminBackupsName": lambda w: (w.backup(), deleted(w, w.backup())),
}


def window():
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"from": f"{now - datetime.timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}", "until": f"{now:%Y-%m-%dT%H:%M:%SZ}"}


def account_id(world, name):
    return world.parley.get(f"/api/admin/accounts?email={name}@example.com").json["items"][0]["id"]


def end_own_session(world, token):
    mine = world.parley.get("/api/account/sessions", token=token).json["items"][0]["id"]
    world.call("deleteAccountSessionsId", mine, token=token)


def verified(world, name):
    """A backup is good a moment before nothing else keeps others from beginning."""
    eventually(lambda: world.call("postAdminBackupsNameVerify", name, good=False).status == 202, 30, "it is verified")


def deleted(world, name):
    """Nothing is deleted while a backup is made or verified: it says so until then."""
    eventually(lambda: world.call("deleteAdminBackupsName", name, good=False).status == 204, 30, "it is deleted")


def cancelled_delivery(world):
    delivery = world.delivery()
    assert world.parley.post(f"/api/admin/outbox/{delivery}/cancel").status == 200
    return delivery


def test_the_document_is_openapi(world):
    assert not list(OpenAPIV31SpecValidator(world.api.document).iter_errors())


def test_every_operation_is_called(world):
    assert set(world.api.operations) == CALLS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_the_answer_is_what_the_document_says(world, name):
    CALLS[name](world)


def test_a_call_too_many_is_answered_as_the_document_says(world):
    operation = world.api.operations["getMessages"]

    def guess():
        refused = world.parley.get("/api/messages", token="none", headers={"X-Forwarded-For": "198.19.0.1"})
        world.api.check(operation, refused)
        return refused

    last = next(refused for refused in iter(guess, None) if refused.status != 401)
    assert last.is_problem(429, "rate.exceeded") and last.headers["ratelimit-remaining"] == "0"


def test_every_example_is_of_its_schema(world):
    wrong = {}
    for name, operation in world.api.operations.items():
        for part in [operation.requestBody or {}, *operation.responses.values()]:
            for content in part.get("content", {}).values():
                if "example" in content:
                    wrong[name] = world.api.problems(content["schema"], content["example"]) or wrong.get(name)
    assert not any(wrong.values()), {name: found for name, found in wrong.items() if found}


@pytest.mark.parametrize("name", CALLS)
def test_refusals_are_what_the_document_says(world, name):
    operation = world.api.operations[name]
    values = ["x"] * operation.path.count("{")
    if operation.security:
        assert world.call(name, values, token=None, good=False).is_problem(401)
        if operation.method == "GET":
            refused = world.call(name, values, {"no_such_parameter": 1}, good=False)
            assert refused.status in (404, 422) or "own" in str(operation.security) and refused.status == 403, refused
    if operation.requestBody and "example" in operation.requestBody["content"].get("application/json", {}):
        refused = world.call(name, values, body="[", good=False)
        assert refused.status in (400, 403, 404), refused
