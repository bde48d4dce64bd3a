"""Time stamps by a third party: RFC 3161 tokens over a checkpoint's text (three lines, the last LF included).

Over the text and not the whole note: cosignatures come in later, and a token must still fit then. `openssl ts -verify`
checks the same. What an authority's certificate is worth the reader's roots say, never the token.
A stamp lasts as long as the certificates that it rests on: before they end, the checkpoint is stamped again, together
with the older response (RFC 4998 section 5.2, in its simple form).

Needs the extra `tsa` (rfc3161-client 1.0.6 or later: earlier ones let one authority pass for another).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.errors import InputRejected, KeyProblem, NotChecked, VerificationFailed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST = 64 * 1024
"""Bytes of a token with its certificates."""

LONGEST_PATH = 8
"""Certificates from an authority to its root."""


class MalformedStamp(InputRejected):
    code = "stamp.malformed"


class BadStamp(VerificationFailed):
    """A token that does not show, under the reader's roots, that this text was there."""

    code = "stamp.bad"


class StampsUnsupported(NotChecked):
    code = "stamp.unsupported"


class Stamp(NamedTuple):
    """When the authority says that the text was there, the serial number of its token, and until when it lasts.

    `ends` is the first end of a certificate between the authority and the root; `authority` the name in its own.
    """

    at: datetime
    serial: int
    ends: datetime
    authority: str


def renewed_text(text: bytes, response: bytes) -> bytes:
    """What a renewal is over: the text, and the response that it carries on."""
    return text + response


def stamp_request(text: bytes) -> bytes:
    """The request (DER) for a token over this text, with SHA-256, a nonce and the authority's certificate."""
    client = _client()
    builder = client.TimestampRequestBuilder().data(text).hash_algorithm(client.HashAlgorithm.SHA256)
    raw: bytes = builder.build().as_bytes()
    return raw


def stamped(response: bytes, text: bytes, roots: bytes) -> Stamp:
    """When this text was stamped. `response` is a TimeStampResp in DER; `roots`, in PEM, is whom the reader trusts.

    Raises MalformedStamp, BadStamp, StampsUnsupported, KeyProblem for roots that are no certificates.
    """
    client = _client()
    found = _decoded(response)
    builder = client.VerifierBuilder()
    for root in _roots(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(found, text)
    except client.VerificationError as error:
        fact = f"the time stamp does not hold: {str(error)[:1].lower()}{str(error)[1:]}"
        raise BadStamp(fact, hint="is it over this checkpoint, and by an authority under these roots?") from error
    except ValueError as error:
        raise BadStamp(f"the time stamp does not hold: {error}") from error
    return _stamp(found, _roots(roots))


def unchecked_stamp(response: bytes) -> Stamp:
    """What a response says of itself; nothing of it is checked. Raises MalformedStamp, StampsUnsupported."""
    return _stamp(_decoded(response), [])


def _stamp(found: Any, roots: list[Certificate]) -> Stamp:
    path = _path(found.signed_data, roots)
    return Stamp(
        found.tst_info.gen_time.astimezone(UTC), int(found.tst_info.serial_number),
        min(each.not_valid_after_utc for each in path), path[0].subject.rfc4514_string(),
    )  # fmt: skip


def _path(signed: Any, roots: list[Certificate]) -> list[Certificate]:
    """The certificates from the signer's own up to its root."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        known = [*(load_der_x509_certificate(raw) for raw in signed.certificates), *roots]
        (signer,) = signed.signer_infos
        path = [each for each in known if (each.issuer, each.serial_number) == (signer.issuer, signer.serial_number)]
    except ValueError as error:
        raise MalformedStamp("the time stamp's certificates cannot be read") from error
    if not path:
        raise MalformedStamp("the time stamp brings no certificate of its signer", hint="ask for one that does")
    while path[-1].issuer != path[-1].subject and len(path) < LONGEST_PATH:
        above = [each for each in known if each.subject == path[-1].issuer and each not in path]
        if not above:
            break
        # The same issuer may have been certified anew: what lasts longest is what can be shown.
        path.append(max(above, key=lambda each: each.not_valid_after_utc))
    return path


def _decoded(response: bytes) -> Any:
    if len(response) > LARGEST:
        raise MalformedStamp(f"a time stamp has at most {LARGEST:,} bytes")
    try:
        return _client().decode_timestamp_response(response)
    except ValueError as error:
        raise MalformedStamp("not a time-stamp response (RFC 3161, DER)", hint="a .tsr file is wanted") from error


def _roots(pem: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return list(dict.fromkeys(load_pem_x509_certificates(pem)))
    except ValueError as error:
        raise KeyProblem(
            "not certificates in PEM", code="stamp.roots", hint="name the file of the time-stamp authority's root"
        ) from error


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise StampsUnsupported(
            "time stamps need rfc3161-client, which is not installed", hint="install it: pip install 'ledger[tsa]'"
        ) from error
    return rfc3161_client
