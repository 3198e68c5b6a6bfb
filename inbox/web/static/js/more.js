// The next page of the list comes by itself as one nears its end, and a key goes on across its border.
import { find } from "./dom.js";

const AHEAD = "800px";
/** @type {IntersectionObserver | undefined} */
let watching;

/** Watches the link to the next page, wherever it stands now. */
export function watchMore() {
  watching?.disconnect();
  const link = find("#more");
  if (!link) return;
  watching = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) load(); }, { root: find("#rows"), rootMargin: AHEAD });
  watching.observe(link);
}

/** Asks for the next page, once. */
export function load() {
  const link = find("#more");
  if (!link || link.getAttribute("aria-busy") === "true") return false;
  link.setAttribute("aria-busy", "true");
  link.click();
  return true;
}

/** After a page that did not come: the link can be pressed again. */
export function again() { find("#more")?.removeAttribute("aria-busy"); }
