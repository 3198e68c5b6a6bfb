// How many fit a search: the server says it with the list where it is quick, else after it; followed as rows change.
import { counted, find, number, words } from "./dom.js";
import { figures, seldom } from "./server.js";

const { base = "", query = "" } = document.body.dataset;
const LEAST_MS = 3000;
const place = find("[data-matching]");

/** Something changed: the figure is asked for again. */
export const stale = seldom(LEAST_MS, async () => {
  if (!place) return;
  const { count } = await figures(`${base}/queue/count${query}`) ?? {};
  if (count !== undefined) place.textContent = counted(count, words.matching, number(count));
});

if (place && !place.textContent?.trim()) stale();
