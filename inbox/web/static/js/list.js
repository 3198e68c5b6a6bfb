// The list: rows change where they stand. What is new waits in a bar above until a gesture asks for it, unless its place is
// below everything on the list, where nothing moves. Nothing is ever inserted or moved above the hand.
import { all, announce, fill, find, hour, words } from "./dom.js";
import { now, tickAll } from "./clocks.js";

/** @typedef {import("./live.js").Change} Change */

const URGENT = 2;
/** @type {Record<string, any>} */
const wanted = JSON.parse(document.body.dataset.filter ?? "{}");
const { base = "", query = "", me = "" } = document.body.dataset;
/** Rows that are new, or that ought to stand elsewhere by now, by id. @type {Map<string, HTMLElement>} */
const waiting = new Map();
const SOON_MS = 100;

const rows = () => all("#rows .row");
const pending = () => /** @type {HTMLElement} */ (find("#pending"));
/** Where each row was last seen: to walk the whole list for every change costs a storm's browser all its time.
 * @type {Map<string, HTMLElement>} */
const known = new Map();

/** @param {string} id @returns {HTMLElement | null} */
function rowOf(id) {
  const last = known.get(id);
  if (last?.isConnected) return last;
  known.delete(id);
  return null;
}

/** Whether an item belongs to this list; undefined where only the server can tell. @param {import("./live.js").Facets} facets */
function belongs(facets) {
  const said = /** @type {Record<string, any>} */ (facets);
  /** @type {[string, string][]} */
  const sets = [["statuses", "status"], ["priorities", "priority"], ["channels", "channel"], ["networks", "network"], ["langs", "lang"]];
  for (const [many, one] of sets) if (wanted[many]?.length && !wanted[many].includes(said[one])) return false;
  if (wanted.assignee === "none" && said.assignee !== null) return false;
  if (typeof wanted.assignee === "number" && said.assignee !== wanted.assignee) return false;
  if (wanted.breached !== null && wanted.breached !== undefined && said.breached !== wanted.breached) return false;
  if (wanted.q || wanted.uncertain !== null || wanted.unscored !== null) return undefined;
  if (wanted.due_before) return Boolean(said.due_at) && Date.parse(String(said.due_at)) < now() + 30 * 60_000;
  return true;
}

/** @param {string} html @returns {HTMLElement | null} */
function made(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const row = /** @type {HTMLElement | null} */ (box.content.querySelector(".row"));
  if (row) dress(row);
  return row;
}

/** The viewer's own: the address of the link, and whose avatar is theirs. @param {HTMLElement} row */
export function dress(row) {
  if (row.dataset.id && row.isConnected) known.set(row.dataset.id, row);
  const link = row.querySelector("a.row-link");
  if (link) link.setAttribute("href", `${base}/items/${row.dataset.id}${query}`);
  for (const badge of all("a[data-wave]", row)) badge.setAttribute("href", `${base}/waves/${badge.dataset.wave}`);
  for (const time of all("[data-at]", row)) time.textContent = hour(new Date(Number(time.dataset.at)));
  for (const avatar of all("[data-member]", row)) avatar.classList.toggle("avatar-me", avatar.dataset.member === me);
}

/** Something changed. @param {Change} change */
export function take(change) {
  const old = rowOf(change.id);
  if (old && Number(old.dataset.position) >= change.position) return;
  const row = made(change.html);
  if (!row) return;
  settle(row, old, belongs(change.facets));
  if (row.isConnected) known.set(change.id, row);
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
  const rose = Number(row.dataset.p) < Number(old.dataset.p) && Number(row.dataset.p) <= URGENT;
  if (old.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
  if (mine === false) row.classList.add("is-ghost");
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
    if (Number(row.dataset.p) <= URGENT) announce(words.urgent.one);
    return;
  }
  pending().append(row);
  waiting.set(row.dataset.id ?? "", row);
  tellSoon();
}

/** By priority, then by what is due first, as the server sorts. @param {HTMLElement} a @param {HTMLElement} b */
function before(a, b) {
  return Number(a.dataset.p) - Number(b.dataset.p) || Number(a.dataset.rank) - Number(b.dataset.rank) || String(a.dataset.id).localeCompare(String(b.dataset.id));
}

/** Whether it would stand last, and the list is whole: then nothing moves. @param {HTMLElement} row */
function isBelowAll(row) {
  const shown = rows();
  const last = shown[shown.length - 1];
  if (find("[data-group='0']")) return !last;
  return !find("#more") && (!last || before(last, row) < 0);
}

/** @param {HTMLElement} row */
function insert(row) {
  const flat = find("[data-group='0']");
  const section = flat ?? find(`[data-group="${row.dataset.p}"]`);
  const list = section?.querySelector("ol");
  if (!section || !list) return;
  const after = flat ? list.firstElementChild : [...list.children].find((other) => before(row, /** @type {HTMLElement} */ (other)) < 0);
  list.insertBefore(row, after ?? null);
  section.hidden = false;
  find("#empty")?.remove();
  tickAll(row);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/** In a storm a hundred rows change a second: the bar and the figures follow a few times a second, the rows at once. */
function tellSoon() {
  telling ??= setTimeout(() => { telling = undefined; tell(); count(); }, SOON_MS);
}

/** The bar: how many wait, urgent ones first. */
function tell() {
  const bar = find("#livebar");
  const place = find("[data-livebar-text]");
  if (!bar || !place) return;
  const urgent = [...waiting.values()].filter((row) => Number(row.dataset.p) <= URGENT).length;
  const [number, said] = urgent ? [urgent, words.urgent] : [waiting.size, words.fresh];
  const text = number === 1 ? said.one : fill(said.more, { n: number });
  bar.classList.toggle("is-quiet", !urgent);
  bar.hidden = waiting.size === 0;
  if (place.textContent !== text && number) {
    place.textContent = text;
    if (urgent) announce(text);
  }
  document.title = (urgent ? `(${urgent}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

export const hasNews = () => waiting.size > 0;

/** The gesture: what waited takes its place, and the first of it the focus. */
export function showNews() {
  if (!waiting.size) return;
  const news = [...waiting.values()].filter((row) => row.isConnected).sort(before);
  for (const row of news) insert(row);
  waiting.clear();
  tell();
  count();
  find("#rows")?.scrollTo({ top: 0 });
  if (news[0]) find(".row-link", news[0])?.focus();
  announce(words.shown);
}

/** Figures of the groups, where the list is whole. */
function count() {
  for (const section of all("[data-group]")) {
    const number = section.querySelectorAll(".row:not(.is-ghost)").length;
    const place = find("[data-group-count]", section);
    // Of a list that goes on, the server counts the groups.
    if (place && find("#more")) { if (!place.dataset.count) place.textContent = ""; } else if (place) { place.removeAttribute("data-count"); place.textContent = String(number); }
    if (!section.querySelector(".row")) section.hidden = true;
  }
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
    for (const row of all(".row", section)) if (rows().filter((other) => other.dataset.id === row.dataset.id).length < 2) first.querySelector("ol")?.append(row);
    first.hidden = !first.querySelector(".row");
    section.remove();
  }
  for (const row of rows()) dress(row);
  count();
  tickAll(list);
}

/** The row of the item that is open. @param {string | null} id */
export function mark(id) {
  for (const row of rows()) {
    if (row.dataset.id === id) { row.setAttribute("aria-current", "true"); row.classList.remove("is-unread"); } else row.removeAttribute("aria-current");
  }
}

/** @param {number} step @returns {HTMLElement | null} */
export function neighbour(step) {
  const shown = rows();
  const at = shown.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : shown.findIndex((row) => row.hasAttribute("aria-current"));
  return shown[from < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, from + step))] ?? null;
}
