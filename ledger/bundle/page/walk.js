// One pass over the entries, by position: what each must be by itself and beside the others.

import { standingOf } from "./authority.js";
import { bytesOfHex, same } from "./bytes.js";
import { digestsIn } from "./documents.js";
import { verified } from "./ed25519.js";
import { parseEntry, signedBytes } from "./entry.js";
import { decodeEvent, kindOf, sealedParts, streamOf } from "./event.js";
import { leafHash } from "./hashing.js";
import { Keyring, counts } from "./keyring.js";
import { NOBODY, after, withVersion } from "./parties.js";
import { isRuled } from "./rules.js";
import { Summaries } from "./summaries.js";

export const SEALS = "ledger/seals";
const PAGE = 256;

export class Walk {
  /** `treeOf` gives a protocol file by its digest, read; null where it is not there or cannot be read. */
  constructor(origin, catalogue, findings, canSign, treeOf) {
    Object.assign(this, { origin, catalogue, findings, canSign, treeOf });
    this.known = NOBODY;
    this.keyring = new Keyring();
    this.positions = [];
    this.leaves = [];
    this.spans = new Map();
    this.seal = null;
    this.versions = new Map();
    this.imported = 0;
    this.batchRoots = new Map();
    this.summaries = new Summaries();
    this.sealed = new Map();
    this.erasures = [];
    this.signers = new Map();
    this.acts = [];
    this.reported = [];
    this.unread = new Set();
    this.documents = new Set();
    this.named = new Set();
    this.ids = new Set();
    this.before = null;
    this.pending = [];
  }

  /** Take every line. Faults are told, never raised. `progress` is told how many lines were read. */
  async read(lines, progress = () => {}) {
    for (let at = 0; at < lines.length; at += PAGE) {
      const page = lines.slice(at, at + PAGE);
      const leaves = await Promise.all(page.map(leafHash));
      for (const [each, line] of page.entries()) await this.#line(line, leaves[each], at + each + 1);
      await this.#settle();
      await progress(Math.min(at + PAGE, lines.length), lines.length);
    }
    [1, 2, 3].forEach((step) => this.findings.done(step));
    if (this.canSign) this.findings.done(4);
  }

  async #line(line, leaf, number) {
    let entry;
    try {
      entry = parseEntry(line);
    } catch (error) {
      if (error.code !== "entry.malformed") throw error;
      this.findings.fault(1, "entry.malformed", 0, { line: number });
      return;
    }
    this.#place(entry);
    this.#stream(entry, leaf);
    for (const digest of this.documents.size ? digestsIn(entry.event) : []) this.named.add(digest);
    await this.#event(entry);
    this.positions.push(entry.position);
    this.leaves.push(leaf);
    this.before = entry;
  }

  #place({ position, prev, recordedAt }) {
    const { before, findings } = this;
    if (before && before.position >= position) findings.fault(2, "entry.order", position, { after: before.position });
    else if (position === 1 && prev.some((byte) => byte)) findings.fault(2, "chain.broken-link", 1, { before: 0 });
    if (before && before.position + 1 === position && !same(prev, this.leaves.at(-1))) {
      findings.fault(2, "chain.broken-link", position, { before: before.position });
    }
    if (before && recordedAt < before.recordedAt) findings.fault(2, "entry.time-went-back", position);
  }

  #stream({ stream, version, position }, leaf) {
    const known = this.spans.get(stream);
    const expected = known ? known.last + 1 : 1;
    if (version !== expected && (known || stream !== SEALS)) {
      this.findings.fault(3, "completeness.hole", position, { version, stream, expected });
    }
    this.spans.set(stream, { first: known ? known.first : version, last: version, position, leaf });
  }

  async #event(entry) {
    const { findings, catalogue } = this;
    let event;
    try {
      event = decodeEvent(entry.event, catalogue);
    } catch (error) {
      if (error.code !== "event.malformed") throw error;
      findings.fault(1, "event.malformed", entry.position);
      return;
    }
    const kind = kindOf(event, catalogue);
    if (!kind || (kind.own && !isRuled(event.type))) this.unread.add(event.type);
    const home = kind ? streamOf(event, kind) : entry.stream;
    if (home !== entry.stream || entry.stream.split("/")[0] !== (event.protocol ?? "ledger")) {
      findings.fault(1, "entry.stream", entry.position, { type: event.type, home, stream: entry.stream });
    }
    if (this.ids.has(event.id)) findings.fault(4, "event.id-twice", entry.position, { id: event.id });
    this.ids.add(event.id);
    if (kind) await this.#keep(entry.position, event, kind);
    this.#signature(entry, event, kind);
    if (kind && this.known) await this.#keepParties(entry.position, event);
  }

  /** Parties and mandates as they are after this entry; unknown for good where a file cannot be read. */
  async #keepParties(position, event) {
    if (event.type !== "protocol-version-registered/1") {
      this.known = after(this.known, event);
      return;
    }
    const tree = await this.treeOf(event.digest);
    this.known = tree && withVersion(this.known, tree);
    if (!tree) this.findings.not("authority.unread", { position });
  }

  /** What later steps ask for. */
  async #keep(position, event, kind) {
    const broken = await this.keyring.apply(position, event);
    if (broken) this.findings.fault(4, "key.history", position, { rule: broken });
    this.summaries.take(position, event);
    if (event.type === "streams-sealed/1") {
      this.seal = { position, root: bytesOfHex(event.root), streams: event.streams };
    }
    if (event.type === "protocol-version-registered/1") this.versions.set(event.digest, event);
    if (event.type === "log-batch-ingested/1") this.#keepBatch(position, event.batch);
    if (event.type === "subject-erased/1") this.erasures.push({ position, event });
    for (const [field, part] of sealedParts(event, kind, this.catalogue)) {
      this.sealed.set(`${position} ${field}`, { id: event.id, field, part });
    }
  }

  /** No two batches have the same uses: their ids would be used again. */
  #keepBatch(position, { count, root }) {
    this.imported += count;
    const first = this.batchRoots.get(root);
    if (first) this.findings.fault(4, "batch.twice", position, { first });
    else this.batchRoots.set(root, position);
  }

  #signature(entry, event, kind) {
    const { findings } = this;
    const { position } = entry;
    if (entry.signature === null || kind?.member) {
      findings.fault(4, "signature.missing", position);
      return;
    }
    const key = this.keyring.keys.get(event.key);
    if (!key) {
      findings.fault(4, "signature.unknown-key", position, { key: event.key });
      return;
    }
    if (!this.canSign) return;
    const holds = verified(key.public, entry.signature, signedBytes(this.origin, entry.event));
    this.pending.push({ holds, position, recordedAt: entry.recordedAt, event, key, known: this.known, kind });
  }

  /** The signatures that were asked for, in the order of their entries. */
  async #settle() {
    for (const asked of this.pending) {
      const { position, event, key, recordedAt } = asked;
      if (!(await asked.holds)) {
        this.findings.fault(4, "signature.false", position, { author: event.author, origin: this.origin });
        continue;
      }
      if (!this.signers.has(key.id)) this.signers.set(key.id, position);
      this.acts.push({ key: key.id, position, recordedAt });
      this.#signed(asked);
    }
    this.pending = [];
  }

  #signed({ position, event, key, kind, known }) {
    const codes = this.#keyFaults(position, event, key, kind);
    const standing = !codes.length && kind && known ? standingOf(event, kind, position, this.keyring, known) : "";
    if (standing === "reported") this.reported.push(position);
    else if (standing) codes.push(standing);
    const params = { author: event.author, party: key.party, type: event.type, use: key.use };
    for (const code of codes) this.findings.fault(4, code, position, params);
  }

  /** What is wrong with the key that signed, at this position, for this author and this type. */
  #keyFaults(position, event, key, kind) {
    const isOpening = event.type === "ledger-opened/1" && position === 1;
    const signsImports = key.use === "imports" && kind?.imports;
    return Object.entries({
      "signature.key-not-valid": !counts(key, position) && !isOpening,
      "signature.other-party": key.party !== event.author,
      "signature.not-operator": kind?.stated_by === "operator" && event.author !== this.keyring.operator,
      "signature.key-use": key.use !== "events" && !signsImports,
    }).filter(([, isBroken]) => isBroken).map(([code]) => code);
  }
}
