// The rows that are seen. They tick; and while a hand is on the list, or may come down on it unseen as a finger does, each
// keeps its height whatever is written into it: nothing below it moves. What no longer fits waits until the hand is away.
import { all, announce, field, find, words } from "./dom.js";

/** Of ten thousand, only these tick. @type {Set<Element>} */
export const near = new Set();

/** @param {(row: Element) => void} came into sight */
export const eye = (came) => new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (isIntersecting) { near.add(target); came(target); } else { near.delete(target); loosen(target); }
  }
}, { rootMargin: "200px" });

/** Only a mouse is seen before it presses. */
const isAway = () => matchMedia("(hover: hover)").matches && !find("#rows")?.matches(":hover, :focus-within");

/** Before rows are written to: all are measured before one is changed, so that the page is laid out once. @param {HTMLElement[]} rows */
export function hold(rows) {
  const loose = isAway() ? [] : rows.filter((row) => near.has(row) && !row.dataset.held);
  const heights = loose.map((row) => `${row.getBoundingClientRect().height}px`);
  loose.forEach((row, at) => { row.style.blockSize = row.dataset.held = heights[at]; });
}

/** @param {Element} row */
const loosen = (row) => { if (row instanceof HTMLElement && row.dataset.held) { row.style.blockSize = ""; delete row.dataset.held; } };

export const loosenAll = () => all("#rows [data-held]").forEach(loosen);
const left = () => { if (isAway()) loosenAll(); };
find("#rows")?.addEventListener("pointerleave", left);
document.addEventListener("focusin", left);
window.addEventListener("resize", loosenAll);
field("[name=compact]")?.addEventListener("change", ({ target }) => {
  const { checked } = /** @type {HTMLInputElement} */ (target);
  find("#list")?.toggleAttribute("data-compact", checked);
  loosenAll();
  announce(checked ? words.compact : words.comfortable);
});
