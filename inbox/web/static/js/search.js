// The search field offers what may stand next: keys, then this brand's values behind a key, and what was searched lately.
import { combobox } from "./combobox.js";
import { field, find, folded, words } from "./dom.js";
import { lately, used } from "./memory.js";
import { figures } from "./server.js";

/** @typedef {{keys: Record<string, string>, values: Record<string, [string, string][]>}} Offered */
const { base = "", brand = "", me = "" } = document.body.dataset;
const RECENT = `vigie.searches.${me}.${brand}`;
const MOST = 8;
const MOST_RECENT = 6;
/** What this brand's values are: asked once, when somebody is about to search. @type {Offered | null} */
let known = null;

/** The term under the cursor, up to it. @param {HTMLInputElement} input */
function term(input) {
  const upto = input.value.slice(0, input.selectionStart ?? input.value.length);
  const start = upto.lastIndexOf(" ") + 1;
  return { start, text: upto.slice(start) };
}

/** @param {HTMLInputElement} input @returns {import("./combobox.js").Option[]} */
function offers(input) {
  const { start, text } = term(input);
  const [, minus = "", key, typed = ""] = /^(-?)(?:([^\s:"]+):)?(.*)$/.exec(text) ?? [];
  /** @param {string} said @param {boolean} more */
  const put = (said, more) => () => {
    const end = input.selectionStart ?? input.value.length;
    input.setRangeText(said + (more ? "" : " "), start, end, "end");
    input.focus();
    if (more) input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (!known) return [];
  if (key) {
    const before = typed.slice(0, typed.lastIndexOf(",") + 1);
    const last = folded(typed.slice(before.length));
    return (known.values[key.toLowerCase()] ?? [])
      .filter(([value, label]) => folded(value).startsWith(last) || folded(label).startsWith(last)).slice(0, MOST)
      .map(([value, label]) => ({ label: `${minus}${key}:${before}${value}`, hint: label, take: put(`${minus}${key}:${before}${value}`, false) }));
  }
  const keys = Object.entries(known.keys).filter(([name]) => name.startsWith(folded(typed)))
    .map(([name, hint]) => ({ label: `${minus}${name}:`, hint, take: put(`${minus}${name}:`, true) }));
  if (input.value.trim()) return typed ? keys : [];
  return [...lately(RECENT).map((said) => ({ label: said, hint: words.lately, take: () => { input.value = said; input.form?.requestSubmit(); } })), ...keys];
}

const [input, list] = [field("#q"), find("#q-offers")];
if (input && list) {
  const box = combobox(input, list, () => offers(input));
  input.addEventListener("focus", async () => {
    const stood = input.value;
    known ??= await figures(`${base}/queue/words`);
    // Also for what was typed before the answer came.
    if (document.activeElement === input && (input.value.trim() === "" || input.value !== stood)) box.show();
  });
  input.form?.addEventListener("submit", () => { if (input.value.trim()) used(RECENT, input.value.trim(), MOST_RECENT); });
}
