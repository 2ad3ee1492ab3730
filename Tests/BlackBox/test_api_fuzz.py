"""Calls that nobody thought of: schemathesis makes them up from `/openapi.json`, right ones and wrong ones, and holds
every answer to the document. `PARLEY_FUZZ_SECONDS` makes the run longer, `PARLEY_FUZZ_SEED` another one."""

import os
import pathlib
import subprocess
import sys

from parley import ADMIN_TOKEN

SECONDS = int(os.environ.get("PARLEY_FUZZ_SECONDS", "30"))
SEED = os.environ.get("PARLEY_FUZZ_SEED", "7")

# WebSockets; addresses that the bridge would call for as long as it takes; backups that would fill the disk.
LEFT_OUT = "/(play|host|watch|chat|live)$|^/api/bridge(/poll|/dry-run)?$|^/api/admin/backups"


def test_nothing_is_found(launch):
    parley = launch(PARLEY_RATE_LIMIT="0", PARLEY_SIGN_IN_LIMIT="0", PARLEY_SIGN_UP="players")
    here = pathlib.Path(__file__).parent
    run = subprocess.run(
        [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", here / "schemathesis.toml", "run",
         f"http://{parley.address}/openapi.json", "-H", f"Authorization: Bearer {ADMIN_TOKEN}", "--seed", SEED,
         "--max-time", str(SECONDS), "--phases", "examples,coverage,fuzzing", "--exclude-path-regex", LEFT_OUT,
         "--exclude-checks", "ignored_auth", "--continue-on-failure", "--warnings", "off", "--no-color",
         "--output-sanitize", "false"],
        capture_output=True, text=True, timeout=SECONDS * 3 + 120, cwd=parley.folder)
    print(run.stdout if run.returncode else run.stdout[run.stdout.rfind("= SUMMARY ="):])
    assert parley.process.poll() is None, "the program has ended"
    assert run.returncode == 0, "what was found is told above; " + run.stderr[-2_000:]
    assert parley.get("/readyz").status == 200
