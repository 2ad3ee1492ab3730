"""A WebSocket to a running program."""

import contextlib
import socket
import urllib.parse

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Line:
    """One WebSocket, `socket`, that can be cut."""

    def __init__(self, parley, path, query, within, **limits):
        address = parley.address or "127.0.0.1:9"                # while it starts: where nobody listens
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(connect(
            f"ws://{address}{path}{asked}", compression=None, open_timeout=within, close_timeout=1, ping_interval=None,
            **limits))

    def send(self, raw):
        """Sends a frame; that the other side has closed meanwhile is the reader's business."""
        with contextlib.suppress(ConnectionClosed):
            self.socket.send(raw)
        return self

    def cut(self):
        """Breaks the connection off, as a telephone in a tunnel does."""
        with contextlib.suppress(OSError):
            self.socket.socket.shutdown(socket.SHUT_RDWR)

    def close(self):
        with contextlib.suppress(OSError):
            self.stack.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
