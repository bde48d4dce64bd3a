// Elements of the page. Text goes in as text, never as markup.

/** An element with attributes and children; a child that is a string is text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

/** A table; `rows` are lists of cells (elements or texts). The roles hold also where the style stacks its cells. */
export function table(name, heads, rows) {
  const header = (head) => element("th", { scope: "col", role: "columnheader" }, head);
  const cell = (content, at) =>
    at ? element("td", { role: "cell" }, content) : element("th", { scope: "row", role: "rowheader" }, content);
  const row = (cells) => element("tr", { role: "row" }, cells);
  return element("table", { role: "table", "aria-label": name },
    element("thead", { role: "rowgroup" }, row(heads.map(header))),
    element("tbody", { role: "rowgroup" }, rows.map((cells) => row(cells.map(cell)))));
}

/** A description list of the pairs that have a value. */
export function facts(pairs) {
  const there = pairs.filter(([, value]) => value !== undefined && value !== "");
  return element("dl", {}, there.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

export function list(items) {
  return element("ul", {}, items.map((item) => element("li", {}, item)));
}
