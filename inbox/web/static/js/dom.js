// Small shared pieces: finding elements, the words the server sent along, announcing politely.

/** @typedef {{ clocks: Record<string, Record<string, string[]>>, d: string, title: string,
 *   urgent: {one: string, more: string}, fresh: {one: string, more: string}, live: string, offline: string, offline_text: string,
 *   lost: string, failed: string, soon: string, overdue: string, shown: string, draft: string, changed: string,
 *   sending: string, me: string, lately: string, offers: string, sound_on: string, sound_off: string, compact: string,
 *   comfortable: string, page: string, undo: string, undone: string, not_undone: string, search_for: string,
 *   matching: {one: string, more: string}, kept: { acts: Record<string, string>, other: string, one: string, kept: string,
 *   leaves: string, taken_back: string, waits: {one: string, more: string}, refused: {one: string, more: string} },
 *   looking: {one: string, more: string}, writing: {one: string, more: string} }} Words */

/**
 * @param {string} selector
 * @param {ParentNode} [from]
 * @returns {HTMLElement | null}
 */
export const find = (selector, from = document) => /** @type {HTMLElement | null} */ (from.querySelector(selector));

/**
 * @param {string} selector
 * @param {ParentNode} [from]
 * @returns {HTMLElement[]}
 */
export const all = (selector, from = document) => /** @type {HTMLElement[]} */ ([...from.querySelectorAll(selector)]);

/** @type {Words} */
export const words = JSON.parse(document.body.dataset.words ?? "{}");

/** @param {string} text @param {Record<string, string | number>} values */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** Told to a screen reader when it has a moment. @param {string} text */
export function announce(text) {
  const line = find("#announce");
  if (!line) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 50);
}

/** @param {Date} [at] */
export const hour = (at = new Date()) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.zone }).format(at);

/** A short message at the foot of the page. It takes no focus and holds no only way. @param {string} text @param {string} [tone] */
export function toast(text, tone = "") {
  const box = document.createElement("div");
  box.className = `toast${tone ? ` toast-${tone}` : ""}`;
  box.setAttribute("role", "status");
  const line = document.createElement("span");
  line.textContent = text;
  box.append(line);
  show(box);
  return box;
}

/** A message with what may be done about it while it stands. @param {string} text @param {string} label @param {() => void} act */
export function offer(text, label, act) {
  const [box, button] = [toast(text), document.createElement("button")];
  [button.className, button.type, button.textContent] = ["btn", "button", label];
  button.addEventListener("click", () => { box.remove(); act(); });
  box.append(button);
}

/** @param {HTMLElement} box */
export function show(box) {
  find("#toasts")?.replaceChildren(box);
  let hovered = false;
  box.addEventListener("mouseenter", () => { hovered = true; });
  box.addEventListener("mouseleave", () => { hovered = false; });
  const leave = () => (hovered ? setTimeout(leave, 2000) : box.remove());
  setTimeout(leave, 8000);
}

/** @param {EventTarget | null} target */
export const isField = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && /^(radio|checkbox|button|submit)$/.test(target.type));
