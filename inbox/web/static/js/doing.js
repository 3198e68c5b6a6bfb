// What can be done on this page, by its name on the sheet of keys: what every page can; the queue adds its own (acts.js).
import { find } from "./dom.js";

/** @type {Record<string, (what?: any) => void>} */
export const ACTS = {
  undo: () => { const button = find("#toasts [data-undo]"); if (button?.checkVisibility({ visibilityProperty: true })) button.click(); },
  sheet: () => /** @type {HTMLDialogElement | null} */ (find("#keys"))?.showModal(),
  visit: (/** @type {string} */ url) => { location.href = url; },
};
