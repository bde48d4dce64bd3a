// Is it all of it? The selection made again, and every stream held to its sealed head.

import { Refused, byText, hexOf, same, utf8 } from "./bytes.js";
import { checkMulti, leafHash, sha256 } from "./hashing.js";
import { fileOf } from "./manifest.js";
import { parseStreamsProof } from "./proofs.js";
import { selectedStreams } from "./selection.js";
import { SEALS } from "./walk.js";
import { readYaml } from "./yaml.js";

/** 5. The streams that the clauses ask for; null, with a fault or a word on why not, where they cannot be told. */
export async function wantedStreams(members, manifest, walk, findings) {
  const named = [...walk.versions.values()].filter((event) => event.protocol === manifest.protocol);
  const spelled = (versions) => versions.map((each) => `${each.digest} ${each.version}`).join();
  if (spelled(named) !== spelled(manifest.versions)) {
    findings.fault(5, "protocol.versions", 0, { protocol: manifest.protocol });
  }
  const files = [];
  for (const version of manifest.versions) {
    const member = members.get(fileOf(version));
    if (!member) throw new Refused("bundle.malformed", { why: "member", file: fileOf(version) });
    if (hexOf(await sha256(member.bytes)) !== version.digest) {
      findings.fault(5, "protocol.file-changed", 0, { file: member.name });
      return null;
    }
    files.push(member.bytes);
  }
  try {
    const read = files.map(readYaml);
    for (const [at, version] of manifest.versions.entries()) checkOwnFile(read[at], manifest, version, findings);
    return selectedStreams(manifest.protocol, read, manifest.clauses, walk.catalogue);
  } catch (error) {
    if (error.code?.startsWith("here.")) cannotTell(error, findings);
    else if (error.code === "protocol.unusable") findings.fault(5, error.code, 0, error.params);
    else throw error;
    return null;
  }
}

/** What was asked for cannot be told from these files here: nothing is wrong, and nothing is known to be all. */
function cannotTell(error, findings) {
  findings.not(error.code, error.params);
  findings.want(error.code, error.params);
}

/** A file says itself which version of which protocol it is. */
function checkOwnFile(tree, manifest, version, findings) {
  const [id, own] = tree instanceof Map ? [tree.get("id"), tree.get("version")] : [];
  if (id !== manifest.protocol || own !== version.version) {
    const said = { protocol: manifest.protocol, version: version.version };
    findings.fault(5, "protocol.other-file", 0, { file: fileOf(version), ...said });
  }
}

/** 5. The streams that the manifest lists, against those that its clauses ask for. */
export function checkSelection(manifest, wanted, findings) {
  const listed = new Map(manifest.streams.map((line) => [line.stream, line.shown]));
  for (const [stream, shown] of wanted) {
    if (!listed.has(stream)) findings.fault(5, "completeness.missing-stream", 0, { stream });
    else if (listed.get(stream) !== shown) findings.fault(5, "completeness.shown", 0, { stream, shown });
  }
  for (const stream of listed.keys()) {
    if (!wanted.has(stream)) findings.fault(5, "completeness.extra-stream", 0, { stream });
  }
  findings.done(5);
}

/** 6. The lines that the bundle shows of the checkpoint's seal, once they are known to be covered by it; else null. */
export async function sealLines(members, walk, size, findings) {
  const { seal } = walk;
  if (!seal || seal.position !== size) {
    findings.fault(6, "completeness.no-seal", size);
    return null;
  }
  try {
    const proof = parseStreamsProof(members.get("streams.proof").bytes);
    const leaves = await Promise.all(proof.lines.map((line) => leafHash(utf8(line.text))));
    const names = proof.lines.map((line) => line.stream);
    const rises = names.every((name, at) => !at || names[at - 1] < name);
    if (proof.total !== seal.streams || !rises) throw new Refused("completeness.seal");
    await checkMulti(proof.lines.map((line) => line.index), leaves, proof.total, proof.hashes, seal.root);
    findings.done(6);
    return proof;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fault(6, "completeness.seal", seal.position);
    return null;
  }
}

/** 7 and 8. Every wanted stream against its sealed head, and the uses against the batches. */
export function checkHeads(manifest, wanted, proof, walk, findings) {
  const lines = new Map(proof.lines.map((line) => [line.stream, line]));
  const listed = new Map(manifest.streams.map((line) => [line.stream, line.last]));
  for (const [stream, shown] of wanted) {
    const line = lines.get(stream);
    if (!line && !isAbsent(stream, proof)) {
      findings.fault(7, "completeness.missing-line", 0, { stream });
      continue;
    }
    if ((listed.get(stream) ?? 0) !== (line?.version ?? 0)) findings.fault(7, "completeness.manifest", 0, { stream });
    if (shown === "whole") checkWhole(stream, line, walk, findings);
  }
  for (const [stream, span] of walk.spans) {
    if (wanted.get(stream) !== "whole" && (stream !== SEALS || span.first !== span.last)) {
      findings.fault(7, "completeness.extra-stream", span.position, { stream });
    }
  }
  checkCounted(manifest, proof, findings);
  findings.done(7);
  const usage = `${manifest.protocol}/usage`;
  const head = lines.get(usage)?.version ?? 0;
  if (wanted.has(usage) && head !== walk.imported) {
    findings.fault(8, "completeness.usage", 0, { imported: walk.imported, stream: usage, head });
  }
  walk.summaries.check(findings);
  findings.done(8);
}

function checkWhole(stream, line, walk, findings) {
  const span = walk.spans.get(stream);
  const [there, sealed, position] = [span?.last ?? 0, line?.version ?? 0, span?.position ?? 0];
  if (there < sealed) {
    const code = there ? "completeness.truncated" : "completeness.missing-stream";
    findings.fault(7, code, position, { stream, there, sealed });
  } else if (there > sealed) {
    findings.fault(7, "completeness.beyond-seal", position, { stream, there, sealed });
  } else if (span && line && !same(span.leaf, line.leaf)) {
    findings.fault(7, "completeness.other-head", position, { stream });
  }
}

/** Every sealed stream is shown, said to be left out, or counted among the others. */
function checkCounted(manifest, proof, findings) {
  const shown = manifest.streams.filter((line) => line.last).map((line) => line.stream);
  const left = new Set(manifest.left_out.map((each) => each.stream).filter((stream) => !shown.includes(stream)));
  const counted = shown.length + left.size + manifest.other_streams;
  if (counted !== proof.total || !isFitting(manifest, left, new Set(shown), proof)) {
    findings.fault(7, "completeness.manifest", 0, { total: proof.total });
  }
}

/**
 * Whether the streams left out are this protocol's, and as many as stand hidden between the lines that are shown.
 * Between two lines of this protocol all that is hidden is its own; elsewhere others' may stand as well.
 */
function isFitting(manifest, left, shown, proof) {
  const isOwn = (stream) => stream.startsWith(`${manifest.protocol}/`);
  const lines = new Set(proof.lines.map((line) => line.stream));
  const unnamed = [...lines].some((stream) => isOwn(stream) && !shown.has(stream) && !left.has(stream));
  if (unnamed || ![...left].every(isOwn)) return false;
  const named = [...left].filter((stream) => !lines.has(stream));
  const bounds = [{ index: -1, stream: "" }, ...proof.lines, { index: proof.total, stream: "~" }];
  return bounds.slice(1).every((high, at) => {
    const low = bounds[at];
    const hidden = high.index - low.index - 1;
    const said = named.filter((stream) => byText(low.stream, stream) < 0 && byText(stream, high.stream) < 0).length;
    return said === hidden || (said < hidden && !(isOwn(low.stream) && isOwn(high.stream)));
  });
}

/** Whether two neighbours in the seal's order leave no place for this stream. The lines stand in that order. */
function isAbsent(stream, proof) {
  const before = proof.lines.findLast((line) => byText(line.stream, stream) < 0);
  const after = proof.lines.find((line) => byText(line.stream, stream) > 0);
  return (before?.index ?? -1) + 1 === (after?.index ?? proof.total);
}
