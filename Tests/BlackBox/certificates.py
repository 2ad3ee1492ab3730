"""Certificates for one test, made by the openssl command."""

import shutil
import subprocess


def make_pair(folder, name):
    """Makes `name.crt` and `name.key` in `folder`, signed by itself, for localhost; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=20)
    return certificate, key


def end_yesterday(pair):
    """Signs the certificate again, so that its time is over."""
    certificate, key = pair
    subprocess.run(["openssl", "x509", "-in", certificate, "-signkey", key, "-days", "-1", "-out", certificate],
                   check=True, capture_output=True, timeout=20)
    return pair


class Installed:
    """The pair a server is told of, in files whose contents change."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = folder / "server.crt", folder / "server.key"

    def install(self, pair):
        """Puts a pair in place, as a tool that renews certificates does."""
        for source, target in zip(pair, (self.certificate, self.key)):
            shutil.copy(source, target)
        return self

    @property
    def environment(self):
        return {"PARLEY_TLS_CERTIFICATE": str(self.certificate), "PARLEY_TLS_KEY": str(self.key)}
