"""Mail servers on loopback: one that behaves, made of aiosmtpd, and one that follows a script word by word."""

import asyncio
import collections
import email
import email.policy
import pathlib
import socketserver
import ssl
import subprocess
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

Mail = collections.namedtuple("Mail", "sender recipients message secure user")


def self_signed(folder):
    """A certificate for 127.0.0.1 and its key, made by openssl: (certificate path, key path)."""
    certificate, key = pathlib.Path(folder) / "cert.pem", pathlib.Path(folder) / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class _Mailbox:
    """What arrived and who waits for it."""

    def __init__(self):
        self.mails, self._news = [], threading.Condition()

    def keep(self, mail):
        with self._news:
            self.mails.append(mail)
            self._news.notify_all()

    def wait_for(self, count, within=10.0):
        with self._news:
            if not self._news.wait_for(lambda: len(self.mails) >= count, within):
                raise AssertionError(f"{len(self.mails)} of {count} mails within {within} s")
            return self.mails[:count]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FakeSMTP(_Mailbox):
    """A mail server that behaves: STARTTLS when given a certificate, AUTH when given a user and a password."""

    def __init__(self, certificate=None, login=None):
        super().__init__()
        self.login, self.logins = login, []
        tls = None
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*certificate)
        self._loop = asyncio.new_event_loop()

        def session():
            return SMTP(self, enable_SMTPUTF8=True, tls_context=tls, require_starttls=bool(tls), loop=self._loop,
                        authenticator=self._check if login else None, auth_required=bool(login), auth_require_tls=True)
        self._server = self._loop.run_until_complete(self._loop.create_server(session, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _check(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        self.logins.append(given)
        right = given == self.login
        return AuthResult(success=right, handled=right, auth_data=given)

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        user = session.auth_data[0] if session.auth_data else None
        self.keep(Mail(envelope.mail_from, envelope.rcpt_tos, message, session.ssl is not None, user))
        return "250 2.0.0 taken"

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._server.close()
        self._loop.close()


class ScriptedSMTP(_Mailbox):
    """A mail server that answers each verb as its session's script says; a script is {verb: answer}.

    The first session follows the first script, and so on; later ones find a server that takes everything.
    `END` is what follows the final dot of a mail. An answer of `None` closes the connection instead. `contents` are
    all mails that came, `mails` those it took.
    """

    usual = {"EHLO": "250-fake\r\n250 8BITMIME", "DATA": "354 go on", "END": "250 2.0.0 taken", "QUIT": "221 bye"}

    def __init__(self, *scripts):
        super().__init__()
        self.scripts, self.sessions, self.contents = collections.deque(scripts), [], []
        owner = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                owner.talk(self)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads, block_on_close = True, False

            def handle_error(self, *_):
                pass
        self._listener = Listener(("127.0.0.1", 0), Session)
        self.port = self._listener.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def talk(self, session):
        script = {**self.usual, **(self.scripts.popleft() if self.scripts else {})}
        said, sender, recipients = [], "", []
        with self._news:
            self.sessions.append(said)
            self._news.notify_all()
        session.wfile.write(b"220 fake ESMTP\r\n")
        for line in session.rfile:
            text = line.decode(errors="replace").strip()
            said.append(text)
            verb = text.split(" ")[0].upper()
            if verb == "DATA" and script["DATA"].startswith("354"):
                session.wfile.write(b"354 go on\r\n")
                message = email.message_from_bytes(self._content(session), policy=email.policy.default)
                self.contents.append(message)
                verb = "END"
                if (script["END"] or "").startswith("2"):
                    self.keep(Mail(sender, recipients, message, False, None))
            elif verb == "MAIL":
                sender, recipients = text.partition(":")[2], []
            elif verb == "RCPT":
                recipients.append(text.partition(":")[2])
            said_back = script.get(f"{verb} {recipients[-1]}" if verb == "RCPT" else verb, script.get(verb, "250 ok"))
            if said_back is None:
                return
            session.wfile.write(said_back.encode() + b"\r\n")
            if verb == "QUIT":
                return

    @staticmethod
    def _content(session):
        lines = []
        for line in session.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def close(self):
        self._listener.shutdown()
        self._listener.server_close()
