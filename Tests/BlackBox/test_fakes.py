"""The fakes are what they claim to be: other tests believe them."""

import http.client
import smtplib
import ssl

import pytest

from fake_http import FakeHTTP, Received, answer, drop, half_close, signed
from fake_smtp import FakeSMTP, ScriptedSMTP, self_signed
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
