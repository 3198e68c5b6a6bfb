// What the stream does not count: how many fit a search, where the server did not say it with the list, and what the saved
// views hold. Asked for anew some seconds after something changed.
import { all, counted, find, number, words } from "./dom.js";
import { figures, seldom } from "./server.js";

const { base = "", query = "" } = document.body.dataset;
const [matching, saved] = [find("[data-matching]"), all("[data-saved]")];

const fitting = seldom(3000, async () => {
  const { count } = await figures(`${base}/queue/count${query}`) ?? {};
  if (matching && count !== undefined) matching.textContent = counted(count, words.matching, number(count));
});
const held = seldom(5000, async () => {
  const found = await figures(`${base}/views/counts`);
  for (const place of found ? saved : []) place.textContent = found[place.dataset.saved ?? ""] === undefined ? "" : number(found[place.dataset.saved ?? ""]);
});

/** Something changed. @param {boolean} [first] what the server said with the list is true yet */
export function stale(first = false) {
  if (matching && !(first && matching.textContent?.trim())) fitting();
  if (saved.length) held();
}
stale(true);
