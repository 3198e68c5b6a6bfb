// The rows that are shown: where each is, in what order they stand, and how far down the whole list one is.
import { all, find, hour, markMine } from "./dom.js";
import { tickAll, watch } from "./clocks.js";
import { openItem } from "./opened.js";
import { before, placeOf, rankOf } from "./ranks.js";
import { place, sums } from "./waves.js";

const { base = "", query = "" } = document.body.dataset;
/** @typedef {import("./ranks.js").Rank} Rank */
/** Where each row was last seen: to walk the whole list for every change costs a storm's browser all its time.
 * @type {Map<string, HTMLElement>} */
const known = new Map();
/** Whether rows came or moved since they were numbered. */
let moved = true;

export const rows = () => all("#rows .row");

/** @param {string} id @returns {HTMLElement | null} */
export function rowOf(id) {
  const last = known.get(id);
  if (last?.isConnected) return last;
  known.delete(id);
  return null;
}

/** @param {string} html @returns {HTMLElement | null} */
export function made(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const row = /** @type {HTMLElement | null} */ (box.content.querySelector(".row"));
  if (row) dress(row);
  return row;
}

/** The viewer's own: the address of the link, and whose avatar is theirs. @param {HTMLElement} row */
export function dress(row) {
  moved ||= row.isConnected;
  remember(row);
  const link = row.querySelector("a.row-link");
  if (link) link.setAttribute("href", `${base}/items/${row.dataset.id}${query}`);
  place(row);
  for (const time of all("[data-at]", row)) time.textContent = hour(new Date(Number(time.dataset.at)));
  markMine(row);
}

/** What is new of it, into the nodes that are there. What a row has of its own (chosen, open, its number) stays.
 * @param {Node} old @param {Node} fresh */
export function write(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!(old instanceof Element && fresh instanceof Element && old.nodeName === fresh.nodeName)) { old.parentNode?.replaceChild(fresh, old); return; }
  if (!old.matches(".row")) for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [had, has] = [[...old.childNodes], [...fresh.childNodes]];
  has.forEach((node, at) => { if (had[at]) write(had[at], node); else old.append(node); });
  for (const node of had.slice(has.length)) node.remove();
}

/** @param {HTMLElement} row */
function remember(row) {
  if (!row.dataset.id || !row.isConnected) return;
  known.set(row.dataset.id, row);
  if (row.dataset.id === openItem()) mark(row.dataset.id);
  watch(row);
}

/** Whether what it is now has another place than what it was. @param {Element} old @param {Element} row */
export const isElsewhere = (old, row) => (old.closest("[data-group='0']") ? old.previousElementSibling !== null : before(rankOf(old), rankOf(row)) !== 0);

const last = () => all("#rows > [data-group]:not([hidden]) > ol").at(-1)?.lastElementChild;
/** Whether it has its place among what is shown, and not on a page that is still to come. @param {Rank} rank */
export const isWithin = (rank, end = last()) => !find("#more") || Boolean(end && before(rankOf(end), rank) > 0);

/** Whether it would stand last, and the list is whole and in order: then nothing moves. @param {Rank} rank */
export function isBelowAll(rank, end = last()) {
  if (find("#rows .row:is([data-astray], [data-fold=under])")) return false;
  if (find("#rows > [data-group='0']")) return !end;
  return !find("#more") && (!end || before(rankOf(end), rank) < 0);
}

/** In its place. @param {HTMLElement} row */
export function insert(row) {
  moved = true;
  const flat = find("#rows > [data-group='0']");
  const section = flat ?? find(`#rows > [data-group="${row.dataset.p}"]`);
  const list = section?.querySelector("ol");
  if (!section || !list) return;
  const next = flat ? all(".row", list).find((one) => Number(one.dataset.position) < Number(row.dataset.position)) : list.children[placeOf(rankOf(row), list.children)];
  list.insertBefore(row, next ?? null);
  section.hidden = false;
  find("#empty")?.toggleAttribute("hidden", true);
  remember(row);
  tickAll(row);
}

/** How far down its group each row stands, and of how many, for those who cannot see it: in a storm, of a long list, only
 * where that is no longer true. */
export function number() {
  for (const section of all("#rows > [data-group]")) {
    const shown = all(".row", section);
    const told = Number(find("[data-group-count]", section)?.textContent?.replace(/\D/g, "") || 0);
    const { items, rows } = sums(Number(section.dataset.group));
    const size = find("#more") ? Math.max(told - items + rows, shown.length) || -1 : shown.length;
    if (!moved && section.dataset.size === String(size)) continue;
    section.dataset.size = String(size);
    shown.forEach((row, at) => {
      if (row.ariaPosInSet !== String(at + 1)) row.ariaPosInSet = String(at + 1);
      if (row.ariaSetSize !== String(size)) row.ariaSetSize = String(size);
    });
  }
  moved = false;
}

/** Figures of the groups, where the list is whole; and that there is nothing, where there is nothing. */
export function count() {
  for (const section of all("#rows > [data-group]")) {
    const figure = section.querySelectorAll(".row[data-fold='']:not([data-astray=leaves])").length + sums(Number(section.dataset.group)).items;
    const place = find("[data-group-count]", section);
    // Of a list that goes on, the server counts the groups.
    if (place && find("#more")) { if (!place.dataset.count) place.textContent = ""; } else if (place) { place.removeAttribute("data-count"); place.textContent = String(figure); }
    if (!section.querySelector(".row")) section.hidden = true;
  }
  find("#empty")?.toggleAttribute("hidden", Boolean(find("#rows .row, #more")));
  number();
}

/** The row of the item that is open. @param {string | null} id */
export function mark(id) {
  for (const row of all("#rows .row[aria-current]")) if (row.dataset.id !== id) row.removeAttribute("aria-current");
  const row = id && rowOf(id);
  if (row) { row.setAttribute("aria-current", "true"); row.classList.remove("is-unread"); }
}

/** @param {number} step @returns {HTMLElement | null} */
export function neighbour(step) {
  const shown = rows();
  const at = shown.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : shown.findIndex((row) => row.hasAttribute("aria-current"));
  return shown[from < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, from + step))] ?? null;
}
