// The check of a bundle, in the numbered steps of `ledger evidence verify`. Trust comes from the policy alone: nothing
// that lies in the bundle is believed because it lies there.

import { crc32, linesOf, openArchive } from "./archive.js";
import { NotHere, Refused, hexOf } from "./bytes.js";
import { checkDocuments, documentDigests } from "./documents.js";
import { hasEd25519 } from "./ed25519.js";
import { LARGEST_ENTRY } from "./entry.js";
import { Findings } from "./findings.js";
import { checkMulti, sha256 } from "./hashing.js";
import { openManifest } from "./manifest.js";
import { parseCheckpoint, parseNote } from "./note.js";
import { checkPersons } from "./persons.js";
import { parsePolicy } from "./policy.js";
import { parseEntriesProof } from "./proofs.js";
import { checkSingles } from "./singles.js";
import { checkTime } from "./stamps.js";
import { checkHeads, checkSelection, sealLines, wantedStreams } from "./streams.js";
import { checkAgreement, checkLog, checkPins, checkWords } from "./trust.js";
import { Walk } from "./walk.js";
import { readYaml } from "./yaml.js";

const LONGEST_OPENING = 2 ** 20;
const LARGEST_HERE = 512 * 2 ** 20;

/**
 * Check a bundle's bytes under a policy's bytes (null for none). What is wrong is in the report, whose `exit` is that
 * of `ledger evidence verify`: 0, 3 proven wrong, 5 not a bundle, 8 policy unusable, 9 could not check.
 */
export async function verify(bundle, policy, catalogue, progress) {
  const findings = new Findings();
  const report = { findings, manifest: null, checkpoint: null, stamps: [], cosigned: [], counts: {} };
  try {
    if (!globalThis.crypto?.subtle) throw new Refused("here.no-webcrypto");
    if (bundle.length > LARGEST_HERE) throw new Refused("here.too-large");
    const trusted = policy ? await parsePolicy(policy) : null;
    await steps(bundle, trusted, catalogue, findings, report, progress);
    return settled(report);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const exit = error.code === "policy.unusable" ? 8 : error.code.startsWith("here.") ? 9 : 5;
    return { ...settled(report), exit, refused: { code: error.code, params: error.params } };
  }
}

function settled(report) {
  const { findings } = report;
  const verdicts = findings.settled();
  const exit = Object.values(verdicts).includes("failed") ? 3 : findings.wanting.length ? 9 : 0;
  const { steps: numbered, faults, notChecked, wanting } = findings;
  const found = { exit, verdicts, steps: numbered, faults, notChecked, wanting };
  return { ...report, ...found, findings: undefined, refused: null };
}

async function steps(bundle, policy, catalogue, findings, report, progress) {
  const members = openArchive(bundle);
  const manifest = openManifest(members);
  Object.assign(report, { manifest, digest: hexOf(await sha256(members.get("manifest.json").bytes)) });
  await checkMembers(members, manifest, findings);
  const opened = openCheckpoint(members.get("checkpoint").bytes, findings);
  if (!opened) return;
  const { note, checkpoint } = opened;
  Object.assign(report, { checkpoint: { ...checkpoint, root: hexOf(checkpoint.root) } });
  const canSign = await hasEd25519();
  if (!canSign) withoutSignatures(findings);
  const walk = new Walk(checkpoint.origin, catalogue, findings, canSign, protocolTrees(members));
  walk.documents = documentDigests(members);
  await walk.read(linesOf(members.get("entries.jsonl"), LARGEST_ENTRY), progress);
  checkManifest(manifest, checkpoint, walk, findings);
  await checkTree(members, checkpoint, walk, findings);
  const proofs = await checkSingles(members, members.get("checkpoint").bytes, checkpoint, walk, findings);
  await checkStreams(members, manifest, checkpoint, walk, findings);
  const opens = await checkPersons(linesOf(members.get("openings.jsonl"), LONGEST_OPENING), walk, findings);
  await checkTrust(note, checkpoint, walk, policy, findings, report, canSign);
  report.stamps = await checkTime(members, note.text, walk, findings);
  const documents = await checkDocuments(members, walk.named, findings);
  for (const type of [...walk.unread].sort()) findings.not("entry.unread", { type });
  findings.not("always.sender");
  findings.not("always");
  report.counts = { entries: walk.positions.length, sealed: walk.sealed.size, opened: opens, proofs, documents };
}

/** A reader of the protocol files in the bundle, by digest; null for one that is not there or cannot be read. */
function protocolTrees(members) {
  return async (digest) => {
    const member = members.get(`protocol/${digest}.yaml`);
    if (!member || hexOf(await sha256(member.bytes)) !== digest) return null;
    try {
      const tree = readYaml(member.bytes);
      return tree instanceof Map ? tree : null;
    } catch (error) {
      if (error instanceof NotHere) return null;
      throw error;
    }
  };
}

/** 0. The members have the digests that the manifest lists. */
async function checkMembers(members, manifest, findings) {
  for (const line of manifest.members) {
    const { bytes, crc } = members.get(line.name);
    const changed = bytes.length !== line.size || hexOf(await sha256(bytes)) !== line.sha256;
    if (changed) findings.fault(0, "bundle.member-changed", 0, { file: line.name });
    else if (crc32(bytes) !== crc) findings.fault(0, "bundle.member-checksum", 0, { file: line.name });
  }
  const own = members.get("manifest.json");
  if (crc32(own.bytes) !== own.crc) findings.fault(0, "bundle.member-checksum", 0, { file: own.name });
  findings.done(0);
}

function openCheckpoint(bytes, findings) {
  try {
    const note = parseNote(bytes);
    return { note, checkpoint: parseCheckpoint(note.text) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fault(11, error.code, 0, error.params);
    return null;
  }
}

function withoutSignatures(findings) {
  findings.not("here.no-ed25519");
  findings.want("here.no-ed25519");
}

/** 0. What the manifest says of checkpoint and entries. */
function checkManifest(manifest, checkpoint, walk, findings) {
  const fits =
    manifest.origin === checkpoint.origin && manifest.size === checkpoint.size &&
    manifest.entries === walk.positions.length;
  if (!fits) findings.fault(0, "bundle.manifest");
  if (walk.keyring.origin !== checkpoint.origin) {
    findings.fault(1, "bundle.other-origin", 1, { opened: walk.keyring.origin, origin: checkpoint.origin });
  }
}

/** 14. The entries are in the tree that the checkpoint signs. */
async function checkTree(members, checkpoint, walk, findings) {
  try {
    const proof = parseEntriesProof(members.get("entries.proof").bytes);
    if (proof.size !== checkpoint.size) findings.fault(14, "proof.size", 0, { size: proof.size });
    const indices = walk.positions.map((position) => position - 1);
    await checkMulti(indices, walk.leaves, checkpoint.size, proof.hashes, checkpoint.root);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fault(14, error.code, 0, { size: checkpoint.size });
  }
  findings.done(14);
}

/** 5 to 8. */
async function checkStreams(members, manifest, checkpoint, walk, findings) {
  const wanted = await wantedStreams(members, manifest, walk, findings);
  const proof = await sealLines(members, walk, checkpoint.size, findings);
  if (wanted) checkSelection(manifest, wanted, findings);
  if (wanted && proof) {
    checkHeads(manifest, wanted, proof, walk, findings);
    findings.verdicts.completeness = "ok";
  }
}

/** 11 to 13. */
async function checkTrust(note, checkpoint, walk, policy, findings, report, canSign) {
  if (canSign) {
    await checkLog(note, checkpoint, walk, policy, findings);
    report.cosigned = await checkAgreement(note, policy, findings);
    await checkPins(walk, policy, findings);
    checkWords(walk, findings);
    if (policy) findings.verdicts.integrity = "ok";
  }
  // Whether nothing is missing is only known of what is proven to be in that log.
  if (!policy || !canSign || findings.hasFault("integrity")) findings.verdicts.completeness = "not-checked";
}
