"""A store that speaks enough of S3 to be uploaded to, and trusts nobody: it works out every signature by itself.

Signature Version 4 as AWS documents it ("Create a signed AWS API request"): canonical request, string to sign, derived
key. What is not signed as it arrived is refused, and so is a body whose SHA-256 is not the one that was signed.
"""

import collections
import contextlib
import datetime
import hashlib
import hmac
import http.server
import re
import socket
import threading
import urllib.parse
from xml.sax.saxutils import escape

REGION, ACCESS_KEY, SECRET_KEY = "eu-test-1", "AKIDTEST0123456789", "secret/of+the=tests0123456789"
BUCKET = "cellar"
FRESH_SECONDS = 900
HANG_SECONDS = 60.0
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})")


def hashed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def signature(method, target, headers, signed, digest, secret=SECRET_KEY):
    """What the signature of a request must be, from the request as it arrived."""
    path, _, query = target.partition("?")
    parameters = sorted((encoded(name), encoded(value))
                        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        method, encoded(urllib.parse.unquote(path), safe="/-_.~"), "&".join(f"{n}={v}" for n, v in parameters),
        *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), digest])
    at = headers["x-amz-date"]
    scope = f"{at[:8]}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (at[:8], REGION, "s3", "aws4_request"):
        key = hashed(key, part)
    return hashed(key, text).hex()


class _Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_PUT(self):
        owner = self.server.owner
        owner.log.append(f"{self.command} {self.path}")
        habit = owner.habits.popleft() if owner.habits else None
        if habit == "hang":
            owner.closing.wait(HANG_SECONDS)
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length") or 0)
        if habit == "cut":
            self.rfile.read(min(length, 1_000))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        body = self.rfile.read(length)
        refusal = owner.judge(self, body)
        if habit == "fail":
            refusal = (503, "SlowDown")
        if refusal:
            owner.refused.append(refusal[1])
            status, code = refusal
            self.give(status, f"<Error><Code>{code}</Code><AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId></Error>")
        else:
            self.give(*owner.act(self.command, self.path, body))

    do_GET = do_DELETE = do_POST = do_HEAD = do_PUT

    def give(self, status, text=""):
        content = text.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False

    def handle_error(self, *_):
        pass


class FakeS3:
    """`objects` is what it holds, by name below the bucket; `habits` are what goes wrong, one request each."""

    def __init__(self, *habits):
        self.habits, self.objects, self.log, self.refused = collections.deque(habits), {}, [], []
        self.closing = threading.Event()
        self._listener = _Listener(("127.0.0.1", 0), _Call)
        self._listener.owner, self.port = self, self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/{BUCKET}"

    def environment(self, prefix="/parley/backups", secret=SECRET_KEY):
        return {"PARLEY_S3_URL": self.url + prefix, "PARLEY_S3_REGION": REGION,
                "PARLEY_S3_ACCESS_KEY": ACCESS_KEY, "PARLEY_S3_SECRET_KEY": secret}

    def judge(self, call, body):
        """Why a request is refused, as (status, code); None when it is signed as it must be."""
        headers = {name.lower(): value for name, value in call.headers.items()}
        given = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if not given or "x-amz-date" not in headers:
            return 403, "AccessDenied"
        key, day, region, names, claimed = given.groups()
        signed = names.split(";")
        if key != ACCESS_KEY:
            return 403, "InvalidAccessKeyId"
        if region != REGION or signed != sorted(signed) or not {"host", "x-amz-date"} <= set(signed):
            return 403, "AuthorizationHeaderMalformed"
        # S3 wants every x-amz-… signed; and what is signed must have arrived.
        if not {name for name in headers if name.startswith("x-amz-")} <= set(signed) <= headers.keys():
            return 403, "AccessDenied"
        at = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds()) > FRESH_SECONDS:
            return 403, "RequestTimeTooSkewed"
        digest = headers.get("x-amz-content-sha256", "")
        right = signature(call.command, call.path, headers, signed, digest)
        if day != headers["x-amz-date"][:8] or not hmac.compare_digest(right, claimed):
            return 403, "SignatureDoesNotMatch"
        if digest != "UNSIGNED-PAYLOAD" and digest != hashlib.sha256(body).hexdigest():
            return 400, "XAmzContentSHA256Mismatch"
        return None

    def act(self, method, target, body):
        path, _, query = target.partition("?")
        bucket, _, name = urllib.parse.unquote(path).lstrip("/").partition("/")
        if bucket != BUCKET:
            return 404, "<Error><Code>NoSuchBucket</Code></Error>"
        if method == "PUT" and name:
            self.objects[name] = body
            return 200, ""
        if method == "DELETE" and name:
            self.objects.pop(name, None)
            return 204, ""
        asked = dict(urllib.parse.parse_qsl(query))
        if method == "GET" and not name and asked.get("list-type") == "2":
            found = sorted(one for one in self.objects if one.startswith(asked.get("prefix", "")))[:1_000]
            keys = "".join(f"<Contents><Key>{escape(one)}</Key></Contents>" for one in found)
            return 200, f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>{keys}</ListBucketResult>'
        return 405, "<Error><Code>MethodNotAllowed</Code></Error>"

    def close(self):
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown()
            self._listener.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
