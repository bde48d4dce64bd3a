"""`ledger demo`: both protocols' stories, from signing to destruction."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from cli.exit_codes import EXIT_STATUS
from cli.options import PATH
from cli.output import answer, answer_filled, say
from ledger.place import Place

AS_OF = "2022-06-15"
QUESTION = (
    "TBT has left. Who must delete what, since when, under which sentence, and is it done? And what else is open?"
)


@click.command(epilog=EXIT_STATUS)
@click.argument("folder", metavar="[DIR]", default="demo", type=PATH)
def command(folder: Path) -> None:
    """Build a ledger that tells both protocols' stories.

    \b
    Example:
      ledger demo tour

    From advice and signatures to a withdrawal, with what is due at the end. DIR (`demo` if left out) is complete in
    itself and may be copied. Its keys lie there in clear and everybody knows them: they prove nothing. The same command
    begins again where it was stopped on its way.
    """
    from cli.demo.epilogue import tell_epilogue
    from cli.demo.telling import build
    from cli.demo.unfinished import begun

    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    place = Place.named(str(folder / "ledger.db"), {})
    try:
        with begun(place):
            build(place)
            size = tell_epilogue(place)
    except Exception:
        if made and not any(folder.iterdir()):
            folder.rmdir()
        raise
    _tell_chapters()
    answer("")
    answer_filled(f"Recorded: {size} entries, chained and signed, under two checkpoints, in {place.url}")
    say("DEMO KEYS: they lie in clear in this folder, and everybody knows them.\nNever record anything real here.")
    _show_due(place)
    _tell_next(place)


def _tell_chapters() -> None:
    from cli.demo.telling import chapters

    for chapter in chapters():
        answer(f"\n{chapter.title}")
        for step in chapter.steps:
            if step.tells:
                answer_filled(f"{step.at.date()}  {step.tells}", "  ", " " * 14)


def _show_due(place: Place) -> None:
    """What the withdrawal opened, and everything else that is open."""
    from contextlib import closing

    from cli.show_obligations import show_answer
    from ledger.clock import parse_argument
    from ledger.storage.opening import open_store
    from projections.obligations.engine import evaluate
    from projections.obligations.projection import ObligationsProjection
    from projections.runner import fold

    with closing(open_store(place.url)) as store:
        (folded,) = fold(store, [ObligationsProjection(store.protocol_file)])
        found = evaluate(folded.state, parse_argument(AS_OF))
    withdrawal = "art. 4, sentence 2"
    kept = [each for each in found.obligations if each.is_open or each.clause == withdrawal]
    answer("")
    answer_filled(QUESTION)
    show_answer(found, kept, filtered=False, brief=True)


def _tell_next(place: Place) -> None:
    answer("\nNext")
    for line in (
        f"export LEDGER={quote(place.url)}",
        "ledger verify                              is every entry still as signed?",
        f"ledger findings list --as-of {AS_OF}    what nothing on record explains",
        f"ledger obligations --as-of {AS_OF}      all there is, done or due",
        f"ledger obligations --as-of {AS_OF} --known-at 2022-05-29",
        "ledger protocol show vlaio-fio-tbt-2021 --clause 'art. 4'",
        f"ledger register holdings --as-of {AS_OF}",
        "ledger export | head -1",
    ):
        answer(f"  {line}")
