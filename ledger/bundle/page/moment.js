// Moments (docs/formats/entry.md, section 2): they must exist in the calendar.

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = /^T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/;
const FRACTION = /^\.[0-9]{0,5}[1-9]$/;
const RECORDED = /^\.[0-9]{6}$/;

/** A date, or an instant in UTC without trailing zeros. The calendar's first and last day have no neighbour. */
export function isMoment(text) {
  if (text.length === 10) return isDay(text) && text !== "0001-01-01" && text !== "9999-12-31";
  const fraction = text.slice(19, -1);
  return isInstant(text) && (fraction === "" || FRACTION.test(fraction));
}

/** An instant with exactly six decimals, as the ledger records it. Such texts sort as their times do. */
export function isRecorded(text) {
  return isInstant(text) && RECORDED.test(text.slice(19, -1));
}

function isInstant(text) {
  return text.endsWith("Z") && isDay(text.slice(0, 10)) && TIME.test(text.slice(10, 19));
}

function isDay(text) {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (!year || month < 1 || month > 12) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= days[month - 1];
}
