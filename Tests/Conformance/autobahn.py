"""Runs every case of Autobahn's WebSocket test suite against both of our sides, and fails unless all are fine.

    python3 Tests/Conformance/autobahn.py [server] [client]        (`make conformance`)

`server` has Autobahn's client try `parley-echo`; `client` has our client try Autobahn's server. Cases 12 and 13 are
compression, which we do not offer. A case is fine when Autobahn calls it OK: not NON-STRICT, not UNIMPLEMENTED.
INFORMATIONAL is all there is for those in INFORMATIONAL. Reports are kept in .build/conformance, one page a case.
"""

import collections
import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WSTEST = ROOT / ".build" / "conformance-venv" / "bin" / "wstest"
RELEASE = ROOT / ".build" / "release"
REPORTS = ROOT / ".build" / "conformance"
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
CASES_MIN = 301                                     # a run that was broken off is not a pass
INFORMATIONAL = {"7.1.6", "7.13.1", "7.13.2"}       # how we close in a race, and codes that nobody has given a meaning
RUN_SECONDS_MAX = 300


def specification(folder, **more):
    path = folder / "specification.json"
    path.write_text(json.dumps({
        "outdir": str(folder), "cases": CASES, "exclude-cases": ["12.*", "13.*"], "exclude-agent-cases": {}} | more))
    return path


@contextlib.contextmanager
def running(*command, until, log):
    """A program that runs until the end of the block, once a line of its output has `until` in it; gives that line."""
    with open(log, "w") as file:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, bufsize=1)
        try:
            line = ""
            while until not in line:
                line = process.stdout.readline()
                file.write(line)
                assert line, f"{command[0]} ended: see {log}"
            yield line.strip()
        finally:
            process.terminate()
            file.write(process.communicate(timeout=30)[0])


def run(*command, log):
    with open(log, "w") as file:
        done = subprocess.run([str(word) for word in command], stdout=file, stderr=subprocess.STDOUT,
                              timeout=RUN_SECONDS_MAX)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: see {log}"


def try_server(folder):
    with running(RELEASE / "parley-echo", "127.0.0.1:0", until="listening on", log=folder / "echo.log") as line:
        server = {"agent": "server", "url": f"ws://{line.split()[-1]}/echo"}
        run(WSTEST, "-m", "fuzzingclient", "-s", specification(folder, servers=[server]), log=folder / "autobahn.log")


def try_client(folder):
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    path = specification(folder, url=f"ws://{address}")
    # With no port for its web pages: it would take 8080.
    with running("env", "PYTHONUNBUFFERED=1", WSTEST, "-m", "fuzzingserver", "-u", "0", "-s", path,
                 until="test cases", log=folder / "autobahn.log"):
        run(RELEASE / "conformance-client", address, "client", log=folder / "client.log")


def judge(folder, agent):
    """Prints what became of each group of cases, and of each that is not fine; how many those are."""
    cases = json.loads((folder / "index.json").read_text())[agent]
    groups, wrong = collections.defaultdict(collections.Counter), 0
    for number, case in sorted(cases.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
        said = {case["behavior"], case["behaviorClose"]}
        groups[number.split(".")[0]][" / ".join(sorted(said))] += 1
        if said <= {"OK"} or said <= {"OK", "INFORMATIONAL"} and number in INFORMATIONAL:
            continue
        wrong += 1
        report = json.loads((folder / case["reportfile"]).read_text())
        print(f"\n{agent} {number}: {case['behavior']}, closing {case['behaviorClose']}"
              f"\n  {' '.join(report['description'].split())}"
              f"\n  expected: {report['expected']}\n  received: {str(report['received'])[:300]}"
              f"\n  {report['result']}\n  {report['resultClose']} (close code {report['remoteCloseCode']})")
    for group, counts in groups.items():
        print(f"  {agent} {group + '.*':5} " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if len(cases) < CASES_MIN:
        print(f"{agent}: {len(cases)} cases were run, not {CASES_MIN}")
        wrong += 1
    return wrong


def main():
    wrong = 0
    for side in sys.argv[1:] or ["server", "client"]:
        folder = REPORTS / side
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        {"server": try_server, "client": try_client}[side](folder)
        wrong += judge(folder, side)
    if wrong:
        sys.exit(f"conformance: {wrong} cases are not fine; pages in {REPORTS.relative_to(ROOT)}")
    print("conformance: every case is fine")


if __name__ == "__main__":
    main()
