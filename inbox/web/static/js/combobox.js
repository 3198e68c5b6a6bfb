// A field with a list of offers beneath it, as ARIA's practices have it: the focus stays in the field, arrows walk the list,
// Enter takes, Escape closes. What is offered, and what taking does, is the caller's. In a text of many lines (`area`) the
// keys are the text's own until something is offered, and its role stays that of a text.

/** @typedef {{label: string, hint?: string, take: () => void}} Option */

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {HTMLElement} list
 * @param {(typed: string) => Option[]} offer
 * @param {{first?: boolean, told?: (count: number) => void}} [how] `first`: the first offer is taken unless another is chosen.
 */
export function combobox(input, list, offer, { first = false, told = () => {} } = {}) {
  /** @type {Option[]} */
  let offers = [];
  let at = -1;
  const area = input instanceof HTMLTextAreaElement;
  const expanded = (/** @type {boolean} */ is) => { if (!area) input.setAttribute("aria-expanded", String(is)); };
  if (area) for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  else for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);

  function close() {
    list.hidden = true;
    at = -1;
    expanded(false);
    input.removeAttribute("aria-activedescendant");
  }

  function show() {
    offers = offer(input.value);
    list.replaceChildren(...offers.map(line));
    list.hidden = offers.length === 0;
    expanded(offers.length > 0);
    point(first && offers.length ? 0 : -1);
    told(offers.length);
  }

  /** @param {Option} option @param {number} index */
  function line(option, index) {
    const made = document.createElement("li");
    made.id = `${list.id}-${index}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.dataset.at = String(index);
    const label = document.createElement("span");
    label.textContent = option.label;
    made.append(label);
    if (option.hint) {
      const hint = document.createElement("span");
      hint.className = "option-hint";
      hint.textContent = option.hint;
      made.append(" ", hint);
    }
    return made;
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
    const line = event.target instanceof Element ? event.target.closest("[data-at]") : null;
    if (line instanceof HTMLElement) takeAt(Number(line.dataset.at));
  });
  return { show, close };
}
