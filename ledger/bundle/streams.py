"""Is it all of it? The selection made again from the protocol's own files, and every stream held to its sealed head.

5. The protocol files are those that the governance stream names; the clauses select exactly the streams that are shown.
6. The checkpoint's last entry is the seal, and the lines that the bundle shows are among those it covers.
7. Each stream ends at its line; a stream without a line has no entry, which its neighbours in the seal's order show.
8. The uses that the batches count are those of the head of `usage`, and of their summaries.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import pairwise

from ledger.bundle.archive import Archive
from ledger.bundle.manifest import STREAMS_PROOF, Manifest, Shown
from ledger.bundle.proofs import SealLine, StreamsProof
from ledger.bundle.protocol_files import FileChanged, ProtocolFiles
from ledger.bundle.report import Findings
from ledger.bundle.walk import SEALS, Walk
from ledger.chain.multiproof import check_multi
from ledger.errors import LedgerError

NOTHING: Mapping[str, Shown] = {}


def wanted_streams(files: ProtocolFiles, manifest: Manifest, walk: Walk, findings: Findings) -> Mapping[str, Shown]:
    """The streams that these clauses ask for, by the protocol files in the bundle; nothing else, with word why."""
    from ledger.bundle.selection import UnknownType, selected

    named = [(digest, event.version) for digest, event in walk.versions.items() if event.protocol == manifest.protocol]
    if named != [(version.digest, version.version) for version in manifest.versions]:
        detail = (
            f"the manifest names other versions of {manifest.protocol}, or in another order, than its governance stream"
        )
        findings.fault("protocol.versions", 0, detail)
    try:
        loaded = [files.version(version) for version in manifest.versions]
        for version, found in zip(manifest.versions, loaded, strict=True):
            if (found.id, found.version) != (manifest.protocol, version.version):
                detail = f"{version.member} is of {found.id} {found.version}, and stands for {version.version}"
                findings.fault("protocol.other-file", 0, detail)
        return selected(manifest.protocol, loaded, manifest.clauses)
    except FileChanged as error:
        findings.fault(error.code, 0, error.message)
        return NOTHING
    except UnknownType as error:
        findings.not_checked.append(f"which streams the clauses ask for: {error.message}")
        findings.wanting.append(f"a version of ledger that knows the event type {error.name}")
        return NOTHING
    except LedgerError as error:
        findings.fault("protocol.unusable", 0, f"the clauses cannot be read from the protocol file: {error.message}")
        return NOTHING


def check_selection(manifest: Manifest, wanted: Mapping[str, Shown], findings: Findings) -> None:
    """The streams that the manifest lists, against those that its clauses ask for."""
    listed = {line.stream: line.shown for line in manifest.streams}
    for stream in sorted(wanted.keys() - listed.keys()):
        findings.fault("completeness.missing-stream", 0, f"{stream} belongs to these clauses and is not shown")
    for stream in sorted(listed.keys() - wanted.keys()):
        findings.fault("completeness.extra-stream", 0, f"{stream} is shown, and these clauses do not ask for it")
    for stream in sorted(wanted.keys() & listed.keys()):
        if wanted[stream] != listed[stream]:
            words = "whole" if wanted[stream] == "whole" else "by its head"
            findings.fault("completeness.shown", 0, f"{stream} is to be shown {words}")


def seal_lines(archive: Archive, walk: Walk, size: int, findings: Findings) -> StreamsProof | None:
    """The lines that the bundle shows of the checkpoint's seal, once they are known to be covered by it."""
    if walk.seal is None or walk.seal[0] != size:
        findings.fault(
            "completeness.no-seal", size, f"entry {size}, the checkpoint's last, is not a seal of the streams"
        )
        return None
    position, seal = walk.seal
    try:
        proof = StreamsProof.parse(archive.read(STREAMS_PROOF))
        if proof.total != seal.streams:
            findings.fault(
                "completeness.seal", position, f"the seal counts {seal.streams} streams, the proof {proof.total}"
            )
            return None
        indices, lines = [index for index, _ in proof.lines], [line for _, line in proof.lines]
        check_multi(indices, [line.hash for line in lines], proof.total, proof.hashes, bytes.fromhex(seal.root))
    except LedgerError as error:
        findings.fault("completeness.seal", position, f"the streams' lines do not lead to the seal: {error.message}")
        return None
    names = [line.stream for line in lines]
    if names != sorted(set(names)):
        findings.fault("completeness.seal", position, "the seal's lines are not in order, or name a stream twice")
        return None
    return proof


def check_heads(
    manifest: Manifest, wanted: Mapping[str, Shown], proof: StreamsProof, walk: Walk, findings: Findings
) -> None:
    """Every wanted stream against its sealed head, and the uses against the batches."""
    lines = {line.stream: line for _, line in proof.lines}
    listed = {line.stream: line.last for line in manifest.streams}
    for stream, shown in wanted.items():
        line = lines.get(stream)
        if line is None and not _absent(stream, proof):
            findings.fault("completeness.missing-line", 0, f"nothing shows what the head of {stream} is")
            continue
        if listed.get(stream, 0) != (line.version if line else 0):
            findings.fault("completeness.manifest", 0, f"the manifest names another head of {stream} than the seal")
        if shown == "whole":
            _check_whole(stream, line, walk, findings)
    for stream, span in walk.spans.items():
        if wanted.get(stream) != "whole" and (stream != SEALS or span.first != span.last):
            findings.fault(
                "completeness.extra-stream", span.position, f"an entry of {stream}, which is not shown whole"
            )
    _check_counted(manifest, proof, findings)
    _check_usage(manifest.protocol, wanted, lines, walk, findings)
    walk.summaries.check(findings)


def _check_counted(manifest: Manifest, proof: StreamsProof, findings: Findings) -> None:
    """Every sealed stream is shown, said to be left out, or counted among the others."""
    shown = {line.stream for line in manifest.streams if line.last}
    left = {each.stream for each in manifest.left_out} - shown
    if len(shown) + len(left) + manifest.other_streams != proof.total:
        detail = f"the manifest accounts for another number of streams than the {proof.total} that are sealed"
        findings.fault("completeness.manifest", 0, detail)
    if not _fits(manifest, left, shown, proof):
        detail = "what the manifest says to be left out is not what the seal's order has a place for"
        findings.fault("completeness.manifest", 0, detail)


def _fits(manifest: Manifest, left: Set[str], shown: Set[str], proof: StreamsProof) -> bool:
    """Whether the streams left out are this protocol's, and as many as stand hidden between the lines that are shown.

    Between two lines of this protocol all that is hidden is its own; elsewhere others' may stand as well.
    """
    own, lines = f"{manifest.protocol}/", {line.stream for _, line in proof.lines}
    if (
        any(not each.startswith(own) for each in left)
        or {each for each in lines if each.startswith(own)} - shown - left
    ):
        return False
    bounds = [(-1, ""), *((index, line.stream) for index, line in proof.lines), (proof.total, "~")]
    for (before, low), (after, high) in pairwise(bounds):
        hidden, named = after - before - 1, sum(low < each < high for each in left - lines)
        if named > hidden or (named < hidden and low.startswith(own) and high.startswith(own)):
            return False
    return True


def _check_whole(stream: str, line: SealLine | None, walk: Walk, findings: Findings) -> None:
    span = walk.spans.get(stream)
    there, sealed = span.last if span else 0, line.version if line else 0
    position = span.position if span else 0
    if there < sealed:
        code = "completeness.truncated" if there else "completeness.missing-stream"
        findings.fault(code, position, f"{stream} is shown up to version {there}, and its sealed head is {sealed}")
    elif there > sealed:
        detail = f"{stream} has a version {there}, and the seal says {sealed}: the seal is false, keep this bundle"
        findings.fault("completeness.beyond-seal", position, detail)
    elif line and span and span.leaf != line.leaf:
        findings.fault(
            "completeness.other-head", position, f"the last entry of {stream} is not the one that was sealed"
        )


def _check_usage(
    protocol: str, wanted: Mapping[str, Shown], lines: Mapping[str, SealLine], walk: Walk, findings: Findings
) -> None:
    stream = f"{protocol}/usage"
    head = lines[stream].version if stream in lines else 0
    if stream in wanted and head != walk.imported:
        detail = f"the batches count {walk.imported:,} uses, and the head of {stream} is {head:,}"
        findings.fault("completeness.usage", 0, detail)


def _absent(stream: str, proof: StreamsProof) -> bool:
    """Whether two neighbours in the seal's order leave no place for this stream."""
    before = max((index for index, line in proof.lines if line.stream < stream), default=-1)
    after = min((index for index, line in proof.lines if line.stream > stream), default=proof.total)
    return before + 1 == after
