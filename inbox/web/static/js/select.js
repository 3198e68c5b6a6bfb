// Choosing rows: a key takes the row under the hand, another (or a click with Shift) all from the last one to it, Escape
// none. What is chosen stays chosen while rows come and go; each is chosen at the position that was seen.
import { all, announce, around, counted, element, field, find, isAlone, number } from "./dom.js";
import { ACTS } from "./doing.js";
import { rows } from "./rows.js";
import { figures } from "./server.js";

/** @type {Map<string, string>} the item's id, and the position at which it was chosen */
const chosen = new Map();
/** @type {string | null} */ let anchor = null;
/** How many fit the list, once that is asked for and the server has said it. @type {number | undefined} */ let fitting;
const bar = () => /** @type {HTMLFormElement | null} */ (find("#selecting"));

/** @param {HTMLElement} row @param {boolean} on */
function set(row, on) {
  const id = row.dataset.id;
  if (!id) return;
  if (on) chosen.set(id, chosen.get(id) ?? row.dataset.position ?? "0");
  else chosen.delete(id);
  mark(row);
}

/** The box to tick is there for those who hear the list, and seen while anything is chosen. @param {HTMLElement} row */
function mark(row) {
  const [box, on] = [field("[data-choose]", row), chosen.has(row.dataset.id ?? "")];
  if (box && box.checked !== on) box.checked = on;
  if (row.hasAttribute("data-chosen") !== on) row.toggleAttribute("data-chosen", on);
}

/** @param {HTMLElement} row @param {boolean} range */
function toggle(row, range) {
  const on = !chosen.has(row.dataset.id ?? "");
  const shown = rows();
  const [from, to] = [shown.findIndex((one) => one.dataset.id === anchor), shown.indexOf(row)];
  if (range && from >= 0) for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one, true);
  else set(row, on);
  anchor = row.dataset.id ?? null;
  show();
  const form = bar();
  form?.removeAttribute("data-above");  // on a phone it lies over the list: not over the row under the hand
  form?.toggleAttribute("data-above", row.getBoundingClientRect().bottom > form.getBoundingClientRect().top);
}

function none() {
  if (bar()?.contains(document.activeElement)) (find(`#rows .row[data-id="${anchor}"] .row-link`) ?? list)?.focus();
  chosen.clear();
  anchor = null;
  for (const box of /** @type {HTMLInputElement[]} */ (all(".check input", bar() ?? undefined))) box.checked = false;
  fitting = undefined;
  show();
}

function show() {
  const [form, said] = [bar(), find("[data-selected]")];
  if (!form || !said) return;
  for (const row of rows()) mark(row);
  form.hidden = chosen.size === 0;
  field("[name=waves]", form)?.toggleAttribute("disabled", !find("#rows .row[data-chosen]:not([data-fold=''], [data-fold=under])"));
  find("#list")?.toggleAttribute("data-selecting", chosen.size > 0);
  const { one = "", more = "", every = "" } = form.dataset;
  const figure = field("[data-all]", form)?.checked ? fitting : chosen.size;
  const told = figure === undefined ? every : counted(figure, { one, more }, number(figure));
  if (said.textContent !== told) { said.textContent = told; if (chosen.size) announce(told); }
}

/** All that fit, or those alone that were chosen by hand. */
async function fit() {
  fitting = undefined;
  show();
  const { base = "", query = "" } = document.body.dataset;
  if (field("[data-all]")?.checked) fitting = (await figures(`${base}/queue/count${query}`))?.count;
  show();
}

/** What is sent: the rows by hand, or all that fit, of which the server knows which they are. */
function send() {
  const form = bar();
  if (!form) return;
  for (const item of all("[name=item]", form)) item.remove();
  if (field("[data-all]", form)?.checked) return;
  for (const [id, position] of chosen) form.append(element("input", { type: "hidden", name: "item", value: `${id}:${position}` }));
}

/** @param {boolean} range */
function underHand(range) {
  const row = document.activeElement?.closest("#rows .row");
  if (row instanceof HTMLElement) toggle(row, range);
}

/** @param {KeyboardEvent} event */
function typed(event) {
  if (event.key === "Escape" && chosen.size && document.activeElement?.closest("#list")) { event.preventDefault(); none(); }
}

/** @param {MouseEvent} event */
function pressed(event) {
  if (around(event, "[data-select-none]")) { none(); return; }
  const row = around(event, "#rows .row");
  if (!row || !around(event, ".row-mark") && (!event.shiftKey || around(event, "a"))) return;
  if (!around(event, "[data-choose]")) event.preventDefault();  // a box ticks itself
  event.stopPropagation();
  toggle(row, event.shiftKey);
}

const list = find("#rows");
if (bar() && list) {
  Object.assign(ACTS, { choose: () => underHand(false), choose_to: () => underHand(true) });
  document.addEventListener("keydown", (event) => { if (isAlone(event)) typed(event); }, true);
  document.addEventListener("click", pressed, true);
  bar()?.addEventListener("submit", send);
  field("[data-all]")?.addEventListener("change", () => void fit());
  list.addEventListener("scroll", () => bar()?.removeAttribute("data-above"), { passive: true });
  new MutationObserver(() => { if (chosen.size) for (const row of rows()) mark(row); }).observe(list, { childList: true, subtree: true });
}
