// What a key, or a line of the palette, does. Which key it is, and what it is called, stands on the sheet of keys.
import { hasNews, showNews } from "./arrivals.js";
import { write } from "./composer.js";
import { toggleDensity } from "./density.js";
import { find } from "./dom.js";
import { load } from "./more.js";
import { openItem } from "./opened.js";
import { open, resolve } from "./pane.js";
import { neighbour, rows } from "./rows.js";
import { openWordings } from "./wordings.js";

/** @param {HTMLElement | null | undefined} row */
function stand(row) {
  const link = /** @type {HTMLAnchorElement | null} */ (row?.querySelector("a.row-link") ?? null);
  link?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** Moves the focus in the list; at its end the next page is asked for, and the same key goes on. @param {number} step */
function move(step) {
  const row = neighbour(step);
  if (step > 0 && row && row === rows().at(-1)) load();
  stand(row);
}

/** The row under the hand is opened first where an act needs an item. @param {() => void} act */
async function withItem(act) {
  const row = document.activeElement?.closest(".row");
  const link = /** @type {HTMLAnchorElement | null} */ (row?.querySelector("a.row-link") ?? null);
  if (link && row instanceof HTMLElement && row.dataset.id !== openItem()) await open(link.pathname + link.search, { focus: false });
  if (openItem()) act();
}

/** A field in the menu of the item's further acts. @param {string} id */
function inMenu(id) {
  const field = find(`#item-head #${id}`);
  const menu = /** @type {HTMLDetailsElement | null} */ (field?.closest("details") ?? null);
  if (menu) menu.open = true;
  field?.focus();
}

/** @type {Record<string, () => void>} */
export const ACTS = {
  next: () => move(1),
  previous: () => move(-1),
  open: () => { const link = neighbour(0)?.querySelector("a.row-link"); if (link instanceof HTMLAnchorElement) void open(link.pathname + link.search); },
  first: () => { find("#rows")?.scrollTo({ top: 0 }); stand(rows()[0]); },
  last: () => { load(); stand(rows().at(-1)); },
  news: showNews,
  search: () => find("#q")?.focus(),
  acknowledge: () => void withItem(() => write("acknowledge")),
  reply: () => void withItem(() => write("reply")),
  wordings: () => void withItem(openWordings),
  note: () => { if (!openItem() && !document.activeElement?.closest(".row") && hasNews()) showNews(); else void withItem(() => write("note")); },
  take: () => void withItem(() => find("#item-head [data-key=t]")?.click()),
  assign: () => void withItem(() => inMenu("assignee")),
  priority: () => void withItem(() => inMenu("priority")),
  resolve: () => void withItem(resolve),
  reopen: () => void withItem(() => find("#item-head form[action$='/reopen'] button")?.click()),
  translate: () => void withItem(() => /** @type {HTMLFormElement | null} */ (find("#thread .translate:not([hidden])"))?.requestSubmit()),
  bulk: () => find("#bulk-what")?.focus(),
  undo: () => { const button = find("#toasts [data-undo]"); if (button?.checkVisibility({ visibilityProperty: true })) button.click(); },
  density: toggleDensity,
  sheet: () => /** @type {HTMLDialogElement | null} */ (find("#keys"))?.showModal(),
};
