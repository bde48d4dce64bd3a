// Which key counts, where in the ledger: the fold over the events of `ledger/keys`. No clock decides, positions do.
//
// - Entry 1 names the operator's first two keys; they count for entry 1 itself.
// - A public key is enrolled once, for one party and one use, and shows that its private half is held.
// - A party's key is enrolled under its own signature; by the operator only while that party has no valid key.

import { NotHere, bytesOfHex, utf8 } from "./bytes.js";
import { isBadKey, keyId, verified } from "./ed25519.js";

/** Whether the private half is held; where signatures cannot be checked at all, that is told once for all of them. */
async function isHeld(raw, signature, message) {
  try {
    return await verified(raw, signature, message);
  } catch (error) {
    if (error instanceof NotHere) return true;
    throw error;
  }
}

/** Whether a key counts at a position: enrolled before it, and not revoked before it. */
export function counts(key, position) {
  return key.enrolledAt < position && (key.revokedAt === 0 || position <= key.revokedAt);
}

export class Keyring {
  constructor() {
    this.origin = "";
    this.operator = "";
    this.keys = new Map();
  }

  /** Take one entry's event; gives the code of the rule that it breaks, or nothing. */
  async apply(position, event) {
    if (event.type === "ledger-opened/1") return this.#open(position, event);
    if (event.type === "key-enrolled/1") return this.#enrol(position, event);
    return event.type === "key-revoked/1" ? this.#revoke(position, event) : "";
  }

  validKeys(party, use, position) {
    return [...this.keys.values()].filter((key) => key.party === party && key.use === use && counts(key, position));
  }

  /** Whether it rests on the operator's word alone that a key is its party's. */
  isVouched(id) {
    let key = this.keys.get(id);
    while (!key.byOperator) {
      if (key.signedBy === key.id || key.enrolledAt === 0) return false;
      key = this.keys.get(key.signedBy);
    }
    return true;
  }

  /** Whether a key is one of these, or was enrolled by its own party with one of them. */
  restsOn(id, pinned) {
    let key = this.keys.get(id);
    while (!pinned.has(key.id)) {
      if (key.byOperator || key.signedBy === key.id) return false;
      key = this.keys.get(key.signedBy);
    }
    return true;
  }

  async #open(position, event) {
    if (position !== 1 || this.keys.size) return "key.opened-twice";
    const signer = await keyId(bytesOfHex(event.operator_key));
    if (event.key !== signer || event.author !== event.operator) return "key.opening-signer";
    const made = [
      await this.#made(0, event.operator, "events", event.operator_key, signer, false),
      await this.#made(0, event.operator, "log", event.log_key, signer, false),
    ];
    if (made.some((key) => typeof key === "string")) return made.find((key) => typeof key === "string");
    if (made[0].id === made[1].id) return "key.enrolled-twice";
    [this.origin, this.operator] = [event.origin, event.operator];
    made.forEach((key) => this.keys.set(key.id, key));
    return "";
  }

  async #enrol(position, event) {
    const { party, use } = event;
    const signer = this.#signer(position, event);
    if (typeof signer === "string") return signer;
    const byOperator = party !== signer.party;
    if (byOperator && this.validKeys(party, "events", position).length) return "key.party-has-key";
    if (use === "log" && party !== this.operator) return "key.log-of-operator";
    if (event.replaces !== undefined && !this.#has(event.replaces, party, use)) return "key.not-of-party";
    const key = await this.#made(position, party, use, event.public_key, signer.id, byOperator);
    if (typeof key === "string") return key;
    const message = utf8(`ledger/key/v1\n${this.origin}\n${party}\n${use}\n${event.public_key}`);
    if (!(await isHeld(key.public, bytesOfHex(event.possession), message))) return "key.possession";
    this.keys.set(key.id, key);
    return "";
  }

  #revoke(position, event) {
    const signer = this.#signer(position, event);
    if (typeof signer === "string") return signer;
    if (!this.#has(event.revoked, event.party)) return "key.not-of-party";
    const key = this.keys.get(event.revoked);
    if (key.revokedAt) return "key.revoked-twice";
    const left = this.validKeys(key.party, key.use, position + 1).length;
    if (key.party === this.operator && left === 1 && ["events", "log"].includes(key.use)) return "key.last-of-operator";
    this.keys.set(key.id, { ...key, revokedAt: position, compromisedSince: event.compromised_since });
    return "";
  }

  /** The key that signs an event about a party's keys: for events, and its author's, who is that party or the operator. */
  #signer(position, { key: id, author, party }) {
    const key = this.keys.get(id);
    if (!key || key.enrolledAt >= position) return "key.unknown";
    if (!counts(key, position)) return "key.revoked";
    const fits = key.use === "events" && key.party === author && [party, this.operator].includes(author);
    return fits ? key : "key.signer";
  }

  #has(id, party, use) {
    const key = this.keys.get(id);
    return key !== undefined && key.party === party && (use === undefined || key.use === use);
  }

  async #made(position, party, use, hex, signedBy, byOperator) {
    const raw = bytesOfHex(hex);
    if (isBadKey(raw)) return "key.bad-public-key";
    const id = await keyId(raw);
    if (this.keys.has(id)) return "key.enrolled-twice";
    return { id, party, use, public: raw, enrolledAt: position, revokedAt: 0, signedBy, byOperator };
  }
}
