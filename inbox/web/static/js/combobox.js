// A field with a list of offers beneath it, as ARIA's practices have it: the focus stays in the field, arrows walk the list,
// Enter takes, Escape closes. What is offered, and what taking does, is the caller's. In a text of many lines (`area`) the
// keys are the text's own until something is offered, and its role stays that of a text.
import { announce, around, element, fill, words } from "./dom.js";

/** @typedef {{label: string, hint?: string, take: () => void}} Option */

/** @param {Option} option @param {string} id */
function line({ label, hint }, id) {
  const made = element("li", { id, role: "option", ariaSelected: "false" }, element("span", { textContent: label }));
  if (hint) made.append(" ", element("span", { className: "option-hint", textContent: hint }));
  return made;
}

/** @param {HTMLInputElement | HTMLTextAreaElement} input @param {HTMLElement} list @param {(typed: string) => Option[]} offer
 * @param {boolean} [first] the first offer is taken unless another is chosen */
export function combobox(input, list, offer, first = false) {
  /** @type {Option[]} */ let offers = [];
  let at = -1;
  const area = input instanceof HTMLTextAreaElement;
  const expanded = (/** @type {boolean} */ is) => { if (!area) input.ariaExpanded = String(is); };
  if (!area) input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.setAttribute("aria-controls", list.id);
  expanded(false);

  function close() {
    list.hidden = true;
    at = -1;
    expanded(false);
    input.removeAttribute("aria-activedescendant");
  }

  function show() {
    offers = offer(input.value);
    list.replaceChildren(...offers.map((option, index) => line(option, `${list.id}-${index}`)));
    list.hidden = offers.length === 0;
    expanded(offers.length > 0);
    point(first && offers.length ? 0 : -1);
    if (offers.length) announce(fill(list.dataset.offers ?? words.offers, { n: offers.length }));
  }

  /** @param {number} index */
  function point(index) {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = index;
    const chosen = list.children[at];
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  function takeAt(index) {
    const option = offers[index];
    close();
    option?.take();
  }

  /** @param {number} step */
  function walk(step) {
    if (list.hidden) show();
    const count = offers.length;
    if (count) point(at < 0 && step < 0 ? count - 1 : (at + step + count) % count);
  }

  input.addEventListener("input", show);
  input.addEventListener("click", () => { if (list.hidden || area) show(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (/** @type {any} */ event) => {
    if (event.isComposing || area && list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); walk(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); takeAt(at); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); close(); }
  });
  // The focus stays in the field, also under a thumb.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = around(event, "[role=option]");
    if (line) takeAt([...list.children].indexOf(line));
  });
  return { show };
}
