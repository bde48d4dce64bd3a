// The page at work: two files in, a report out. Both stay on this machine: the page's policy forbids any connection.

import { element } from "./dom.js";
import { filled } from "./text.js";
import { verify } from "./verify.js";
import { reportView } from "./view.js";

const ZIP = [0x50, 0x4b];

/** Begin: `catalogue` is what is known of events, `texts` the sentences by language. */
export function start(catalogue, texts) {
  const page = { catalogue, texts, language: navigator.language?.startsWith("nl") ? "nl" : "en", report: null };
  const form = document.getElementById("files");
  const languages = document.getElementById("languages");
  for (const [language, name] of [["nl", "Nederlands"], ["en", "English"]]) {
    const button = element("button", { type: "button", lang: language, "data-language": language }, name);
    button.addEventListener("click", () => speak(page, language));
    languages.append(button);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(page);
  });
  takeDrops(form);
  speak(page, page.language);
}

/** Show everything in a language. */
function speak(page, language) {
  const texts = page.texts[language];
  page.language = language;
  document.documentElement.lang = language;
  document.title = texts.ui.title;
  document.getElementById("languages").setAttribute("aria-label", texts.ui.language);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = texts.ui[each.dataset.text];
  show(page);
}

function show(page) {
  const result = document.getElementById("result");
  result.hidden = page.report === null;
  if (page.report) result.replaceChildren(...reportView(page.report, page.texts[page.language]));
}

async function check(page) {
  const { ui } = page.texts[page.language];
  const status = document.getElementById("status");
  const button = document.getElementById("check");
  const [bundle, policy] = ["bundle", "policy"].map((name) => document.getElementById(name).files[0]);
  if (!bundle || button.disabled) return;
  button.disabled = true;
  status.textContent = ui.reading;
  page.report = { ...(await checked(page, bundle, policy, status)), file: bundle.name };
  status.textContent = "";
  button.disabled = false;
  show(page);
  document.getElementById("outcome").focus();
}

/** The report; where the page itself fails, one that says so: never a good one. */
async function checked(page, bundle, policy, status) {
  const { ui } = page.texts[page.language];
  const progress = async (done, all) => {
    status.textContent = filled(ui.busy, { done, all });
    await new Promise((resolve) => setTimeout(resolve));
  };
  try {
    const [raw, keys] = await Promise.all([bundle, policy].map(bytesOf));
    return await verify(raw, keys, page.catalogue, progress);
  } catch (error) {
    const refused = { code: "page.failed", params: { why: String(error) } };
    return { exit: 1, verdicts: {}, steps: [], faults: [], notChecked: [], wanting: [], refused, manifest: null };
  }
}

async function bytesOf(file) {
  return file ? new Uint8Array(await file.arrayBuffer()) : null;
}

/** Files that are dropped anywhere on the page: a zip is the bundle, anything else the policy. */
function takeDrops(form) {
  const over = (isOver) => (event) => {
    event.preventDefault();
    form.classList.toggle("over", isOver);
  };
  addEventListener("dragover", over(true));
  addEventListener("dragleave", over(false));
  addEventListener("drop", async (event) => {
    over(false)(event);
    for (const file of [...event.dataTransfer.files].slice(0, 2)) {
      const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
      const isZip = ZIP.every((byte, at) => head[at] === byte);
      const transfer = new DataTransfer();
      transfer.items.add(file);
      document.getElementById(isZip ? "bundle" : "policy").files = transfer.files;
    }
  });
}
