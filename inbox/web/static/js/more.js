// The next page of the list comes by itself as one nears its end, and a key goes on across its border.
import { around, find } from "./dom.js";

const AHEAD = "800px";
/** @type {IntersectionObserver | undefined} */ let watching;

/** Watches the link to the next page, wherever it stands now. */
export function watchMore() {
  watching?.disconnect();
  const link = find("#more");
  if (!link) return;
  watching = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) load(); }, { root: find("#rows"), rootMargin: AHEAD });
  watching.observe(link);
}

// A press while the page is on its way already is not a second wish for it.
document.addEventListener("click", (event) => {
  const link = around(event, "#more");
  if (!link || !event.isTrusted) return;
  if (link.getAttribute("aria-busy") === "true") { event.preventDefault(); event.stopImmediatePropagation(); }
  else link.setAttribute("aria-busy", "true");
}, true);

/** Asks for the next page, once. */
export function load() {
  const link = find("#more");
  if (!link || link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  link.click();
}

/** After a page that did not come: the link can be pressed again. */
export function again() { find("#more")?.removeAttribute("aria-busy"); }
