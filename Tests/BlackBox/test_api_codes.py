"""docs/api.md explains every code that the API answers, with the status that goes with it."""

import re

from parley import ROOT

REFUSAL = re.compile(r'(?:Problem\(\s*\.(\w+),|(?:Problem)?\.(conflict)\()\s*"([a-z_]+(?:\.[a-z_]+)*)"')
STATUS = re.compile(r"public static let (\w+): Status = (\d+)")
ROW = re.compile(r"^\| (`[^|]*`) \| ([^|]*) \|", re.M)


def told():
    """By code, the statuses that the row names; codes of a game stand in its own page."""
    rows = ROW.findall((ROOT / "docs" / "api.md").read_text())
    found = {code: set(re.findall(r"\d+", statuses))
             for codes, statuses in rows for code in re.findall(r"`([^`]+)`", codes)}
    games = (ROOT / "docs" / "games.md").read_text()
    return found, set(re.findall(r"`([a-z_]+\.[a-z_]+)`", games))


def test_every_code_is_explained():
    statuses = dict(STATUS.findall((ROOT / "Sources/Web/Values/Status.swift").read_text()))
    answered = {(code, statuses[status or conflict])
                for path in (ROOT / "Sources").rglob("*.swift")
                for status, conflict, code in REFUSAL.findall(path.read_text())}
    assert len(answered) > 60
    explained, games = told()
    missing = {code for code, _ in answered} - explained.keys() - games
    assert not missing, sorted(missing)
    wrong = sorted(f"{code}: {status}, not {explained[code]}" for code, status in answered
                   if code in explained and status not in explained[code])
    assert not wrong, wrong
