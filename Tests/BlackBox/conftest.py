"""What every test here stands on: a fresh folder, a running Parley, and fakes that end with the test."""

import contextlib

import pytest

from fake_http import FakeHTTP, FakeSlack, FakeWebhook
from parley import Parley


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
