"""Putting load on a server and reading what it cost: wrk on one core, the server's CPU time from /proc."""

import os
import re
import statistics
import subprocess
from dataclasses import dataclass

SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = 64
WAIT = "20s"  # a slow peer is a slow figure, not a failure
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


def on_server_core(*command):
    return ["taskset", "-c", SERVER_CORE, *command]


def on_load_core(*command):
    return ["taskset", "-c", LOAD_CORE, *command]


def cpu_seconds(pid):
    """CPU time of a process and all its threads so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


@dataclass
class Load:
    """What one round of load saw. Latencies in milliseconds, CPU in microseconds a request."""

    requests: int
    refused: int
    rate: float
    p50: float
    p99: float
    cpu: float


def load(url, seconds, pid, script=None, environment=None):
    """Runs wrk for `seconds`; fails when a connection broke."""
    command = on_load_core("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", WAIT)
    before = cpu_seconds(pid)
    ended = subprocess.run([*command, *(["-s", script] if script else []), url], capture_output=True, text=True,
                           env=os.environ | (environment or {}), timeout=seconds + 30)
    cpu = cpu_seconds(pid) - before
    said = ended.stdout
    if ended.returncode != 0 or "Socket errors" in said:
        raise SystemExit(f"load failed on {url}:\n{said}{ended.stderr}")
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    if requests == 0:
        raise SystemExit(f"no answer from {url}:\n{said}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)

    def percentile(which):
        number, unit = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m) *$", said, re.MULTILINE).groups()
        return float(number) * UNITS[unit]
    return Load(requests, int(refused.group(1)) if refused else 0,
                float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
                percentile(50), percentile(99), cpu / max(requests, 1) * 1e6)


def median(loads):
    """The median of each figure over the rounds."""
    def of(name):
        return statistics.median(getattr(one, name) for one in loads)
    return Load(sum(one.requests for one in loads), sum(one.refused for one in loads),
                of("rate"), of("p50"), of("p99"), of("cpu"))
