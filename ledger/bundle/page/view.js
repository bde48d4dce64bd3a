// The report as people see it: first what it comes to, then the verdicts, what is wrong, what was not checked, and how.

import { element, facts, list, table } from "./dom.js";
import { AREAS } from "./findings.js";
import { faultText, filled, notText, placeText, shown } from "./text.js";

const MOST_SHOWN = 200;
const SIGNS = { ok: "✓", failed: "✗", "not-checked": "–" };

/** Everything under the heading of the result. */
export function reportView(report, texts) {
  const parts = [outcome(report, texts)];
  if (report.refused) parts.push(refusal(report, texts));
  else parts.push(verdicts(report, texts), faults(report, texts), wanting(report, texts), notChecked(report, texts));
  if (report.manifest) parts.push(said(report, texts));
  if (!report.refused) parts.push(steps(report, texts), streams(report, texts));
  parts.push(kept(report, texts));
  return parts.flat();
}

function outcome({ exit }, { ui }) {
  const mood = { 0: "ok", 9: "not-checked" }[exit] ?? "failed";
  return [
    element("h2", { id: "outcome", tabindex: "-1" }, ui.result),
    element("p", { class: `outcome ${mood}`, id: "sentence" }, `${SIGNS[mood]} ${ui[`exit${exit}`]}`),
    element("p", { class: "hint" }, filled(ui.exitcode, { exit })),
  ];
}

/** Why nothing was checked. */
function refusal({ refused }, texts) {
  if (refused.code === "policy.unusable") {
    const sentence = ({ line, code }) => `${filled(texts.ui.line, { line })}: ${texts.policy[code]}`;
    const lines = refused.params.faults.map(sentence);
    return [element("h2", {}, texts.ui.faults), list(lines)];
  }
  const sentence = texts.faults[refused.code] ? faultText(texts, refused) : notText(texts, refused);
  return [element("h2", {}, texts.ui.faults), list([`${sentence} [${refused.code}]`])];
}

export function verdictMark(verdict, texts) {
  return element("span", { class: `verdict ${verdict}` }, `${SIGNS[verdict]} ${texts.verdicts[verdict]}`);
}

function verdicts(report, texts) {
  const { ui } = texts;
  const rows = AREAS.map((area) => [texts.areas[area], verdictMark(report.verdicts[area], texts)]);
  return [element("h2", {}, ui.verdicts), table(ui.verdicts, [ui.question, ui.verdict], rows)];
}

function faults(report, texts) {
  if (!report.faults.length) return [];
  const { ui } = texts;
  const rows = report.faults.slice(0, MOST_SHOWN).map((fault) => [
    placeText(texts, fault), faultText(texts, fault), element("code", {}, fault.code),
  ]);
  const more = report.faults.length - rows.length;
  const rest = more ? element("p", {}, filled(ui.more, { count: more })) : null;
  return [element("h2", {}, ui.faults), table(ui.faults, [ui.where, ui.what, ui.code], rows), rest].filter(Boolean);
}

function wanting(report, texts) {
  if (!report.wanting.length) return [];
  return [element("h2", {}, texts.ui.wanting), list(report.wanting.map((each) => notText(texts, each)))];
}

function notChecked(report, texts) {
  return [element("h2", {}, texts.ui.notchecked), list(report.notChecked.map((each) => notText(texts, each)))];
}

/** What the bundle says of itself: nothing of it is believed because it stands there. */
function said({ manifest, checkpoint, digest, cosigned, stamps, counts, file }, texts) {
  const names = texts.facts;
  const versions = manifest.versions.map((version) => version.version).join(", ");
  const left = manifest.left_out.map((each) => `${each.stream} (${texts.shown[each.why]})`);
  return [element("h2", {}, texts.ui.facts), facts([
    [names.file, shown(file)],
    [names.origin, shown(checkpoint?.origin ?? manifest.origin)],
    [names.size, String(checkpoint?.size ?? manifest.size)],
    [names.root, mono(checkpoint?.root)],
    [names.digest, mono(digest)],
    [names.protocol, shown(`${manifest.protocol} (${versions})`)],
    [names.clauses, shown(manifest.clauses.join("; "))],
    [names.as_of, shown(manifest.as_of ?? "")],
    [names.request, shown(manifest.request ?? "")],
    [names.requester, shown(manifest.requester ?? "")],
    [names.provider, shown(manifest.provider ?? "")],
    [names.entries, counts.entries === undefined ? "" : String(counts.entries)],
    [names.sealed, counts.sealed === undefined ? "" : `${counts.sealed}, ${counts.opened}`],
    [names.documents, counts.documents ? String(counts.documents) : ""],
    [names.proofs, counts.proofs ? String(counts.proofs) : ""],
    [names.cosigned, cosigned.map(({ name, time }) => shown(`${name}, ${momentOf(time)}`)).join("; ")],
    ...stamps.flatMap(({ file: member, at, imprint }) => [
      [names.stamp, `${at} (${member})`], [names.imprint, mono(imprint)],
    ]),
    [names.left_out, left.map(shown).join(", ")],
  ])];
}

function mono(text) {
  return text === undefined ? "" : element("span", { class: "mono" }, text);
}

function momentOf(seconds) {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? seconds : time.toISOString().replace(".000Z", "Z");
}

function steps(report, texts) {
  const rows = report.steps.map((verdict, at) => [`${at}. ${texts.steps[at]}`, verdictMark(verdict, texts)]);
  return [element("h2", {}, texts.ui.steps), table(texts.ui.steps, [texts.ui.step, texts.ui.verdict], rows)];
}

function streams({ manifest }, texts) {
  const { ui } = texts;
  const rows = manifest.streams.map((line) => [shown(line.stream), String(line.last), texts.shown[line.shown]]);
  return [element("h2", {}, ui.streams), table(ui.streams, [ui.stream, ui.last, ui.shown], rows)];
}

/** The whole report as text, for who keeps it or compares it. */
function kept(report, texts) {
  const text = JSON.stringify(report, (_, value) => (value instanceof Uint8Array ? undefined : value), 2);
  const whole = element("pre", { id: "report", tabindex: "0" }, text);
  return [element("h2", {}, texts.ui.report), element("details", {}, element("summary", {}, texts.ui.save), whole)];
}
