// The search field offers what may stand next: keys, then this brand's values behind a key, and what was searched lately.
import { combobox } from "./combobox.js";
import { announce, fill, find, words } from "./dom.js";

/** @typedef {{keys: Record<string, string>, values: Record<string, [string, string][]>}} Offered */
const { base = "", brand = "", me = "" } = document.body.dataset;
const RECENT = `vigie.searches.${me}.${brand}`;
const MOST = 8;
const MOST_RECENT = 6;
/** @type {Offered | null} */
let known = null;

/** @returns {string[]} */
function recent() {
  try { return JSON.parse(localStorage.getItem(RECENT) ?? "[]"); } catch { return []; }
}

/** @param {string} text */
function keep(text) {
  if (!text.trim()) return;
  const lately = [text, ...recent().filter((one) => one !== text)].slice(0, MOST_RECENT);
  try { localStorage.setItem(RECENT, JSON.stringify(lately)); } catch { /* only comfort is lost */ }
}

/** @param {string} text */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The term under the cursor, up to it. @param {HTMLInputElement} field */
function term(field) {
  const upto = field.value.slice(0, field.selectionStart ?? field.value.length);
  const start = upto.lastIndexOf(" ") + 1;
  return { start, text: upto.slice(start) };
}

/** @param {HTMLInputElement} field @returns {import("./combobox.js").Option[]} */
function offers(field) {
  const { start, text } = term(field);
  const [, minus = "", key, typed = ""] = /^(-?)(?:([^\s:"]+):)?(.*)$/.exec(text) ?? [];
  /** @param {string} said @param {boolean} more */
  const put = (said, more) => () => {
    const end = field.selectionStart ?? field.value.length;
    field.setRangeText(said + (more ? "" : " "), start, end, "end");
    field.focus();
    if (more) field.dispatchEvent(new Event("input", { bubbles: true }));
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
  if (field.value.trim()) return typed ? keys : [];
  return [...recent().map((said) => ({ label: said, hint: words.lately, take: () => { field.value = said; field.form?.requestSubmit(); } })), ...keys];
}

export function startSearch() {
  const field = /** @type {HTMLInputElement | null} */ (find("#q"));
  const list = find("#q-offers");
  if (!field || !list) return;
  const box = combobox(field, list, () => offers(field), { told: (count) => { if (count) announce(fill(words.offers, { n: count })); } });
  field.addEventListener("focus", () => void learn().then(() => { if (document.activeElement === field && field.value.trim() === "") box.show(); }));
  field.form?.addEventListener("submit", () => keep(field.value.trim()));
}

/** What this brand's values are: asked once, when somebody is about to search. */
async function learn() {
  if (known) return;
  try {
    const response = await fetch(`${base}/queue/words`, { credentials: "same-origin" });
    if (response.ok && !response.redirected) known = await response.json();
  } catch { /* offline: the field is a field */ }
}
