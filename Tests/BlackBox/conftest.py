"""What every test here stands on: a fresh folder, a running Parley, and fakes that end with the test."""

import contextlib
import os
import random
import subprocess

import pytest

from fake_http import FakeHTTP, FakeSlack, FakeWebhook
from parley import Parley

DISK_BYTES = 6 * 1024 * 1024
# Drawn once for all processes of a run: each must collect the same tests.
os.environ.setdefault("PARLEY_SEED", str(random.SystemRandom().randrange(1, 1 << 32)))


@pytest.fixture
def closing():
    """Ends what it is given, last first, when the test is over."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def launch(tmp_path, closing):
    """Starts Parley on a folder of this test: `launch()`, `launch(PARLEY_SMTP_URL=…)`, `launch(folder=…)`."""
    def start(folder=None, prefix=(), **environment):
        parley = Parley(folder or tmp_path / "data", environment, prefix)
        closing.callback(parley.end)
        return parley.start()
    return start


@pytest.fixture
def parley(launch):
    """A fresh start with nothing configured: `sales` and `pricing` go to the log."""
    return launch()


@pytest.fixture
def slack(closing):
    return closing.enter_context(FakeSlack())


@pytest.fixture
def hook(closing):
    return closing.enter_context(FakeWebhook())


@pytest.fixture
def http_fake(closing):
    return lambda *script: closing.enter_context(FakeHTTP(*script))


@pytest.fixture(scope="module")
def module_parley(tmp_path_factory):
    """One running Parley for a module whose tests do not disturb each other."""
    parley = Parley(tmp_path_factory.mktemp("parley") / "data")
    try:
        yield parley.start()
    finally:
        parley.end()


@pytest.fixture
def disk(tmp_path, closing):
    """A small disk of its own, mounted for this test."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", place],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip()}")
    closing.callback(subprocess.run, ["umount", "-l", place], check=True)
    return place
