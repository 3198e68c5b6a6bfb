// Prepared words: a list beside the field where one writes, by keyboard as by hand. What is chosen goes where the caret is;
// gaps that nothing is known for stay in braces, and the first of them is marked, to be written over.
import { all, find, isField } from "./dom.js";

const GAP = /\{([a-z][a-z0-9_]{0,30})(?:\|[^{}|]*)?\}/g;
const box = () => /** @type {HTMLDetailsElement | null} */ (find("#wordings"));
const field = () => /** @type {HTMLInputElement | null} */ (find("#wording-q"));
const area = () => /** @type {HTMLTextAreaElement | null} */ (find("#text"));
const chosen = () => /** @type {HTMLInputElement | null} */ (find("#wording"));
const shown = () => all("#wording-list [role=option]").filter((one) => !one.hidden);

/** @param {string} text */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

async function fill() {
  const place = find("[data-wordings-place]");
  const from = box()?.dataset.from;
  const failed = find("[data-wordings-failed]");
  if (!place || !from || !failed) return;
  failed.hidden = true;
  try {
    const answer = await fetch(from, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    narrow();
  } catch {
    place.replaceChildren();
    failed.hidden = false;
  } finally {
    place.setAttribute("aria-busy", "false");
  }
}

/** Those whose title or words hold all that is typed. */
function narrow() {
  const wanted = folded(field()?.value ?? "").split(/\s+/).filter(Boolean);
  for (const one of all("#wording-list [role=option]")) {
    const said = folded(one.textContent ?? "");
    one.hidden = !wanted.every((word) => said.includes(word));
  }
  const none = find("[data-wordings-none]");
  if (none) none.hidden = shown().length > 0;
  light(shown()[0]);
}

/** @param {HTMLElement | undefined} option */
function light(option) {
  for (const one of all("#wording-list [role=option]")) one.setAttribute("aria-selected", String(one === option));
  if (option) { field()?.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  else field()?.removeAttribute("aria-activedescendant");
}

/** @param {number} step */
function move(step) {
  const options = shown();
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  light(options[(at + step + options.length) % options.length]);
}

/** @param {HTMLElement} option */
function take(option) {
  const [text, held, details] = [area(), chosen(), box()];
  if (!text || !held || !details) return;
  const promise = /** @type {HTMLSelectElement | null} */ (find("#promise"))?.selectedOptions[0]?.dataset.said;
  const words = (option.dataset.text ?? "").replaceAll("{promise}", promise || "{promise}");
  // The words that were suggested for an acknowledgement give way; what somebody wrote stays where it is.
  if (text.value === text.dataset.holding) text.value = "";
  const at = text.value ? text.selectionStart : 0;
  text.setRangeText(words, at, text.value ? text.selectionEnd : 0, "end");
  held.value = option.dataset.wording ?? "";
  details.open = false;
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
  const gap = [...text.value.matchAll(GAP)][0];
  if (gap) text.setSelectionRange(gap.index, gap.index + gap[0].length);
}

/** Which gaps are still open, said beside the field; without words there is no wording in use. */
function told() {
  const [text, held, line] = [area(), chosen(), find("#wording-gaps")];
  if (!text || !held || !line) return;
  if (!text.value.trim()) held.value = "";
  const open = held.value ? [...new Set([...text.value.matchAll(GAP)].map((gap) => gap[0]))] : [];
  line.hidden = open.length === 0;
  line.textContent = open.length ? (line.dataset.still ?? "").replace("{names}", open.join(", ")) : "";
}

/** @param {KeyboardEvent} event */
function typed(event) {
  /** @type {Record<string, () => void>} */
  const acts = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => { const one = find("#wording-list [aria-selected=true]"); if (one) take(one); },
    Escape: () => { const details = box(); if (details) { details.open = false; find("summary", details)?.focus(); } },
  };
  const act = acts[event.key];
  if (!act || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** Opens the list with the hand on its search, where an item is open that one may write to. */
export function openWordings() {
  const details = box();
  if (!details) return;
  find("#item")?.setAttribute("data-writing", "");
  details.open = true;
}

export function startWordings() {
  document.addEventListener("toggle", (event) => {
    if (event.target !== box() || !box()?.open) return;
    field()?.focus();
    void fill();
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target === field()) narrow();
    if (event.target === area()) told();
  });
  document.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("#wording-list [role=option]") : null;
    if (option instanceof HTMLElement) take(option);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === field()) { typed(event); return; }
    if (event.key !== "w" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isField(event.target) || find("dialog[open]") || !box()) return;
    event.preventDefault();
    openWordings();
  }, true);
}
