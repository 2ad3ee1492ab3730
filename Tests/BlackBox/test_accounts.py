"""People with accounts: invited, signed in by cookie, kept to their role, and let in again by mail."""

import contextlib
import re
import sqlite3
import subprocess

import pytest

from fake_smtp import FakeSMTP
from parley import binary, clean_environment

PASSWORD, OTHER = "correct horse battery", "another horse battery"
PUBLIC = "http://parley.example.org"
SLOW = 60.0  # a password takes much of a second of a processor that others may want as well


@pytest.fixture
def mail(closing):
    return closing.enter_context(FakeSMTP())


@pytest.fixture
def parley(launch, mail):
    return launch(PARLEY_SMTP_URL=mail.url, PARLEY_SMTP_FROM="parley@example.org", PARLEY_EMAIL_TO="team@example.org",
                  PARLEY_PUBLIC_URL=PUBLIC)


class Browser:
    """What a browser keeps of a site, and says of the page that calls."""

    def __init__(self, parley, origin=PUBLIC):
        self.parley, self.cookies, self.origin = parley, {}, origin

    def request(self, method, path, body=None):
        headers = {"Host": "parley.example.org", "Origin": self.origin}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        client = self.parley.client(token=None, timeout=SLOW)
        try:
            answer = client.request(method, path, body, headers)
        finally:
            client.close()
        for field in answer.headers.get_all("set-cookie") or []:
            name, _, value = field.partition(";")[0].partition("=")
            self.cookies[name] = value
            assert "HttpOnly" in field and "SameSite=Lax" in field and "Path=/" in field, field
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=None):
        return self.request("POST", path, body)


def ticket(mail, number):
    """The ticket of the link in a mail, which must be to the person alone."""
    letter = mail.wait_for(number)[number - 1]
    assert letter.recipients == ["ann@example.org"] and "team@example.org" not in str(letter.message)
    link = re.search(rf"{PUBLIC}/account#(\w+)=(\S+)", letter.message.get_body(("plain",)).get_content())
    return link[2]


def test_from_an_invitation_to_a_new_password(parley, mail):
    made = parley.post("/api/admin/accounts", {"email": "ann@example.org", "role": "host"})
    assert made.status == 201 and made.json["mailed"] is True, made
    account = made.json["account"]["id"]
    invitation = ticket(mail, 1)
    assert made.json["link"].endswith(invitation)

    ann = Browser(parley)
    assert ann.post("/api/account/invitation", {"ticket": invitation, "password": PASSWORD}).status == 200
    assert ann.post("/api/account/invitation", {"ticket": invitation, "password": PASSWORD}).is_problem(422)
    assert ann.get("/api/account").json["role"] == "host"
    assert ann.get("/api/quizzes").status == 200
    assert ann.get("/api/admin/tokens").is_problem(403)
    assert ann.post("/api/topics", {"name": "x", "channels": ["log"]}).is_problem(403)

    assert Browser(parley, "https://evil.example").post(
        "/api/account/sign-in", {"email": "ann@example.org", "password": PASSWORD}).is_problem(403, "auth.cross_site")
    assert ann.post("/api/account/sign-out").status == 204
    assert ann.get("/api/account").is_problem(401)
    assert ann.post("/api/account/sign-in", {"email": "Ann@Example.org", "password": PASSWORD}).status == 200

    parley.restart()
    assert ann.get("/api/account").status == 200, "who is signed in stays so"

    stranger = Browser(parley)
    assert stranger.post("/api/account/password/reset-request", {"email": "nobody@example.org"}).status == 202
    assert stranger.post("/api/account/password/reset-request", {"email": "ann@example.org"}).status == 202
    phone = Browser(parley)
    assert phone.post("/api/account/password/reset", {"ticket": ticket(mail, 2), "password": OTHER}).status == 200
    assert ann.get("/api/account").is_problem(401), "a new password ends what was signed in before"
    assert phone.get("/api/account").status == 200
    assert len(mail.mails) == 2, "nobody else was written to"

    assert parley.patch(f"/api/admin/accounts/{account}", {"disabled": True}).status == 200
    assert phone.get("/api/account").is_problem(401)

    assert invitation not in str(parley.logs) and PASSWORD not in str(parley.logs)
    parley.stop()
    with contextlib.closing(sqlite3.connect(next(parley.folder.glob("*.sqlite")))) as database:
        assert database.execute("SELECT DISTINCT payload FROM outbox WHERE source = 'accounts'").fetchall() == [("",)]


def command(folder, *words):
    return subprocess.run([binary(), "account", *words, "--data", folder], env=clean_environment(), timeout=60,
                          capture_output=True, text=True, check=False)


def test_the_command_line_opens_the_first_account(launch, tmp_path):
    folder = tmp_path / "data"
    made = command(folder, "create", "ann@example.org", "--role", "admin", "--public-url", PUBLIC)
    assert made.returncode == 0 and made.stdout.startswith(f"{PUBLIC}/account#invitation=parley_"), made
    assert command(folder, "create", "Ann@example.org", "--role", "admin").returncode == 1
    assert command(folder, "create", "ann", "--role", "admin").returncode == 2
    assert command(folder, "create", "bob@example.org", "--role", "chief").returncode == 2
    assert "ann@example.org  admin  invited" in command(folder, "list").stdout
    parley = launch(folder=folder)
    assert command(folder, "list").returncode == 3, "a running program owns the folder"
    ann = Browser(parley, "http://parley.example.org")
    invitation = made.stdout.strip().rpartition("=")[2]
    assert ann.post("/api/account/invitation", {"ticket": invitation, "password": PASSWORD}).status == 200
    assert ann.get("/api/admin/accounts").status == 200
    parley.stop()
    assert command(folder, "disable", "ann@example.org").returncode == 0
    assert "disabled" in command(folder, "list").stdout
    assert command(folder, "reset", "ann@example.org").stdout.count("#reset=parley_") == 1
