"""Full TLS handshakes, one short request each, beside nginx with the same certificate and the same answer."""

import json
import statistics
import subprocess
from dataclasses import dataclass

import peers
from load import cpu_seconds, on_load_core

CONNECTIONS = 16                # under way at once: the load's own half of a handshake costs more than the server's
PATIENCE_SECONDS = 30


@dataclass
class Handshakes:
    """What one round saw. Latencies in milliseconds, CPU in microseconds a handshake with its request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    busy: float
    tickets: float


def certificate(folder):
    """(certificate file, key file) of an ECDSA P-256 key that trusts itself, made now."""
    chain, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return chain, key


def one_round(port, pid, seconds, chain, body):
    command = on_load_core(peers.compiled("tls_load", "-lssl", "-lcrypto"), str(port), str(CONNECTIONS), str(seconds),
                           str(chain), "/healthz", body)
    before = cpu_seconds(pid)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + PATIENCE_SECONDS)
    cpu = cpu_seconds(pid) - before
    if ended.returncode != 0:
        raise SystemExit(f"load failed on port {port}:\n{ended.stderr}")
    saw = json.loads(ended.stdout)
    return Handshakes(saw["messages"] / saw["seconds"], saw["p50_us"] / 1e3, saw["p99_us"] / 1e3,
                      cpu / saw["messages"] * 1e6, saw["busy"], saw["tickets"])


def median(seen):
    return Handshakes(*(statistics.median(getattr(one, name) for one in seen) for name in Handshakes.__annotations__))


def tls(bench):
    what = "TLS 1.3 handshake and `GET /healthz`"
    chain, key = certificate(bench.folder)
    environment = {"PARLEY_TLS_CERTIFICATE": str(chain), "PARLEY_TLS_KEY": str(key)}
    with bench.parley("tls", environment) as server:
        with peers.nginx(bench.folder, f"https://{server.address}/healthz", (chain, key)) as (url, pid):
            body = peers.ask(url, chain)[2].decode()
            nginx_port, ours, theirs = int(url.split(":")[2].split("/")[0]), [], []
            for _ in range(bench.rounds):
                ours.append(one_round(server.port, server.pid, bench.seconds, chain, body))
                theirs.append(one_round(nginx_port, pid, bench.seconds, chain, body))
    ours, theirs = median(ours), median(theirs)
    assert ours.tickets == theirs.tickets, (ours, theirs)       # each costs the server a sealing and a write
    ratio = f"{ours.rate / theirs.rate:.2f} × nginx, CPU {ours.cpu / theirs.cpu:.2f} ×"
    for who, seen, beside in (("parley", ours, f"{ratio}; "), ("nginx, same certificate and bytes", theirs, "")):
        bench.line(what, who, rate=f"{seen.rate:,.0f}/s", p50=f"{seen.p50:.2f} ms", p99=f"{seen.p99:.2f} ms",
                   cpu=f"{seen.cpu:.0f} µs", ratio=f"{beside}load {seen.busy:.0%} busy")
