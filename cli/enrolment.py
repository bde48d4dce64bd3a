"""The draft that enrols a key: with the proof that its private half is held."""

from __future__ import annotations

from pathlib import Path

from cli import session


def enrolment(folder: Path, party: str, use: str, origin: str) -> str:
    """One line of JSON, of the newest key of this party and use in a folder. Raises KeyProblem where there is none."""
    import json

    from ledger.keys.keyring import possession
    from ledger.keys.keystore import KeyStore

    key = KeyStore(folder).newest(party, use).opened(session.passphrase(f"{party}'s {use} key"))  # type: ignore[arg-type]
    proof = possession(key, origin)
    return json.dumps({
        "type": "key-enrolled", "party": party, "use": use, "public_key": key.public.hex(), "possession": proof,
    })  # fmt: skip
