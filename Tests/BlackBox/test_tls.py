"""HTTPS: the real binary, asked by curl and openssl, and its certificate replaced while it runs."""

import http.client
import json
import signal
import socket
import ssl
import subprocess

import pytest

from certificates import Installed, end_yesterday, make_pair
from eventually import eventually
from parley import ADMIN_TOKEN, clean_environment, run
from wire import Wire


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Two pairs that have nothing to do with each other."""
    folder = tmp_path_factory.mktemp("pairs")
    return [make_pair(folder, name) for name in ("first", "second")]


@pytest.fixture
def installed(tmp_path, pairs):
    return Installed(tmp_path / "tls").install(pairs[0])


@pytest.fixture
def secure(launch, installed):
    return launch(**installed.environment)


def curl(parley, path, trusted, *more):
    return subprocess.run(
        ["curl", "-sS", "--max-time", "10", "--cacert", trusted, f"https://localhost:{parley.port}{path}", *more],
        capture_output=True, text=True, timeout=20, env=clean_environment())


def s_client(parley, *arguments):
    ended = subprocess.run(["openssl", "s_client", "-connect", parley.address, *arguments], input="",
                           capture_output=True, text=True, timeout=20, env=clean_environment())
    return ended.stdout + ended.stderr


def connect(parley, trusted):
    """A keep-alive connection that trusts this certificate alone."""
    return http.client.HTTPSConnection(
        "localhost", parley.port, timeout=10, context=ssl.create_default_context(cafile=trusted))


def status(connection, path="/healthz"):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def shown(parley):
    """The certificate that a new connection is shown, as PEM."""
    return ssl.get_server_certificate(("127.0.0.1", parley.port), timeout=10)


def is_shown(parley, pair):
    der = ssl.PEM_cert_to_DER_cert
    return der(shown(parley)) == der(pair[0].read_text())


def metrics(parley, trusted):
    lines = curl(parley, "/metrics", trusted).stdout.splitlines()
    return {key: float(value) for key, value in
            (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}


def test_curl_is_answered_over_https(secure, pairs):
    answer = curl(secure, "/healthz", pairs[0][0])
    assert (answer.returncode, json.loads(answer.stdout)) == (0, {"status": "ok"}), answer
    [listening] = secure.events("listening")
    assert listening["scheme"] == "https"


def test_a_message_is_taken_over_https(secure, pairs):
    answer = curl(secure, "/api/messages", pairs[0][0], "-H", f"Authorization: Bearer {ADMIN_TOKEN}",
                  "-H", "Content-Type: application/json", "-d", '{"topic": "sales", "description": "Call me"}')
    assert json.loads(answer.stdout)["status"] == "pending", answer


def test_plain_http_is_told_to_come_back(secure):
    answer = secure.get("/healthz")
    assert answer.is_problem(400, "tls.plain_http") and "https" in answer.json["detail"]


def test_protocols_and_versions(secure):
    assert "ALPN protocol: http/1.1" in s_client(secure, "-alpn", "h2,http/1.1")
    assert "no application protocol" in s_client(secure, "-alpn", "h2")
    assert "Protocol  : TLSv1.2" in s_client(secure, "-tls1_2")
    assert "TLSv1.3" in s_client(secure, "-tls1_3")
    assert "alert protocol version" in s_client(secure, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")


def test_sighup_shows_the_new_certificate_and_keeps_connections(secure, installed, pairs):
    open_before = connect(secure, pairs[0][0])
    assert status(open_before) == 200
    installed.install(pairs[1])
    assert is_shown(secure, pairs[0])
    secure.process.send_signal(signal.SIGHUP)
    eventually(lambda: is_shown(secure, pairs[1]), 5, "the new certificate")
    assert status(open_before) == 200
    assert curl(secure, "/healthz", pairs[1][0]).returncode == 0
    assert len(secure.events("certificate in use")) == 2
    assert secure.stop() == 0


@pytest.mark.parametrize("spoil, code", [
    (lambda installed, pairs: installed.certificate.unlink(), "tls.unreadable"),
    (lambda installed, pairs: installed.certificate.write_text("hello"), "tls.no_certificate"),
    (lambda installed, pairs: installed.key.write_bytes(pairs[1][1].read_bytes()), "tls.key_mismatch"),
], ids=["missing", "no certificate", "other key"])
def test_a_bad_pair_on_sighup_keeps_the_old_one(secure, installed, pairs, spoil, code):
    spoil(installed, pairs)
    secure.process.send_signal(signal.SIGHUP)
    def told():
        return secure.events("certificate not reloaded, the old one stays")
    [line] = eventually(told, 5, "the log says so")
    assert (line["level"], line["cause"]) == ("error", code) and str(installed.folder) in line["detail"]
    assert is_shown(secure, pairs[0])
    installed.install(pairs[1])
    secure.process.send_signal(signal.SIGHUP)
    eventually(lambda: is_shown(secure, pairs[1]), 5, "the pair that was put right")


def test_sighup_without_tls_says_that_there_is_nothing_to_reload(parley):
    parley.process.send_signal(signal.SIGHUP)
    eventually(lambda: parley.events("nothing to reload: no certificate is in use"), 5, "the log says so")
    assert parley.get("/healthz").status == 200


def test_a_bad_pair_at_start_is_explained_before_anything_is_made(tmp_path, installed, pairs):
    data = tmp_path / "data"
    installed.key.write_bytes(pairs[1][1].read_bytes())
    for command in ("serve", "check"):
        ended = run(command, "--data", str(data), "--listen", "127.0.0.1:0", environment=installed.environment)
        assert ended.returncode == 2 and "does not belong" in ended.stderr and "Fatal" not in ended.stderr, ended
        assert str(installed.key) in ended.stderr
    assert not data.exists()


@pytest.mark.parametrize("given", ["--tls-certificate", "--tls-key"])
def test_one_of_the_two_files_is_not_enough(tmp_path, given):
    ended = run("serve", "--data", str(tmp_path / "data"), given, "x.pem")
    assert ended.returncode == 2 and "--tls-certificate" in ended.stderr and "--tls-key" in ended.stderr, ended


def test_an_encrypted_key_is_explained_and_no_passphrase_asked_for(tmp_path, installed, pairs):
    subprocess.run(["openssl", "ec", "-aes128", "-passout", "pass:sesame", "-in", pairs[0][1], "-out", installed.key],
                   check=True, capture_output=True, timeout=20)
    ended = run("serve", "--data", str(tmp_path / "data"), environment=installed.environment)
    assert ended.returncode == 2 and "encrypted" in ended.stderr, ended


def test_a_certificate_that_has_ended_is_served_with_a_warning(launch, tmp_path):
    folder = tmp_path / "old"
    installed = Installed(folder).install(end_yesterday(make_pair(folder, "old")))
    parley = launch(**installed.environment)
    assert "BEGIN CERTIFICATE" in shown(parley)
    [warning] = eventually(lambda: parley.events("certificate is not valid today"), 5, "the warning")
    assert warning["level"] == "warning"


def test_check_asks_a_running_program_over_https(secure, installed):
    checked = run("check", "--live", "--listen", secure.address, environment=installed.environment)
    assert (checked.returncode, checked.stdout) == (0, "ready\n"), checked
    # Told nothing of TLS, it says what the program says.
    plain = run("check", "--live", "--listen", secure.address)
    assert plain.returncode == 1 and "HTTPS" in plain.stderr, plain


def test_check_reads_the_pair(tmp_path, installed):
    checked = run("check", "--data", str(tmp_path / "data"), environment=installed.environment)
    assert checked.returncode == 0 and "certificate: fine, ends 20" in checked.stdout, checked


def test_metrics_count_handshakes_and_tell_when_the_certificate_ends(secure, pairs):
    secure.get("/healthz")
    seen = metrics(secure, pairs[0][0])
    assert seen['parley_tls_handshakes_total{result="ok"}'] >= 1
    assert seen['parley_tls_handshakes_total{result="failed"}'] == 1
    ends = ssl.cert_time_to_seconds(
        subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", pairs[0][0]], check=True, capture_output=True,
                       text=True, timeout=20).stdout.strip().split("=", 1)[1])
    assert seen["parley_tls_certificate_expiry_seconds"] == ends


def test_failed_handshakes_leave_no_lines_at_the_usual_level(secure, pairs):
    before = len(secure.logs)
    for _ in range(50):
        with Wire(secure.address) as wire:
            wire.send(b"\x16\x03\x01\x00\x05hello")
            wire.rest()
    assert metrics(secure, pairs[0][0])['parley_tls_handshakes_total{result="failed"}'] == 50
    assert len(secure.logs) == before


def test_clients_that_hang_up_within_the_handshake_do_not_hurt(secure, pairs):
    context = ssl.create_default_context(cafile=pairs[0][0])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        session.do_handshake()
    hello = outgoing.read()
    for count in range(0, len(hello), 7):
        with socket.create_connection(("127.0.0.1", secure.port)) as early:
            early.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            early.sendall(hello[:count])
    connection = connect(secure, pairs[0][0])
    assert status(connection) == 200
    eventually(lambda: metrics(secure, pairs[0][0])["parley_connections"] <= 2, 5, "their connections are gone")
