"""What an operator's tools read: liveness, readiness, and numbers that move."""

import re

from eventually import eventually

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{(?:{LABEL}(?:,{LABEL})*,?)?\}})? (?:[-+]?[0-9.]+(?:e[-+]?[0-9]+)?|NaN|[-+]Inf)$")


def total(metrics, name, **labels):
    """The sum of all samples of a name whose labels include these."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(value for key, value in metrics.items()
               if key.split("{")[0] == name and all(part in key for part in wanted))


def test_liveness_and_readiness(parley):
    for path, word in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = parley.get(path, token=None)
        assert (answer.status, answer.json["status"]) == (200, word), answer


def test_metrics_are_prometheus_text(parley):
    parley.send("sales")
    answer = parley.get("/metrics", token=None)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    typed, seen = {}, set()
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed, f"{name} declared twice"
            typed[name] = kind
        elif line and not line.startswith("#"):
            matched = SAMPLE.match(line)
            assert matched, line
            key = line.rsplit(" ", 1)[0]
            assert key not in seen, f"{key} twice"
            seen.add(key)
            name = matched.group(1)
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert typed.get(name) or typed.get(family) in ("histogram", "summary"), f"{name} has no TYPE"
            assert name.startswith("parley_") or name.startswith("process_"), name


def test_histograms_add_up(parley):
    for _ in range(5):
        parley.send("sales")
    metrics = parley.metrics()
    families = {key.split("_bucket{")[0] for key in metrics if "_bucket{" in key}
    assert families
    for family in families:
        series = {}
        for key, value in metrics.items():
            if key.startswith(family + "_bucket{"):
                labels = re.sub(r',?le="[^"]*"', "", key.split("{")[1].rstrip("}")).strip(",")
                edge = re.search(r'le="([^"]*)"', key).group(1)
                series.setdefault(labels, []).append((float(edge.replace("+Inf", "inf")), value))
        for labels, buckets in series.items():
            counts = [value for _, value in sorted(buckets)]
            assert counts == sorted(counts), (family, labels)
            count = metrics.get(f"{family}_count{{{labels}}}" if labels else f"{family}_count")
            assert count == counts[-1], (family, labels)


def test_numbers_move(parley):
    before = parley.metrics()
    for _ in range(10):
        parley.send("sales")
    parley.get("/api/messages/unknown")
    eventually(lambda: not parley.get("/api/messages?status=pending").json["items"]
               and not parley.get("/api/messages?status=queued").json["items"], what="all sent")
    after = parley.metrics()

    def moved(name, **labels):
        return total(after, name, **labels) - total(before, name, **labels)
    assert moved("parley_http_requests_total", status="201") == 10
    assert moved("parley_http_requests_total", status="404") == 1
    assert moved("parley_commits_total") >= 1
    assert moved("parley_delivery_attempts_total", channel="log", **{"class": "delivered"}) == 10


def test_no_label_is_made_of_what_a_client_sends(parley):
    for path in ("/made-up-1", "/made-up-2", "/api/messages/made-up-3", "/api/topics/made-up-4"):
        parley.get(path)
    assert "made-up" not in parley.get("/metrics").body.decode()
