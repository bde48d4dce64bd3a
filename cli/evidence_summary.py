"""The human summary in a bundle, in Dutch and in English: a reading aid, which proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ledger.clock import spell
from ledger.events.fields import ABSENT

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.bundle.manifest import Manifest
    from projections.obligations.answer import Obligation

_EN = {
    "title": "Evidence under {protocol}: {clauses}",
    "aid": "A reading aid, written by the sender. Only the check of the bundle proves anything: see VERIFY.md.",
    "asked": "Asked by {requester} ({request}).",
    "ledger": "Ledger {origin}, up to entry {size}; entries in this bundle: {entries}.",
    "streams": "What is shown", "whole": "every entry, {last} in all", "empty": "no entry yet",
    "head": "head and batches only; uses: {last}",
    "left": "What is left out", "not-of-these-clauses": "these clauses do not ask for it",
    "usage-by-head": "uses speak of staff; the batches in `imports` count and sign them",
    "others": "Streams of other protocols or of the ledger itself, which are not named: {count}.",
    "duties": "What these clauses asked, as the sender's own ledger reads it on {as_of}",
    "no-duties": "No duty under these clauses had opened.",
}  # fmt: skip
_NL = {
    "title": "Bewijs onder {protocol}: {clauses}",
    "aid": "Dit blad is een leeswijzer van de afzender. Alleen de controle van de bundel bewijst iets: zie VERIFY.md.",
    "asked": "Gevraagd door {requester} ({request}).",
    "ledger": "Grootboek {origin}, tot en met regel {size}: {entries} regels zitten in deze bundel.",
    "streams": "Wat wordt getoond", "whole": "alle {last} regels", "empty": "nog geen regel",
    "head": "alleen het hoofd en de loten: {last} keer gebruik",
    "left": "Wat is weggelaten", "not-of-these-clauses": "deze artikelen vragen het niet",
    "usage-by-head": "gebruik is een gegeven over personeel; de loten in `imports` tellen en ondertekenen het",
    "others": "{count} stromen van andere protocollen of van het grootboek zelf worden niet genoemd.",
    "duties": "Wat deze artikelen vroegen, zoals het grootboek van de afzender het leest op {as_of}",
    "no-duties": "Onder deze artikelen was geen verplichting ontstaan.",
}  # fmt: skip
_STATUS = {
    "void": "vervallen", "fulfilled": "nagekomen", "fulfilled-late": "te laat nagekomen", "waived": "vrijgesteld",
    "undetermined": "niet te bepalen", "lapsed": "verlopen", "overdue": "achterstallig", "deferred": "uitgesteld",
    "open": "open",
}  # fmt: skip


def summaries(manifest: Manifest, obligations: Sequence[Obligation], as_of: datetime) -> Mapping[str, str]:
    """The summary by language."""
    return {
        "en": _page(_EN, {}, manifest, obligations, as_of),
        "nl": _page(_NL, _STATUS, manifest, obligations, as_of),
    }


def _page(
    words: Mapping[str, str], statuses: Mapping[str, str], manifest: Manifest,
    obligations: Sequence[Obligation], as_of: datetime,
) -> str:  # fmt: skip
    lines = [f"# {words['title'].format(protocol=manifest.protocol, clauses='; '.join(manifest.clauses))}", ""]
    lines += [words["aid"], ""]
    if manifest.request is not ABSENT:
        requester = "?" if manifest.requester is ABSENT else manifest.requester
        lines += [words["asked"].format(requester=requester, request=manifest.request), ""]
    ledger = words["ledger"].format(origin=manifest.origin, size=manifest.size, entries=manifest.entries)
    lines += [ledger, "", f"## {words['streams']}", ""]
    for each in manifest.streams:
        lines.append(f"- {each.stream}: {words[each.shown if each.last else 'empty'].format(last=each.last)}")
    lines += ["", f"## {words['left']}", ""]
    lines += [f"- {left.stream}: {words[left.why]}" for left in manifest.left_out]
    lines += [f"- {words['others'].format(count=manifest.other_streams)}", ""]
    lines += [f"## {words['duties'].format(as_of=spell(as_of))}", "", *_duties(words, statuses, obligations), ""]
    return "\n".join(lines)


def _duties(
    words: Mapping[str, str], statuses: Mapping[str, str], obligations: Sequence[Obligation]
) -> list[str]:  # fmt: skip
    counted = Counter((each.clause, each.bearer, str(each.status)) for each in obligations)
    rows = [
        f"- {clause}, {bearer}: {count} x {statuses.get(status, status)}"
        for (clause, bearer, status), count in sorted(counted.items())
    ]  # fmt: skip
    return rows or [words["no-duties"]]
