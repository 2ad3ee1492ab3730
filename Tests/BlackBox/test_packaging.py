"""How Parley is shipped: what the Dockerfile, the compose file and the systemd unit say, against the program itself.

Whether the image runs as they say is `make image-check`.
"""

import configparser
import re
import shutil
import subprocess

import pytest
import yaml

from dockerfile import stages
from parley import ROOT, Parley, run

DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICE = COMPOSE["services"]["parley"]
UNIT_FILE = ROOT / "packaging" / "parley.service"
DRAIN_SECONDS = 20          # PARLEY_STOP_SECONDS when nobody sets it


@pytest.fixture(scope="module")
def image():
    """The stage that is shipped."""
    return stages(DOCKERFILE)[-1]


@pytest.fixture(scope="module")
def unit():
    reader = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    reader.optionxform = str
    reader.read(UNIT_FILE)
    return reader


def settings():
    """Every PARLEY_… variable that the program knows."""
    return set(re.findall(r"\bPARLEY_[A-Z0-9_]+", run("help").stdout))


def test_the_image_is_built_in_one_stage_and_runs_in_another(image):
    build, last = stages(DOCKERFILE)
    assert (build.image, last.image) == ("swift:6.3-bookworm", "debian:bookworm-slim")
    assert all("--from=build" in argument for argument in last.all("COPY")), "nothing but the binary is copied"
    assert "<<" not in DOCKERFILE.read_text(), "a heredoc needs BuildKit"


def test_packages_are_installed_before_the_sources_are_copied():
    for stage in stages(DOCKERFILE):
        names = [name for name, _ in stage.instructions]
        assert names.index("RUN") < names.index("COPY")
        assert "rm -rf /var/lib/apt/lists/*" in stage.all("RUN")[0]


def test_the_image_installs_only_what_the_binary_loads(image):
    command = image.all("RUN")[0]
    packages = re.search(r"--no-install-recommends ([a-z0-9+ -]+?)\s+&&", command).group(1).split()
    assert packages == ["ca-certificates", "libcurl4", "libssl3", "libstdc++6"]


def test_the_image_does_not_run_as_root(image):
    uid, gid = image.one("USER").split(":")
    assert int(uid) > 0 and int(gid) > 0, "by number: an orchestrator cannot look up a name"
    assert f"--uid {uid}" in image.all("RUN")[0]


def test_the_image_says_where_it_listens_and_keeps_data(image):
    environment = image.pairs("ENV")
    assert environment == {"PARLEY_LISTEN": "0.0.0.0:8080", "PARLEY_DATA": "/data"}
    assert image.one("EXPOSE") == "8080" and image.one("VOLUME") == "/data"
    assert image.words("ENTRYPOINT") == ["parley"] and image.words("CMD") == ["serve"]
    assert image.one("STOPSIGNAL") == "SIGTERM"
    assert "org.opencontainers.image.title" in image.pairs("LABEL")


def test_health_is_asked_for_by_the_program_itself(image, parley):
    assert image.health_command == ["parley", "check", "--live"] == SERVICE["healthcheck"]["test"][1:]
    assert int(image.health_options["timeout"].removesuffix("s")) > 5, "the check itself gives up after 5 s"
    answer = run(*image.health_command[1:], environment={"PARLEY_LISTEN": parley.address})
    assert (answer.returncode, answer.stdout) == (0, "ready\n")
    parley.stop()
    assert run(*image.health_command[1:], environment={"PARLEY_LISTEN": parley.address}).returncode == 1


def test_a_health_check_takes_no_detour_through_a_proxy(parley):
    nobody = "http://127.0.0.1:9"
    environment = {"PARLEY_LISTEN": parley.address, "http_proxy": nobody, "all_proxy": nobody}
    assert run("check", "--live", environment=environment).returncode == 0


def test_the_context_holds_what_the_build_needs_and_no_more():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line[0] == "!"}
    paths = set(re.findall(r'path: "(\w+)', (ROOT / "Package.swift").read_text())) | {"Tests"}
    assert allowed == paths | {"Makefile", "Package.swift"}


def test_compose_runs_it_without_privileges():
    assert SERVICE["read_only"] is True and SERVICE["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in SERVICE["security_opt"]
    assert "privileged" not in SERVICE and "tmpfs" not in SERVICE
    assert SERVICE["restart"] == "unless-stopped"


def test_compose_keeps_the_data_in_a_named_volume():
    places = dict(reversed(volume.split(":")) for volume in SERVICE["volumes"])
    assert set(places) == {"/data", SERVICE["environment"]["PARLEY_BACKUPS"]}
    assert set(places.values()) == set(COMPOSE["volumes"]), "each in a volume of its own"


def test_compose_waits_longer_than_the_program_takes_to_stop():
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS


def test_compose_names_only_settings_that_exist():
    named = set(SERVICE["environment"])
    assert named <= settings(), named - settings()


def test_the_environment_file_names_only_settings_that_exist():
    named = set(re.findall(r"^#?(PARLEY_\w+)=", (ROOT / "packaging" / "parley.env").read_text(), re.MULTILINE))
    assert named and named <= settings(), named - settings()


def test_the_unit_waits_longer_than_the_program_takes_to_stop(unit):
    assert int(unit["Service"]["TimeoutStopSec"]) > DRAIN_SECONDS
    assert int(unit["Service"]["LimitNOFILE"]) == SERVICE["ulimits"]["nofile"]


def test_the_unit_does_not_try_again_what_cannot_get_better(unit):
    codes = re.findall(r"^  (\d)  (.*)$", run("help").stdout, re.MULTILINE)
    hopeless = [code for code, text in codes if re.search("cannot be used|owns the data|newer", text)]
    assert unit["Service"]["RestartPreventExitStatus"].split() == hopeless


def test_systemd_accepts_the_unit_and_finds_it_hardened(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    # It looks for the program and for the user; neither is installed here.
    copy = tmp_path / "parley.service"
    copy.write_text(UNIT_FILE.read_text().replace("/usr/local/bin/parley", "/bin/true"))
    checked = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=60)
    complaints = [line for line in checked.stderr.splitlines() if "parley.service" in line]
    assert checked.returncode == 0 and not complaints, checked.stderr
    scored = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(copy)],
                            capture_output=True, text=True, timeout=60)
    if "unrecognized option" in scored.stderr:
        pytest.skip("systemd is older than 250")
    assert scored.returncode == 0, scored.stdout[-400:]


def test_it_runs_where_no_page_may_become_code(tmp_path, closing):
    """What MemoryDenyWriteExecute= does, by the kernel itself: a mapping that was writable never turns executable."""
    deny = "import ctypes, os, sys; failed = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); " \
           "sys.exit(77) if failed else os.execv(sys.argv[1], sys.argv[1:])"
    if subprocess.run([shutil.which("python3"), "-c", deny, "/bin/true"], timeout=20).returncode == 77:
        pytest.skip("the kernel has no PR_SET_MDWE (Linux 6.3)")
    parley = Parley(tmp_path / "data", prefix=[shutil.which("python3"), "-c", deny])
    closing.callback(parley.end)
    parley.start()
    message = parley.send("sales")
    assert parley.settled(message["id"])["status"] == "sent"
    assert parley.stop() == 0
