"""The programs Parley is measured against, each started on the server's core and ended by its process id."""

import contextlib
import os
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.request

from eventually import eventually
from load import on_load_core, on_server_core

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / ".build"
VENV = BUILD / "bench-venv"
START_SECONDS = 10.0
TLS = " ssl; ssl_protocols TLSv1.3; ssl_conf_command NumTickets 1; ssl_certificate {}; ssl_certificate_key {}"

NGINX = """
daemon off; master_process off; worker_processes 1; error_log stderr error; pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000000; tcp_nodelay on; default_type {type};
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{port}{tls}; location = /healthz {{ {padding} return 200 '{body}'; }} }}
}}
"""


def compiled(name, *libraries):
    """One of the C programs here, built when its source is newer."""
    source, program = HERE / f"{name}.c", BUILD / f"bench-{name}"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", program, source, *libraries], check=True)
    return str(program)


def virtual_environment():
    """A Python with the packages of requirements.txt; made once, and again when they change."""
    wanted, mark = (HERE / "requirements.txt").read_text(), VENV / "installed.txt"
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check",
                        "-r", HERE / "requirements.txt"], check=True)
        mark.write_text(wanted)
    return str(VENV / "bin/python")


def ask(url, trusted=None):
    """(head bytes, content type, body) of an answer; what must be near equal for a fair comparison."""
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    with urllib.request.urlopen(url, timeout=2, context=context) as response:
        head = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
        return head, response.headers["Content-Type"], response.read()


def answering(url, process, trusted=None):
    """Waits until the peer answers."""
    def asked():
        assert process.poll() is None, f"{url} ended"
        with contextlib.suppress(OSError):
            return ask(url, trusted)
    return eventually(asked, START_SECONDS, f"{url} answers")


@contextlib.contextmanager
def running(command, **more):
    process = subprocess.Popen(command, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def nginx(folder, like, identity=None):
    """nginx that answers `/healthz` with the bytes `like` answers, and a head of the same size; (url, pid).

    With an identity, which is a certificate file and a key file, both speak TLS.
    """
    trusted = identity[0] if identity else None
    head, kind, body = ask(like, trusted)
    port, padding = free_port(), ""
    url = f"{'https' if identity else 'http'}://127.0.0.1:{port}/healthz"
    tls = TLS.format(*identity) if identity else ""
    for _ in range(2):                       # first without padding, to see how much is missing
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, type=kind, body=body.decode(), padding=padding,
                                       tls=tls))
        command = on_server_core("nginx", "-p", str(folder), "-c", str(config))
        if padding:
            break
        with running(command) as process:
            missing = head - answering(url, process, trusted)[0]
        padding = f"add_header x-pad {'0' * max(1, missing - len('x-pad: ') - 2)};"
    with running(command) as process:
        got, _, same = answering(url, process, trusted)
        assert same == body and abs(got - head) <= 16, (got, head, same)
        yield url, process.pid


@contextlib.contextmanager
def fastapi(database, tables, description, token):
    """The FastAPI service on a copy of the server's database; (url, pid)."""
    command = on_server_core(virtual_environment(), str(HERE / "fastapi_peer.py"), str(database), description, *tables)
    with running(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"BENCH_TOKEN": token}) as process:
        port = process.stdout.readline().strip()
        answering(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process.pid


@contextlib.contextmanager
def echo():
    """The release build of the example `parley-echo`, which has one event loop on one core; (port, pid)."""
    port = free_port()
    command = on_server_core(os.environ.get("PARLEY_ECHO_BIN") or str(BUILD / "release/parley-echo"),
                             f"127.0.0.1:{port}")
    with running(command, stdout=subprocess.DEVNULL) as process:
        answering(f"http://127.0.0.1:{port}/hello", process)
        yield port, process.pid


@contextlib.contextmanager
def plain_sockets():
    """The C program that does as little as WebSockets allow; (port, pid)."""
    with running(on_server_core(compiled("ws_peer", "-lcrypto")), stdout=subprocess.PIPE, text=True) as process:
        yield int(process.stdout.readline()), process.pid


@contextlib.contextmanager
def fastapi_sockets():
    """FastAPI's WebSockets; (port, pid)."""
    command = on_server_core(virtual_environment(), str(HERE / "fastapi_sockets.py"))
    with running(command, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        answering(f"http://127.0.0.1:{port}/healthz", process)
        yield port, process.pid


@contextlib.contextmanager
def fastapi_survey(database):
    """FastAPI's survey chatbot on a new database; (address, pid)."""
    command = on_server_core(virtual_environment(), str(HERE / "fastapi_survey.py"), str(database))
    with running(command, stdout=subprocess.PIPE, text=True) as process:
        address = f"127.0.0.1:{process.stdout.readline().strip()}"
        answering(f"http://{address}/healthz", process)
        yield address, process.pid


@contextlib.contextmanager
def fastapi_quiz(database):
    """FastAPI's live quizzes on a new database, and the Redis it keeps its boards in, both on the server's core;
    (address, pids)."""
    with tempfile.TemporaryDirectory(prefix="parley-redis-") as folder:
        path = pathlib.Path(folder) / "redis"
        board = on_server_core("redis-server", "--port", "0", "--unixsocket", str(path), "--dir", folder,
                               "--save", "", "--appendonly", "no", "--daemonize", "no")
        command = on_server_core(virtual_environment(), str(HERE / "fastapi_quiz.py"), str(database), str(path))
        with running(board, stdout=subprocess.DEVNULL) as redis:
            eventually(path.exists, START_SECONDS, "redis listens")
            with running(command, stdout=subprocess.PIPE, text=True) as process:
                address = f"127.0.0.1:{process.stdout.readline().strip()}"
                answering(f"http://{address}/healthz", process)
                yield address, [process.pid, redis.pid]


def need_descriptors(count):
    """Lets the programs started from here on have so many open files; fails where the machine does not."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < count:
        raise SystemExit(f"this needs {count:,} open files, and the limit is {most:,}: raise it with `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def group_commit(database, seconds, batch, tables):
    """(messages a second, CPU microseconds each) of plain SQLite with group commit."""
    ended = subprocess.run(
        on_server_core(compiled("group_commit", "-lsqlite3"), str(database), str(seconds), str(batch), *tables),
        check=True, capture_output=True, text=True, timeout=seconds + 60)
    messages, wall, cpu = (float(word) for word in ended.stdout.split())
    return messages / wall, cpu / messages * 1e6


class Sink:
    """The receiver of webhooks on the load core; reports when it has received how many."""

    def __init__(self, delay_microseconds, every):
        self.process = subprocess.Popen(on_load_core(compiled("sink"), str(delay_microseconds), str(every)),
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def report(self):
        """The next (count, seconds on the monotonic clock)."""
        count, nanoseconds = self.process.stdout.readline().split()
        return int(count), int(nanoseconds) / 1e9

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
