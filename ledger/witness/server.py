"""A witness that answers: C2SP tlog-witness over HTTP.

    POST /add-checkpoint                       a checkpoint with its proof; 200 and a cosignature line, or the refusal
    GET /<SHA-256 of the origin>/checkpoint    what was cosigned last

It speaks plain HTTP and is meant for this machine: what the outside reaches is a web server before it, with TLS.
"""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.errors import LedgerError
from ledger.remote import LARGEST
from ledger.witness.rules import Witness

SECONDS = 10
"""How long a request may take to come in."""

_SEEN = re.compile(r"/([0-9a-f]{64})/checkpoint", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,6}", re.ASCII)


class WitnessServer(ThreadingHTTPServer):
    """Answers until `shutdown`. Requests may come at once: the witness's memory has the lock."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, _Handler)
        self.witness = witness

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle is no fault of the witness."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def answer(self, body: bytes) -> tuple[int, str, bytes]:
        """Status, media type and body for an `add-checkpoint` request."""
        try:
            status, said = self.witness.answered(body)
        except (LedgerError, OSError) as error:  # its own memory: nothing is said about the log
            return 500, "text/plain", f"this witness cannot answer: {type(error).__name__}\n".encode()
        return status, "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8", said

    def seen(self, name: str) -> bytes | None:
        """The last checkpoint of the log whose origin has this SHA-256."""
        try:
            return (self.witness.memory.folder / name / "checkpoint").read_bytes()
        except OSError:
            return None


class _Handler(BaseHTTPRequestHandler):
    timeout = SECONDS
    server: WitnessServer

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._say(404, "text/plain", b"there is only /add-checkpoint\n")
        elif not _LENGTH.fullmatch(length) or int(length) > LARGEST:
            self._say(400, "text/plain", b"a request has a Content-Length, of at most 64 KiB\n")
        else:
            self._say(*self.server.answer(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        found = _SEEN.fullmatch(self.path)
        seen = self.server.seen(found[1]) if found else None
        if seen is None:
            self._say(404, "text/plain", b"nothing was cosigned of this log\n")
        else:
            self._say(200, "text/plain; charset=utf-8", seen)

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Whoever runs it in front of a web server has that one's log."""
