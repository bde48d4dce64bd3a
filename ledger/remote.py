"""One small file over HTTP: read, written, or answered. https only, or http where the address names this machine.

What is read is bounded; a redirect is not followed, for a file is where the reader says that it is. A name and password
in the address are sent as RFC 7617 says, and never shown.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ledger.errors import UsageProblem

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

LARGEST = 64 * 1024
SECONDS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Refusal(OSError):
    """The server answers with another status than one of success; `body` is what it says, cut at LARGEST."""

    def __init__(self, status: int, reason: str, body: bytes) -> None:
        super().__init__(f"it answers {status} {reason}")
        self.status, self.body = status, body


class NotThere(Refusal):
    """The server answers, and has no such file."""


def is_url(place: str) -> bool:
    return "://" in place


def shown(url: str) -> str:
    """The address without name, password and query: as it may be printed."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"


def exchanged(
    url: str, *, body: bytes | None = None, method: str | None = None, kind: str = "", seconds: float = SECONDS
) -> bytes:
    """What the server answers, at most one byte over LARGEST. `kind` is the body's media type.

    Raises UsageProblem for another address, Refusal for another status than success, OSError for all else.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError

    request = _request(url, body, method)
    if kind:
        request.add_header("Content-Type", kind)
    try:
        with _opener().open(request, timeout=seconds) as answer:
            raw: bytes = answer.read(LARGEST + 1)
            return raw
    except HTTPError as error:
        with error:
            said = error.read(LARGEST)
        raise (NotThere if error.code in (404, 410) else Refusal)(error.code, error.reason, said) from error
    except (HTTPException, ValueError) as error:
        raise OSError(f"it does not speak HTTP: {type(error).__name__}") from error


def _request(url: str, body: bytes | None, method: str | None) -> Request:
    from urllib.request import Request

    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        address = f"{shown(url)}{f'?{parts.query}' if parts.query else ''}"
    except ValueError as error:
        raise UsageProblem("an address that cannot be read", hint="write it as https://host/path") from error
    if not safe:
        raise UsageProblem(f"{shown(url)} is not an https address", hint="http is for this machine only")
    request = Request(address, data=body, method=method)  # noqa: S310 - the scheme was checked
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
    return request


def _opener() -> OpenerDirector:
    """It follows no redirect."""
    from urllib.request import HTTPRedirectHandler, build_opener

    class NoRedirect(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    return build_opener(NoRedirect)
