// What is new waits in a bar above the list until a gesture asks for it: nothing moves under the hand.
import { all, announce, clicked, counted, find, words } from "./dom.js";
import { before } from "./ranks.js";
import { count, dress, insert, made, rowOf, rows } from "./rows.js";
import { seldom } from "./server.js";
import { loosenAll } from "./sight.js";
import { ring } from "./sound.js";
import { missing, standing } from "./waves.js";

const [URGENT, SOON_MS] = [2, 100];
/** @typedef {import("./live.js").Change} Change */
/** The latest of what is new, or became more urgent, by id. @type {Map<string, Change>} */
export const waiting = new Map();
/** The rows that stand where they no longer belong: whether each moves or leaves, or that another stands for it. */
const astray = () => all("#rows .row:is([data-astray], [data-fold=under])");

/** @param {Change} change */
export const isUrgent = (change) => change.facets.priority <= URGENT;

/** In a storm a hundred rows change a second: the bar and the figures follow a few times a second, the rows at once. */
export const tellSoon = seldom(SOON_MS, () => { tell(); count(); });

/** The bar: how many wait, urgent ones first; else that the order is not what it was. */
function tell() {
  const bar = find("#livebar");
  const place = find("[data-livebar-text]");
  if (!bar || !place) return;
  const urgent = [...waiting.values()].filter(isUrgent).length;
  const [figure, said] = urgent ? [urgent, words.urgent] : [waiting.size, words.fresh];
  const text = figure ? counted(figure, said) : words.order;
  bar.classList.toggle("is-quiet", !urgent);
  bar.hidden = !hasNews();
  if (place.textContent !== text && !bar.hidden) {
    place.textContent = text;
    if (urgent) { announce(text); ring(); }
  }
  document.title = (urgent ? `(${urgent}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

export const hasNews = () => waiting.size + astray().length + missing().length > 0;

/** A row of what was not on the list. @param {Change} change */
export function fresh({ html }) {
  const row = made(html);
  row?.classList.add("is-unread");
  return row;
}

/** The gesture: what waited takes its place, and the first of it the focus; what belongs elsewhere goes there. */
export async function showNews() {
  if (!hasNews()) return;
  const brought = await standing(astray());
  const [first] = [...waiting.values()].sort((a, b) => before(a.facets.rank, b.facets.rank));
  const stood = document.activeElement?.closest(".row");
  const news = new Set([...[...waiting.values()].map((change) => rowOf(change.id) ?? fresh(change)), ...astray(), ...brought]);
  // Those that stand in a wrong place leave it first: the others find theirs by the order of the list.
  for (const row of news) row?.remove();
  for (const row of news) if (row && row.dataset.astray !== "leaves" && row.dataset.fold !== "under") { delete row.dataset.astray; insert(row); dress(row); }
  waiting.clear();
  loosenAll();
  tell();
  count();
  find("#rows")?.scrollTo({ top: 0 });
  const row = first ? rowOf(first.id) : stood?.isConnected ? stood : rows()[0];
  (find(".row-link", row ?? undefined) ?? find("#rows"))?.focus();
  announce(first ? words.shown : words.ordered);
}
clicked("#livebar", () => void showNews());
