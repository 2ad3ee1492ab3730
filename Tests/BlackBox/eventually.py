"""Waiting for something that can be observed, with a deadline: the one place where a test lets time pass."""

import threading
import time

POLL_SECONDS = 0.01
_never = threading.Event()


def eventually(observe, within=5.0, what=""):
    """Returns the first true answer of `observe`; fails with its last answer once `within` seconds have passed."""
    deadline = time.monotonic() + within
    while True:
        seen = observe()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or observe} (last seen: {seen!r})")
        _never.wait(POLL_SECONDS)
