// What the saved views of the rail hold: asked for all at once, a few seconds after something changed.
import { all, number } from "./dom.js";
import { figures, seldom } from "./server.js";

const LEAST_MS = 5000;
const places = all("[data-saved]");

export const recount = seldom(LEAST_MS, async () => {
  const found = places.length ? await figures(`${document.body.dataset.base}/views/counts`) : null;
  if (!found) return;
  for (const place of places) {
    const figure = found[place.dataset.saved ?? ""];
    place.textContent = figure === undefined ? "" : number(figure);
  }
});
recount();
