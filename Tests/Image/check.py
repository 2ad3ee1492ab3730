"""Builds the image's run stage without a container engine, and runs the program in it as an engine would.

    sudo python3 Tests/Image/check.py        (`make image-check`)

The base is Debian's minimal set by debootstrap, less what the slim image leaves out; the run stage's own instructions
are read from the Dockerfile and carried out in it. The program then is process 1 of namespaces of its own (processes,
network, mounts, host name), on a root file system that is mounted read-only, as the Dockerfile's user, without any
capability. What an engine adds to that is not here: its seccomp profile, its cgroup, its storage driver.

Needs root, debootstrap, util-linux, curl, and the release binary (`make build`). Keeps the base in .build/image-base.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "BlackBox"))

from dockerfile import stages  # noqa: E402
from eventually import eventually  # noqa: E402

BASE = ROOT / ".build" / "image-base"
BINARY = ROOT / ".build" / "release" / "parley"
IMAGE_MB_MAX = 160
STOP_SECONDS_MAX = 1.0
ADMIN_TOKEN = "image-check-admin-token-0123456789"
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"      # what engines set
DEVICES = ["null", "zero", "full", "random", "urandom"]

# What Debian's slim images leave out, by a configuration of dpkg that also holds for what is installed later.
SLIM = """\
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/lintian/overrides/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
path-exclude /usr/share/omf/*
path-exclude /usr/share/help/*
path-exclude /usr/share/gnome/help/*
"""


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600, **more)
    assert done.returncode == 0, f"{words} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def make_base():
    """Debian's minimal set as the slim image has it."""
    if BASE.exists():
        return
    building = BASE.with_suffix(".new")
    shutil.rmtree(building, ignore_errors=True)
    run("debootstrap", "--variant=minbase", "bookworm", building, os.environ.get("DEBIAN_MIRROR", ""))
    (building / "etc/dpkg/dpkg.cfg.d/docker").write_text(SLIM)
    # apt's own files are made again when they are needed, as the image's clean-up hook has it.
    (building / "etc/apt/apt.conf.d/docker-clean").write_text(
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n'
        'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'
        'Acquire::Languages "none"; Acquire::GzipIndexes "true";\n')
    for pattern in ["var/cache/apt/archives/*.deb", "var/cache/apt/*.bin", "var/lib/apt/lists/*_*", "var/log/*.log",
                    "usr/share/info/*", "usr/share/locale/*", "usr/share/man/*", "usr/share/lintian/overrides/*"]:
        for path in building.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in sorted((building / "usr/share/doc").rglob("*"), reverse=True):
        if path.is_symlink() or path.is_file() and path.name != "copyright":
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    building.rename(BASE)


def megabytes(folder):
    return int(run("du", "-s", "--block-size=1", folder).split()[0]) / 1e6


def build(stage, root):
    """Carries out the run stage's instructions that change files, and tells what each added."""
    run("cp", "-a", BASE, root)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    size = base = megabytes(root)
    layers = [("FROM " + stage.image, base)]
    for name, argument in stage.instructions:
        if name == "RUN":
            environment = {"PATH": SEARCH_PATH, "DEBIAN_FRONTEND": "noninteractive"}
            run("chroot", root, "/bin/sh", "-c", argument, env=environment)
        elif name == "COPY":
            [origin, _, target] = argument.split()
            assert origin == "--from=build", argument
            shutil.copy(BINARY, str(root) + target)
        else:
            continue
        before, size = size, megabytes(root)
        layers.append((f"{name} {argument[:60]}", size - before))
    return layers, size


class Container:
    """The program as process 1 of its own namespaces; `flags` of unshare(1) and setpriv(1) are the point of it."""

    def __init__(self, stage, root, data):
        self.environment = {"PATH": SEARCH_PATH, "PARLEY_ADMIN_TOKEN": ADMIN_TOKEN} | stage.pairs("ENV")
        self.uid, self.gid = stage.one("USER").split(":")
        self.root = root
        command = stage.words("ENTRYPOINT") + stage.words("CMD")
        mounts = [
            f"mount --bind {root} {root}", f"mount -t proc proc {root}/proc", f"mount -t tmpfs none {root}/dev",
            *(f"touch {root}/dev/{name} && mount --bind /dev/{name} {root}/dev/{name}" for name in DEVICES),
            f"mount --bind {data} {root}{stage.one('VOLUME')}", f"mount -o remount,ro,bind {root}",
            f"mount -o remount,ro {root}/dev", "ip link set lo up || true", "hostname parley",
            # From here on by exec alone: the program is to be process 1, as it is in a container.
            f"exec {' '.join(self.unprivileged(root))} {' '.join(command)}",
        ]
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup",
             "--propagation=private", "/bin/sh", "-ec", "\n".join(mounts)],
            env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        eventually(lambda: self.pid, 10, "process 1")

    def unprivileged(self, root="/"):
        """chroot, and then what `--user`, `--cap-drop=all` and `--security-opt=no-new-privileges` do."""
        return ["chroot", str(root), "setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups",
                "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", "--"]

    @property
    def pid(self):
        """Process 1 as this side sees it."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def inside(self, *words, namespaces=("--pid", "--mount", "--net", "--uts", "--ipc", "--root"), check=True):
        """Runs a command beside the program, as `docker exec` would."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.pid), *namespaces, *self.unprivileged(), *words], env=self.environment,
            capture_output=True, text=True, timeout=30)
        assert not check or done.returncode == 0, f"{words}: {done}"
        return done

    def ask(self, path, *options):
        """One request from this machine's curl, through the program's own network."""
        said = run("nsenter", "--target", self.pid, "--net", "curl", "-sS", "--max-time", "10",
                   "-H", f"Authorization: Bearer {ADMIN_TOKEN}", "-H", "Content-Type: application/json",
                   *options, "-w", "\n%{http_code}", f"http://127.0.0.1:8080{path}")
        body, _, status = said.rpartition("\n")
        return int(status), body

    def stop(self):
        """SIGTERM to process 1: how long it took to end, and its exit code."""
        started = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        code = self.process.wait(30)
        return time.monotonic() - started, code

    def end(self):
        """Leaves nothing running: with its process 1 the whole namespace ends."""
        if self.process.poll() is None:
            os.kill(self.pid or self.process.pid, signal.SIGKILL)
            self.process.wait(30)


def check_running(container, stage):
    def listens():
        with contextlib.suppress(AssertionError):
            return container.ask("/healthz")[0] == 200
    eventually(listens, 20, "healthz answers")
    yield "GET /healthz answers 200"

    status = pathlib.Path(f"/proc/{container.pid}/status").read_text()
    field = dict(re.findall(r"^(\w+):\s*(.*)$", status, re.MULTILINE))
    assert field["NSpid"].split()[-1] == "1" and field["Name"] == "parley", status
    yield "the program is process 1"
    assert set(field["Uid"].split()) == {container.uid} and set(field["Gid"].split()) == {container.gid}, status
    capabilities = {name: int(field[name], 16) for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]}
    assert not any(capabilities.values()) and field["NoNewPrivs"] == "1", status
    yield f"it runs as {container.uid}:{container.gid}, with no capability at all"

    for path in ["/", "/tmp", "/var/tmp", "/etc", "/usr/local/bin", "/run"]:
        refused = container.inside("touch", f"{path}/written", check=False)
        assert re.search("Read-only file system|Permission denied", refused.stderr), f"{path}: {refused}"
    container.inside("touch", f"{stage.one('VOLUME')}/written")
    yield "nothing but the volume can be written to"

    status, body = container.ask("/api/messages", "-d", json.dumps({"topic": "sales", "description": "Hello"}))
    assert status == 201, (status, body)
    identifier = json.loads(body)["id"]
    eventually(lambda: json.loads(container.ask(f"/api/messages/{identifier}")[1])["status"] == "sent", 10, "delivered")
    yield "a message is accepted and delivered"

    started = time.monotonic()
    assert container.inside(*stage.health_command).stdout == "ready\n"
    yield f"{' '.join(stage.health_command)} exits 0 ({time.monotonic() - started:.2f} s)"
    lost = container.inside("env", "PARLEY_LISTEN=127.0.0.1:9", *stage.health_command, check=False)
    assert lost.returncode == 1, lost
    yield "and 1 where nobody listens"

    container.inside("parley", "backup", "/data/copy.sqlite")
    yield "parley backup works beside it"

    found = container.inside("sh", "-c", "command -v curl wget nc ssh || true").stdout.split()
    assert not found, found
    yield "no tool that talks to the network is in the image"

    seconds, code = container.stop()
    assert code == 0 and seconds < STOP_SECONDS_MAX, (seconds, code)
    yield f"SIGTERM ends it in {seconds * 1000:.0f} ms with exit code 0"


def needs():
    """What is missing to run this, in words."""
    wanted = ["debootstrap", "unshare", "nsenter", "setpriv", "chroot", "curl"]
    tools = [tool for tool in wanted if not shutil.which(tool)]
    missing = [f"the tools {', '.join(tools)}"] if tools else []
    if os.geteuid() != 0:
        missing.append("root, for chroot and namespaces")
    if not BINARY.exists():
        missing.append(f"{BINARY.relative_to(ROOT)}: make build")
    return missing


def main():
    if missing := needs():
        sys.exit("image-check needs " + "; and ".join(missing))
    stage = stages(ROOT / "Dockerfile")[-1]
    make_base()
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        root, data = pathlib.Path(folder) / "root", pathlib.Path(folder) / "data"
        layers, size = build(stage, root)
        for name, megabytes_added in layers:
            print(f"{megabytes_added:8.1f} MB  {name}")
        print(f"{size:8.1f} MB  in all, of {IMAGE_MB_MAX} at most")
        assert size <= IMAGE_MB_MAX, "the image is too large"
        data.mkdir(mode=0o700)
        os.chown(data, *map(int, stage.one("USER").split(":")))
        container = Container(stage, root, data)
        try:
            for claim in check_running(container, stage):
                print(f"ok  {claim}")
        finally:
            container.end()
            print(container.process.stdout.read(), end="", file=sys.stderr)


if __name__ == "__main__":
    main()
