// Which item is open, and where it stands on the page: what the pane, the composer and the live news share.
import { find } from "./dom.js";

export const pane = () => /** @type {HTMLElement} */ (find("#item"));

/** The item that is open. @returns {string | null} */
export const openItem = () => find("#item-head")?.dataset.item ?? null;
