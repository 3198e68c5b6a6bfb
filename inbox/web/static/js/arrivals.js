// What is new waits in a bar above the list until a gesture asks for it: nothing moves under the hand.
import { announce, fill, find, words } from "./dom.js";
import { before, count, insert } from "./rows.js";
import { ring } from "./sound.js";

const URGENT = 2;
const SOON_MS = 100;
/** Rows that are new, or that ought to stand elsewhere by now, by id. @type {Map<string, HTMLElement>} */
export const waiting = new Map();

/** @param {HTMLElement} row */
export const isUrgent = (row) => Number(row.dataset.p) <= URGENT;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/** In a storm a hundred rows change a second: the bar and the figures follow a few times a second, the rows at once. */
export function tellSoon() {
  telling ??= setTimeout(() => { telling = undefined; tell(); count(); }, SOON_MS);
}

/** The bar: how many wait, urgent ones first. */
function tell() {
  const bar = find("#livebar");
  const place = find("[data-livebar-text]");
  if (!bar || !place) return;
  const urgent = [...waiting.values()].filter(isUrgent).length;
  const [figure, said] = urgent ? [urgent, words.urgent] : [waiting.size, words.fresh];
  const text = figure === 1 ? said.one : fill(said.more, { n: figure });
  bar.classList.toggle("is-quiet", !urgent);
  bar.hidden = waiting.size === 0;
  if (place.textContent !== text && figure) {
    place.textContent = text;
    if (urgent) { announce(text); ring(); }
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
