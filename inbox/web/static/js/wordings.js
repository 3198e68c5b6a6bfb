// Prepared words: a list beside the field where one writes, by keyboard as by hand. What is chosen goes where the caret is;
// gaps that nothing is known for stay in braces, and the first of them is marked, to be written over.
import { all, clicked, field, find, folded } from "./dom.js";
import { page } from "./server.js";

const GAP = /\{([a-z][a-z0-9_]{0,30})(?:\|[^{}|]*)?\}/g;
const box = () => /** @type {HTMLDetailsElement | null} */ (find("#wordings"));
const search = () => field("#wording-q");
const area = () => /** @type {HTMLTextAreaElement | null} */ (find("#text"));
const options = () => all("#wording-list [role=option]");
const shown = () => options().filter((one) => !one.hidden);

async function fill() {
  const [place, from, failed] = [find("[data-wordings-place]"), box()?.dataset.from, find("[data-wordings-failed]")];
  if (!place || !from || !failed) return;
  failed.hidden = true;
  const offered = await page(from);
  place.replaceChildren(...(offered?.body.childNodes ?? []));
  failed.hidden = offered !== null;
  place.ariaBusy = "false";
  narrow();
}

/** Those whose title or words hold all that is typed. */
function narrow() {
  const wanted = folded(search()?.value ?? "").split(/\s+/).filter(Boolean);
  for (const one of options()) {
    const said = folded(one.textContent ?? "");
    one.hidden = !wanted.every((word) => said.includes(word));
  }
  const none = find("[data-wordings-none]");
  if (none) none.hidden = shown().length > 0;
  light(shown()[0]);
}

/** @param {HTMLElement | undefined} option */
function light(option) {
  for (const one of options()) one.ariaSelected = String(one === option);
  if (option) search()?.setAttribute("aria-activedescendant", option.id);
  else search()?.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

/** @param {number} step */
function move(step) {
  const offered = shown();
  const at = offered.findIndex((one) => one.ariaSelected === "true");
  light(offered[(at + step + offered.length) % offered.length]);
}

/** @param {HTMLElement} option */
function take(option) {
  const [text, held, details] = [area(), field("#wording"), box()];
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
  const [text, held, line] = [area(), field("#wording"), find("#wording-gaps")];
  if (!text || !held || !line) return;
  if (!text.value.trim()) held.value = "";
  const open = held.value ? [...new Set([...text.value.matchAll(GAP)].map((gap) => gap[0]))] : [];
  line.hidden = open.length === 0;
  line.textContent = open.length ? (line.dataset.still ?? "").replace("{names}", open.join(", ")) : "";
}

/** @param {KeyboardEvent} event */
function typed(event) {
  /** @type {Record<string, () => void>} */ const acts = {
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

document.addEventListener("toggle", (event) => {
  if (event.target !== box() || !box()?.open) return;
  search()?.focus();
  void fill();
}, true);
document.addEventListener("input", (event) => {
  if (event.target === search()) narrow();
  if (event.target === area()) told();
});
clicked("#wording-list [role=option]", take);
document.addEventListener("keydown", (event) => {
  if (event.target === search()) typed(event);
}, true);

/** The list of prepared words, for the item that is open. */
export function openWordings() {
  const details = box();
  if (!details) return;
  find("#item")?.setAttribute("data-writing", "");
  details.open = true;
}
