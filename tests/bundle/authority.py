"""A time-stamp authority of the test's own, run by `openssl ts`."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.chain.timestamp import stamp_request

CONFIG = """
[tsa]
default_tsa = own
[own]
dir = .
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = critical,CA:FALSE
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
"""


@dataclass(frozen=True)
class Authority:
    folder: Path

    @property
    def roots(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def answered(self, request: bytes) -> bytes:
        """The response to a request: a real token, of the present moment."""
        (self.folder / "ask.tsq").write_bytes(request)
        self.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "ask.tsq", "-out", "answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()

    def stamp(self, text: bytes) -> bytes:
        return self.answered(stamp_request(text))

    def run(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def authority(folder: Path, name: str = "Test", days: int = 20) -> Authority:
    """Made anew: a root, and a certificate for time stamps under it that lasts so many days."""
    pytest.importorskip("rfc3161_client", reason="time stamps are NOT TESTED: install the extra tsa (rfc3161-client)")
    if shutil.which("openssl") is None:
        pytest.skip("time stamps are NOT TESTED: openssl is not installed")
    folder.mkdir(parents=True)
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    made = Authority(folder)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    subject = ("-subj", f"/CN={name} root")
    made.run("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", str(days + 10), *subject,
             "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    made.run("req", "-new", *curve, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name} stamps")
    issuer = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    extension = ("-extfile", "tsa.cnf", "-extensions", "ext")
    made.run("x509", "-req", "-in", "tsa.csr", *issuer, "-out", "tsa.pem", "-days", str(days), *extension)
    return made
