// How many fit a search: the server says it with the list where it is quick, else after it; followed as rows change.
import { fill, find, words } from "./dom.js";

const { base = "", query = "" } = document.body.dataset;
const LEAST_MS = 3000;
const place = find("[data-matching]");
let last = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

/** Something changed: the figure is asked for again, every few seconds at most. */
export function stale() {
  if (!place) return;
  soon ??= setTimeout(() => { soon = undefined; void ask(); }, Math.max(0, last + LEAST_MS - Date.now()));
}

async function ask() {
  last = Date.now();
  try {
    const response = await fetch(`${base}/queue/count${query}`, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    const { count } = /** @type {{count: number}} */ (await response.json());
    const said = new Intl.NumberFormat(document.documentElement.lang).format(count);
    if (place) place.textContent = count === 1 ? words.matching.one : fill(words.matching.more, { n: said });
  } catch { /* the banner of the stream says that we are offline */ }
}

export function startMatching() {
  if (place && !place.textContent?.trim()) void ask();
}
