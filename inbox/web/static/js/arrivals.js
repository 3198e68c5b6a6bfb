// What is new waits in a bar above the list until a gesture asks for it: nothing moves under the hand.
import { announce, clicked, counted, find, words } from "./dom.js";
import { count, insert, made, rowOf } from "./rows.js";
import { seldom } from "./server.js";
import { ring } from "./sound.js";

const URGENT = 2;
const SOON_MS = 100;
/** @typedef {import("./live.js").Change} Change */
/** The latest of what is new, or ought to stand elsewhere by now, by id. @type {Map<string, Change>} */
export const waiting = new Map();

/** @param {Change} change */
export const isUrgent = (change) => change.facets.priority <= URGENT;

/** In a storm a hundred rows change a second: the bar and the figures follow a few times a second, the rows at once. */
export const tellSoon = seldom(SOON_MS, () => { tell(); count(); });

/** The bar: how many wait, urgent ones first. */
function tell() {
  const bar = find("#livebar");
  const place = find("[data-livebar-text]");
  if (!bar || !place) return;
  const urgent = [...waiting.values()].filter(isUrgent).length;
  const [figure, said] = urgent ? [urgent, words.urgent] : [waiting.size, words.fresh];
  const text = counted(figure, said);
  bar.classList.toggle("is-quiet", !urgent);
  bar.hidden = waiting.size === 0;
  if (place.textContent !== text && figure) {
    place.textContent = text;
    if (urgent) { announce(text); ring(); }
  }
  document.title = (urgent ? `(${urgent}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

export const hasNews = () => waiting.size > 0;

/** A row of what was not on the list. @param {Change} change */
export function fresh({ html }) {
  const row = made(html);
  row?.classList.add("is-unread");
  return row;
}

/** The gesture: what waited takes its place, and the first of it the focus. */
export function showNews() {
  if (!waiting.size) return;
  const [first] = [...waiting.values()].sort((a, b) => (String(a.facets.rank) < String(b.facets.rank) ? -1 : 1));
  const news = [...waiting.values()].map((change) => rowOf(change.id) ?? fresh(change));
  // Those that stand in a wrong place leave it first: the others find theirs by the order of the list.
  for (const row of news) row?.remove();
  for (const row of news) if (row) insert(row);
  waiting.clear();
  tell();
  count();
  find("#rows")?.scrollTo({ top: 0 });
  const row = first && rowOf(first.id);
  if (row) find(".row-link", row)?.focus();
  announce(words.shown);
}
clicked("#livebar", showNews);
