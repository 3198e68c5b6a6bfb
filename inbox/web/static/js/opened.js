// Which item is open, and where it stands on the page: what the pane, the composer and the live news share.
import { all, find } from "./dom.js";

/** @type {any} */
export const htmx = /** @type {any} */ (window).htmx;

export const pane = () => /** @type {HTMLElement} */ (find("#item"));

/** The item that is open. @returns {string | null} */
export const openItem = () => find("#item-head")?.dataset.item ?? null;

/** While something is on its way nothing else leaves. @param {boolean} busy */
export function sending(busy) {
  for (const button of all("#composer [data-send]")) button.ariaBusy = busy ? "true" : null;
}
