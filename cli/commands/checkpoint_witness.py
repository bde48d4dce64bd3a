"""`ledger checkpoint submit` and `witness`: cosignatures asked for, and given, over HTTP (C2SP tlog-witness)."""

from __future__ import annotations

from pathlib import Path

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, ledger_option
from cli.output import answer, say
from cli.policy_file import read_policy


@click.command(epilog=EXIT_STATUS)
@click.argument("url", metavar="URL")
@ledger_option
@click.pass_context
def submit(ctx: click.Context, url: str) -> None:
    """Ask a witness to cosign the last checkpoint, and keep what it answers.

    \b
    Example:
      ledger checkpoint submit https://witness.example.org/
    """
    from cli.commands.checkpoint_exchange import added
    from ledger.chain.proof import consistency_proof
    from ledger.errors import NotFound
    from ledger.witness.submission import submitted

    store = session.store(ctx)
    last = store.latest_checkpoint()
    if last is None:
        raise NotFound("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    added(ctx, store, submitted(url, last.note, lambda old, new: consistency_proof(old, new, store.nodes())))


@click.command(epilog=EXIT_STATUS)
@click.option("--party", required=True, metavar="PARTY", help="Who cosigns, with its own cosign key.")
@click.option("--policy", "policy_file", required=True, type=PATH, metavar="FILE",
              help="The logs you know, by their keys.")  # fmt: skip
@click.option("--keys", type=PATH, metavar="DIR", default="keys", show_default=True)
@click.option("--state", type=PATH, metavar="DIR", default="witness", show_default=True,
              help="What you saw last; keep it, it is what makes a fork visible.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8480, show_default=True, help="On this machine; 0: any.")
def witness(party: str, policy_file: Path, keys: Path, state: Path, port: int) -> None:
    """Cosign what logs submit, until you stop it with Ctrl-C. It answers on this machine only.

    \b
    Example:
      ledger checkpoint witness --party TBT --policy trust.policy --port 8480

    For others, put a web server with TLS before it. The same --state serves `ledger checkpoint cosign` too.
    """
    from ledger.clock import now
    from ledger.keys.keystore import KeyStore
    from ledger.witness.memory import Memory
    from ledger.witness.rules import Witness
    from ledger.witness.server import WitnessServer

    logs = {log.key.name: log.key for log in read_policy(policy_file).logs}
    key = KeyStore(keys).newest(party, "cosign").opened(session.passphrase(f"{party}'s cosign key"))
    with WitnessServer(("127.0.0.1", port), Witness(key.vkey, key.sign, logs, Memory(state), now)) as server:
        answer(f"http://127.0.0.1:{server.server_address[1]}/")
        say(f"cosigning as {key.vkey.name} for {', '.join(logs)}; stop it with Ctrl-C")
        say(f"The others name you in their policy:\n  witness {party} {key.vkey}")
        server.serve_forever()
