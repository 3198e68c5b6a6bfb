// The list: rows change where they stand. What is new waits in a bar above until a gesture asks for it, unless its place is
// below everything on the list, where nothing moves. Nothing is ever inserted or moved above the hand.
import { all, announce, find, words } from "./dom.js";
import { tickAll } from "./clocks.js";
import { ask, told } from "./belongs.js";
import { isUrgent, tellSoon, waiting } from "./arrivals.js";
import { count, dress, insert, isBelowAll, made, remember, rowOf } from "./rows.js";

export { mark } from "./rows.js";

/** @typedef {import("./live.js").Change} Change */

/** Something changed. @param {Change} change */
export function take(change) {
  const old = rowOf(change.id);
  if (old && Number(old.dataset.position) >= change.position) return;
  const row = made(change.html);
  if (!row) return;
  const mine = told(change.facets);
  settle(row, old, mine);
  remember(row);
  if (mine !== undefined) return;
  undecided.set(change.id, row);
  // Only the latest state of a row is decided upon: it may have changed again while the server looked.
  void ask(change.id).then((fits) => { if (undecided.get(change.id) === row) { undecided.delete(change.id); decided(row, fits); } });
}

/** Rows of which the server has not said yet whether they belong here, by id. @type {Map<string, HTMLElement>} */
const undecided = new Map();

/** The server has looked. @param {HTMLElement} row @param {boolean} fits */
function decided(row, fits) {
  if (row.isConnected) { if (!fits) leave(row); } else if (fits) { arrived(row); remember(row); }
}

/** @param {HTMLElement} row */
function leave(row) {
  if (row.closest("#pending")) row.remove();
  else row.classList.add("is-ghost");
  waiting.delete(row.dataset.id ?? "");
  tellSoon();
}

/** @param {HTMLElement} row @param {HTMLElement | null} old @param {boolean | undefined} mine */
function settle(row, old, mine) {
  const id = row.dataset.id ?? "";
  if (old && old.closest("#pending")) {
    if (mine === false) { old.remove(); waiting.delete(id); } else { old.replaceWith(row); waiting.set(id, row); }
    tellSoon();
    return;
  }
  if (old) return replaced(old, row, mine);
  if (mine) arrived(row);
}

/** In place: same node of the list, same focus. @param {HTMLElement} old @param {HTMLElement} row @param {boolean | undefined} mine */
function replaced(old, row, mine) {
  const focused = old.contains(document.activeElement);
  const rose = Number(row.dataset.p) < Number(old.dataset.p) && isUrgent(row);
  if (old.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
  if (mine === false) row.classList.add("is-ghost");
  [row.ariaPosInSet, row.ariaSetSize] = [old.ariaPosInSet, old.ariaSetSize];
  old.replaceWith(row);
  tickAll(row);
  if (focused) find(".row-link", row)?.focus({ preventScroll: true });
  const id = row.dataset.id ?? "";
  if (mine === false) waiting.delete(id);
  else if (rose || waiting.has(id)) waiting.set(id, row);
  tellSoon();
}

/** @param {HTMLElement} row */
function arrived(row) {
  row.classList.add("is-unread");
  if (isBelowAll(row)) {
    insert(row);
    tellSoon();
    if (isUrgent(row)) announce(words.urgent.one);
    return;
  }
  find("#pending")?.append(row);
  waiting.set(row.dataset.id ?? "", row);
  tellSoon();
}

/** @param {Record<string, number>} figures */
export function setCounts(figures) {
  const said = new Intl.NumberFormat(document.documentElement.lang);
  for (const place of all("[data-count]")) {
    const figure = figures[place.dataset.count ?? ""];
    if (figure === undefined) continue;
    const text = said.format(figure);
    if (place.textContent !== text) place.textContent = text;
    if (place.closest(".tabs")) place.hidden = figure === 0;
  }
}

/** The next page came with htmx: its groups join those that are there. @param {HTMLElement} list */
export function join(list) {
  const groups = new Map();
  for (const section of all(":scope > [data-group]", list)) {
    const first = groups.get(section.dataset.group);
    if (!first) { groups.set(section.dataset.group, section); continue; }
    for (const row of all(".row", section)) {
      const twin = row.dataset.id && rowOf(row.dataset.id);
      if (!twin || twin === row) { first.querySelector("ol")?.append(row); dress(row); }
    }
    first.hidden = !first.querySelector(".row");
    section.remove();
  }
  count();
  tickAll(list);
}
