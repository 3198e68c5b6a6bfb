// Small shared pieces: finding and making elements, hearing clicks, the words the server sent along, announcing politely.

/** @typedef {{one: string, more: string}} Plural */
/** @typedef {{ clocks: Record<string, Record<string, string[]>>, d: string, title: string, urgent: Plural, fresh: Plural,
 *   order: string, ordered: string, live: string, offline: string, offline_text: string, lost: string, failed: string, soon: string, overdue: string,
 *   shown: string, draft: string, changed: string, sending: string, me: string, lately: string, offers: string,
 *   sound_on: string, sound_off: string, compact: string, comfortable: string, like: string, folded: string, undo: string, matching: Plural, kept: { acts: Record<string, string>, other: string,
 *   one: string, kept: string, leaves: string, taken_back: string, waits: Plural, refused: Plural },
 *   looking: Plural, writing: Plural }} Words */

/** @param {string} selector @param {ParentNode} [from] */
export const find = (selector, from = document) => /** @type {HTMLElement | null} */ (from.querySelector(selector));

/** @param {string} selector @param {ParentNode} [from] */
export const all = (selector, from = document) => /** @type {HTMLElement[]} */ ([...from.querySelectorAll(selector)]);

/** @param {string} selector @param {ParentNode} [from] */
export const field = (selector, from = document) => /** @type {HTMLInputElement | null} */ (from.querySelector(selector));

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Partial<HTMLElementTagNameMap[T]>} is @param {(Node | string)[]} holds
 * @returns {HTMLElementTagNameMap[T]} */
export function element(tag, is, ...holds) {
  const made = document.createElement(tag);
  Object.assign(made, is).append(...holds);
  return made;
}

/** What an event is about: its target, or what stands around it. @param {Event} event @param {string} selector */
export const around = ({ target }, selector) => /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(selector) : null);

/** @param {string} selector @param {(found: HTMLElement, event: MouseEvent) => void} act */
export const clicked = (selector, act) => document.addEventListener("click", (event) => { const found = around(event, selector); if (found) act(found, event); });

/** @type {Words} */
export const words = JSON.parse(document.body.dataset.words ?? "{}");

/** @param {string} text @param {Record<string, string | number>} values */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** @param {number} n @param {Plural} said @param {string | number} [figure] as it is written */
export const counted = (n, { one, more }, figure = n) => (n === 1 ? one : fill(more, { n: figure }));

/** Made once, when first needed: it takes longer than all that it will write. @type {Intl.NumberFormat | undefined} */
let numbers;

/** As the reader writes figures. @param {number} figure */
export const number = (figure) => (numbers ??= new Intl.NumberFormat(document.documentElement.lang)).format(figure);

/** Only where it differs: what stays as it is costs nothing. @param {Element | null} element @param {string} text */
export const setText = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

/** Told to a screen reader when it has a moment. @param {string} text */
export function announce(text) {
  const line = find("#announce");
  if (!line) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 50);
}

/** @type {Intl.DateTimeFormat | undefined} */
let hours;

/** @param {Date} [at] */
export function hour(at = new Date()) {
  hours ??= new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.zone });
  return hours.format(at);
}

/** The viewer's own avatar looks different. @param {ParentNode} within */
export function markMine(within) {
  for (const avatar of all("[data-member]", within)) avatar.classList.toggle("avatar-me", avatar.dataset.member === document.body.dataset.me);
}

/** The hand never ends up nowhere: where what had the focus went away, the open item's name has it, else the list. */
export function regain() {
  if (document.activeElement === document.body) (find("#item-title") ?? find("#rows"))?.focus({ preventScroll: true });
}

/** @param {EventTarget | null} target */
export const isField = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && /^(radio|checkbox|button|submit)$/.test(target.type));

/** A key alone, that nobody else has answered: not in a field, not over a dialog. @param {KeyboardEvent} event */
export const isAlone = (event) =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isField(event.target) && !find("dialog[open]");

/** As one searches: neither case nor accents count. @param {string} text */
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
