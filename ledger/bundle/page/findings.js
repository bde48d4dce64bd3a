// What the check found: five verdicts, the faults, and what was not checked.

import { byText } from "./bytes.js";

export const AREAS = ["integrity", "completeness", "agreement", "time", "persons"];
export const LAST_STEP = 18;
const MOST_FAULTS = 1000;

/** Which verdict a fault fails: the first word of its code; integrity where that is none of the others. */
export function areaOf(code) {
  const area = code.split(".")[0];
  return AREAS.includes(area) ? area : "integrity";
}

/** What the steps tell while they run. A step that was neither carried out nor failed was not checked. */
export class Findings {
  constructor() {
    this.found = new Map();
    this.failed = new Set();
    this.verdicts = Object.fromEntries(AREAS.map((area) => [area, "not-checked"]));
    this.steps = Array(LAST_STEP + 1).fill("not-checked");
    this.notChecked = [];
    this.wanting = [];
  }

  /** One thing that is proven wrong; it fails its area, whether it is kept or not. `position` 0: of no single entry. */
  fault(step, code, position = 0, params = {}) {
    this.steps[step] = "failed";
    this.failed.add(areaOf(code));
    const key = JSON.stringify([code, position, params]);
    if (this.found.size < MOST_FAULTS && !this.found.has(key)) this.found.set(key, { code, position, step, params });
  }

  /** This step was carried out. */
  done(step) {
    if (this.steps[step] !== "failed") this.steps[step] = "ok";
  }

  not(code, params = {}) {
    this.notChecked.push({ code, params });
  }

  /** Something that was asked for is absent: the answer is *could not check*. */
  want(code, params = {}) {
    this.wanting.push({ code, params });
  }

  get faults() {
    const order = (one, other) => one.position - other.position || byText(one.code, other.code);
    return [...this.found.values()].sort(order);
  }

  hasFault(area) {
    return this.failed.has(area);
  }

  /** The verdicts: a fault of its area fails each, whatever a step has said. */
  settled() {
    return Object.fromEntries(AREAS.map((area) => [area, this.hasFault(area) ? "failed" : this.verdicts[area]]));
  }
}
