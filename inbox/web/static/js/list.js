// The list: rows change where they stand. What is new waits in a bar above until a gesture asks for it, unless its place is
// below everything on the list, where nothing moves. Nothing is ever inserted or moved above the hand.
import { all, announce, number, setText, words } from "./dom.js";
import { tickAll } from "./clocks.js";
import { ask, told } from "./belongs.js";
import { fresh, isUrgent, tellSoon, waiting } from "./arrivals.js";
import { count, dress, insert, isBelowAll, isElsewhere, made, rowOf, write } from "./rows.js";
import { hold } from "./sight.js";
import { stands } from "./waves.js";

/** @typedef {import("./live.js").Change} Change */

/** Some changed at once. @param {Change[]} changes */
export function take(changes) {
  hold(changes.flatMap(({ id }) => rowOf(id) ?? []));
  changes.forEach(one);
}

/** @param {Change} change */
function one(change) {
  const { id, position, facets, html } = change;
  const old = rowOf(id);
  if (Math.max(Number(old?.dataset.position ?? 0), waiting.get(id)?.position ?? 0) >= position) return;
  const mine = told(facets) && (Boolean(old) || stands(change));
  const row = old && made(html);
  if (row) replaced(old, row, mine, change);
  else if (waiting.has(id)) { if (mine === false) waiting.delete(id); else waiting.set(id, change); tellSoon(); }
  else if (mine) arrived(change);
  if (mine !== undefined) return;
  undecided.set(id, change);
  // Only the latest state of a row is decided upon: it may have changed again while the server looked.
  void ask(id).then((fits) => { if (undecided.get(id) === change) { undecided.delete(id); decided(change, fits); } });
}

/** Changes of which the server has not said yet whether they belong here, by id. @type {Map<string, Change>} */
const undecided = new Map();

/** The server has looked. @param {Change} change @param {boolean} fits */
function decided(change, fits) {
  const row = rowOf(change.id);
  if (row && (!fits || row.dataset.astray)) row.dataset.astray = fits ? "moves" : "leaves";
  if (fits) { if (!row && !waiting.has(change.id)) arrived(change); return; }
  row?.classList.add("is-ghost");
  waiting.delete(change.id);
  tellSoon();
}

/** In place: the same nodes, so that a press and the focus hold.
 * @param {HTMLElement} old @param {HTMLElement} row @param {boolean | undefined} mine @param {Change} change */
function replaced(old, row, mine, change) {
  if (mine === false || old.dataset.astray || isElsewhere(old, row)) old.dataset.astray = mine === false ? "leaves" : "moves";
  const rose = Number(row.dataset.p) < Number(old.dataset.p) && isUrgent(change);
  if (mine === false) row.classList.add("is-ghost");
  write(old, row);
  tickAll(old);
  if (mine === false) waiting.delete(change.id);
  else if (rose || waiting.has(change.id)) waiting.set(change.id, change);
  tellSoon();
}

/** New on this list. Its row is made when it is shown: in a storm thousands wait, and are told as a figure.
 * @param {Change} change */
function arrived(change) {
  const row = isBelowAll(change.facets.rank) ? fresh(change) : null;
  if (row) {
    insert(row);
    if (isUrgent(change)) announce(words.urgent.one);
  } else waiting.set(change.id, change);
  tellSoon();
}

/** @param {Record<string, number>} figures */
export function setCounts(figures) {
  for (const place of all("[data-count]")) {
    const figure = figures[place.dataset.count ?? ""];
    if (figure === undefined) continue;
    setText(place, number(figure));
    if (place.dataset.count === document.body.dataset.view) document.title = document.title.replace(/\(\d+\) ·/, `(${figure}) ·`);
    if (place.closest(".tabs, [data-hides]")) place.hidden = figure === 0;
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
}
