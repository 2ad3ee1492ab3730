"""What Prometheus and Grafana are told to look at, against what the program shows, and what an operator is told to do."""

import contextlib
import json
import re
import shutil
import ssl
import subprocess
import time
import urllib.request

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bridge import Bridge
from certificates import Installed, make_pair
from eventually import eventually
from fake_http import FakeHTTP, answer
from parley import ROOT, Parley
from promql import TARGET_LABELS, named

RULES = yaml.safe_load((ROOT / "packaging" / "alerts.yml").read_text())
DASHBOARD = json.loads((ROOT / "packaging" / "grafana-dashboard.json").read_text())
GUIDE = (ROOT / "docs" / "operations.md").read_text()
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
# What Prometheus makes itself, and what comes with the first restore drill, a week after the first start.
ELSEWHERE = {"up": set(), "parley_backup_drill_success": set(), "parley_backup_drill_age_seconds": set()}
UNITS_REFUSED = re.compile(r"_(ms|millis|milliseconds|minutes|hours|kb|mb|kilobytes|percent)(_|$)")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """{metric: the labels it has been seen with} of a program with every room set up, in trouble; with HTTPS as well."""
    with contextlib.ExitStack() as closing:
        folder = tmp_path_factory.mktemp("observed")

        def launch(**environment):
            parley = Parley(folder / "data", environment)
            closing.callback(parley.end)
            return parley.start()
        directory = closing.enter_context(FakeHTTP())
        bridge = Bridge(launch, closing, folder, 3, PARLEY_DIRECTORY_URL=directory.url)
        parley = bridge.parley
        gone = closing.enter_context(FakeHTTP())
        gone.usual = answer(410, b"gone")
        parley.webhook("gone", gone.url, topic="gone")
        parley.send("gone")
        parley.settled(parley.send("sales")["id"])
        assert parley.post("/api/admin/backups").status == 202
        bridge.said(5)
        eventually(lambda: {"parley_channel_held", "parley_warning", "parley_bridge_lag_seconds",
                             "parley_backup_age_seconds", "parley_backup_seconds", "parley_bridge_operations_total"}
                   <= {key.split("{")[0] for key in parley.metrics()}, 30, "all is shown")
        texts = [parley.get("/metrics").body.decode()]
        pair = Installed(folder / "tls").install(make_pair(folder, "server"))
        secure = Parley(folder / "secure", {**pair.environment, "PARLEY_DISK_FREE_MIN": "1048576G"})
        closing.callback(secure.end)
        secure.start()
        trusted = ssl.create_default_context(cafile=pair.certificate)
        with urllib.request.urlopen(f"https://{secure.address}/metrics", context=trusted, timeout=20) as response:
            texts.append(response.read().decode())
        yield texts


def labels_of(texts):
    found = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            name = family.name + ("_total" if family.type == "counter" else "")
            found.setdefault(name, set())
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found | ELSEWHERE


def wrong(expression, there, legend=""):
    """What an expression names that is not there."""
    said = named(expression.replace("$__rate_interval", "5m"))
    found = [f"no metric {name}" for name, _ in said.metrics if name not in there]
    for name, asked in said.metrics:
        known = there.get(name, set()) | TARGET_LABELS
        found += [f"{name} has no label {label}" for label in (asked | said.groups) - known]
    available = set().union(*(there.get(name, set()) for name, _ in said.metrics)) | TARGET_LABELS
    found += [f"nothing to say for {label}" for label in set(re.findall(r"\{\{(\w+)\}\}", legend)) - available]
    if said.groups:
        found += [f"{label} is aggregated away" for label in set(re.findall(r"\{\{(\w+)\}\}", legend)) - said.groups]
    return found


def test_every_metric_is_named_typed_and_explained_as_prometheus_wants_it(shown):
    for text in shown:
        families = list(text_string_to_metric_families(text))
        assert len({(family.name, family.type) for family in families}) == len(families)
        for family in families:
            assert family.name.startswith(("parley_", "process_")), family.name
            assert len(family.documentation) > 5 and family.documentation.endswith("."), family
            assert family.type in ("counter", "gauge", "histogram"), family.name
            assert not UNITS_REFUSED.search(family.name), f"{family.name}: seconds and bytes are the units"
            assert family.type == "counter" or not family.name.endswith("_total"), family.name
            if family.type == "histogram":
                assert re.search(r"_(seconds|bytes|writes)$", family.name), f"{family.name}: of what?"
            for sample in family.samples:
                assert family.type != "counter" or sample.name.endswith("_total"), sample.name
                assert family.type != "counter" or sample.value >= 0, sample
                assert all(re.fullmatch(r"[a-z][a-z_]*", label) for label in sample.labels), sample
                assert not {"instance", "job"} & set(sample.labels), "those are Prometheus' own"


def test_the_process_is_told_of_as_every_client_does(shown):
    values = {sample.name: sample.value for family in text_string_to_metric_families(shown[0])
              for sample in family.samples if sample.name.startswith("process_")}
    assert values["process_resident_memory_bytes"] > 5e6 and values["process_cpu_seconds_total"] > 0
    assert 5 < values["process_open_fds"] < values["process_max_fds"]
    assert abs(values["process_start_time_seconds"] - time.time()) < 600


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_what_is_there(shown, rule):
    there = labels_of(shown)
    summary = re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"{{\1}}", rule["annotations"]["summary"])
    assert not wrong(rule["expr"], there, "".join(re.findall(r"\{\{\w+\}\}", summary))), rule["alert"]
    assert re.fullmatch(r"Parley[A-Z][A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_looks_at_what_is_there(shown, panel):
    there = labels_of(shown)
    for target in panel["targets"]:
        assert not wrong(target["expr"].replace('"$job"', '"parley"'), there, target.get("legendFormat", "")), target


def test_the_dashboard_can_be_imported():
    assert DASHBOARD["__inputs"][0]["name"] == "DS_PROMETHEUS" and DASHBOARD["title"] == "Parley"
    identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    assert all(panel["datasource"]["uid"] == "${DS_PROMETHEUS}" for panel in PANELS)
    places = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        assert not cells & places, f"{panel['title']} lies on another"
        places |= cells
    rows = {panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"}
    assert {"Health", "HTTP", "Storage", "Outbox", "Rooms", "Bridge", "Backups"} <= rows


def test_every_alert_has_its_section_and_every_section_its_alert():
    sections = re.findall(r"^### (Parley\w+)$", GUIDE, re.MULTILINE)
    assert sections == sorted(set(sections), key=sections.index)
    assert set(sections) == {rule["alert"] for rule in ALERTS}


def test_every_finding_of_readiness_is_explained():
    sources = "".join(path.read_text() for path in (ROOT / "Sources" / "Appliance").rglob("*.swift"))
    codes = set(re.findall(r'Finding\(\s*code: "([a-z.]+)"', sources))
    assert {"disk.full", "write.late", "outbox.overdue", "certificate.ending"} <= codes
    assert not {code for code in codes if f"`{code}`" not in GUIDE}


def test_promtool_agrees():
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (Debian: prometheus)")
    done = subprocess.run(["promtool", "check", "rules", ROOT / "packaging" / "alerts.yml"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_not_there_is_noticed():
    there = {"parley_ready": set(), "parley_channel_held": {"channel"}}
    assert not wrong('max by (channel) (parley_channel_held{channel!="x"}) == 1 and on (instance) parley_ready', {
        **there, "parley_ready": {"channel"}}, "{{channel}}")
    assert wrong("parley_redy == 0", there) == ["no metric parley_redy"]
    assert wrong('parley_ready{reason="x"}', there) == ["parley_ready has no label reason"]
    assert wrong("sum(parley_channel_held) by (kind)", there) == ["parley_channel_held has no label kind"]
    assert wrong("parley_ready", there, "{{channel}}") == ["nothing to say for channel"]
    for broken in ("rte(parley_ready[5m])", "rate(parley_ready[5m]", "parley_ready{a}", "1 + 2", "parley_ready[5x]"):
        with pytest.raises(AssertionError):
            named(broken)
