"""Bytes in, answers out: a socket without an HTTP library in between."""

import collections
import socket
import time

Reply = collections.namedtuple("Reply", "status headers body")
WAIT_SECONDS = 8.0
RECEIVE_BYTES = 65_536


class Wire:
    """One connection that sends what it is told, well-formed or not."""

    def __init__(self, address, receive_buffer=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT_SECONDS)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def send(self, data):
        """Sends all of it; a peer that has closed meanwhile is the reader's business."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def finish(self):
        """No more from this side; answers still come back."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def _more(self):
        try:
            data = self.socket.recv(RECEIVE_BYTES)
        except ConnectionResetError:
            data = b""
        self.unread += data
        return bool(data)

    def _line(self):
        while b"\r\n" not in self.unread:
            if not self._more():
                raise EOFError
        line, self.unread = self.unread.split(b"\r\n", 1)
        return line

    def _exactly(self, count):
        while len(self.unread) < count:
            if not self._more():
                raise EOFError
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def reply(self, to_head=False):
        """The next answer, framed strictly; EOFError when the connection ends first."""
        version, status, _ = self._line().split(b" ", 2)
        assert version == b"HTTP/1.1", version
        headers = {}
        while line := self._line():
            name, value = line.split(b":", 1)
            headers[name.decode().lower()] = value.strip().decode()
        status = int(status)
        if to_head or status in (204, 304) or status < 200:
            return Reply(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Reply(status, headers, self._chunks())
        return Reply(status, headers, self._exactly(int(headers["content-length"])))

    def _chunks(self):
        body = b""
        while size := int(self._line(), 16):
            body += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        assert self._line() == b""
        return body

    def rest(self):
        """Everything until the other side closes; TimeoutError when it does not."""
        while self._more():
            pass
        data, self.unread = self.unread, b""
        return data

    def is_open(self):
        """Whether the connection still answers a request."""
        try:
            return self.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").reply().status == 200
        except EOFError:
            return False

    def closed_within(self, seconds):
        """Seconds until the other side closed; fails when it takes longer."""
        self.socket.settimeout(seconds)
        began = time.monotonic()
        self.rest()
        return time.monotonic() - began

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
