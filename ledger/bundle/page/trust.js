// Whose word it is: the checkpoint and the keys under the reader's policy, never under the bundle's own word.

import { Refused } from "./bytes.js";
import { keyId } from "./ed25519.js";
import { counts } from "./keyring.js";
import { noteKey, signedBy } from "./note.js";
import { isSatisfied } from "./policy.js";
import { bounds } from "./rules.js";

const SECOND = 1000000n;
const SHOWN = 10;

/** 11. The log's own signature. Without a policy by the keys of entry 1: then the bundle agrees with itself only. */
export async function checkLog(note, checkpoint, walk, policy, findings) {
  if (!policy) {
    findings.not("trust.no-policy");
    findings.want("trust.no-policy");
  }
  const keys = policy
    ? policy.logs.map((log) => log.key).filter((key) => key.name === checkpoint.origin)
    : await ownKeys(walk, checkpoint);
  if (policy && !keys.length) {
    findings.fault(11, "checkpoint.other-log", checkpoint.size, { origin: checkpoint.origin });
    return;
  }
  const signed = await signersOf(note, keys);
  const enrolled = await Promise.all(signed.map(async (key) => walk.keyring.keys.get(await keyId(key.public))));
  if (!signed.length) findings.fault(11, "checkpoint.signature", checkpoint.size);
  else if (enrolled.every((key) => key && !counts(key, checkpoint.size))) {
    findings.fault(11, "checkpoint.key-not-valid", checkpoint.size, { by: enrolled[0].revokedAt });
  }
  if (policy) findings.done(11);
}

/** Those of these keys that signed; none if a line of theirs fails: a known key that fails condemns the note. */
async function signersOf(note, keys) {
  try {
    const signed = await Promise.all(keys.map((key) => signedBy(note, key)));
    return keys.filter((_, at) => signed[at] !== null);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}

function ownKeys(walk, checkpoint) {
  const log = [...walk.keyring.keys.values()].filter((key) => key.use === "log" && counts(key, checkpoint.size));
  return Promise.all(log.map((key) => noteKey(checkpoint.origin, key.public)));
}

/** 12. What the others say to have seen; gives who cosigned, and when. */
export async function checkAgreement(note, policy, findings) {
  const cosigned = [];
  if (!policy) return cosigned;
  for (const { name, key } of policy.witnesses) {
    try {
      const found = await signedBy(note, key);
      if (found) cosigned.push({ name, time: String(found.time) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      findings.fault(12, "agreement.cosignature", 0, { name });
    }
  }
  const names = cosigned.map((each) => each.name);
  if (policy.quorum === "none") findings.not("trust.no-quorum");
  else if (isSatisfied(policy, names)) {
    findings.verdicts.agreement = "ok";
    findings.done(12);
  } else {
    const said = { names: names.join(", ") || "-", quorum: policy.quorum };
    findings.not("trust.too-few", said);
    findings.want("trust.too-few", said);
  }
  return cosigned;
}

/** 13. Each key that signed is the one that the policy pins for its party, or was enrolled by that one. */
export async function checkPins(walk, policy, findings) {
  const ring = walk.keyring;
  const pinned = new Map();
  for (const { party, key } of policy?.pins ?? []) {
    pinned.set(party, (pinned.get(party) ?? new Set()).add(await keyId(key.public)));
  }
  const vouched = new Set();
  for (const [id, position] of walk.signers) {
    const { party } = ring.keys.get(id);
    if (pinned.has(party)) {
      if (!ring.restsOn(id, pinned.get(party))) findings.fault(13, "signature.not-pinned", position, { party });
    } else if (party !== ring.operator && ring.isVouched(id)) vouched.add(party);
  }
  if (policy && ring.operator && !pinned.has(ring.operator)) vouched.add(ring.operator);
  if (vouched.size) findings.not("trust.vouched", { parties: [...vouched].sort().join(", ") });
  if (policy) findings.done(13);
}

/** What is no fault, and what a reader must know of the word of some authors. */
export function checkWords(walk, findings) {
  const suspect = walk.acts.filter(({ key, recordedAt }) => {
    const since = walk.keyring.keys.get(key).compromisedSince;
    return since !== undefined && bounds(recordedAt)[0] / SECOND >= bounds(since)[0] / SECOND;
  });
  const named = (positions) => {
    const first = positions.sort((one, other) => one - other).slice(0, SHOWN).join(", ");
    return positions.length > SHOWN ? `${first}, ...` : first;
  };
  if (suspect.length) {
    findings.not("trust.suspect", { entries: named(suspect.map((act) => act.position)), count: suspect.length });
  }
  const count = walk.reported.length;
  if (count) findings.not("trust.reported", { entries: named(walk.reported), count });
}
