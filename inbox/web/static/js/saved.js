// What the saved views of the rail hold: asked for all at once, a few seconds after something changed.
import { all } from "./dom.js";

const { base = "" } = document.body.dataset;
const LEAST_MS = 5000;
const places = all("[data-saved]");
let last = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

export function recount() {
  if (!places.length) return;
  soon ??= setTimeout(() => { soon = undefined; void ask(); }, Math.max(0, last + LEAST_MS - Date.now()));
}

async function ask() {
  last = Date.now();
  try {
    const response = await fetch(`${base}/views/counts`, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    const found = /** @type {Record<string, number>} */ (await response.json());
    const said = new Intl.NumberFormat(document.documentElement.lang);
    for (const place of places) {
      const figure = found[place.dataset.saved ?? ""];
      place.textContent = figure === undefined ? "" : said.format(figure);
    }
  } catch { /* the banner of the stream says that we are offline */ }
}
