// What a key, or a line of the palette, does in the queue. Which key it is, and what it is called, stands on the sheet.
import { hasNews, showNews } from "./arrivals.js";
import { send, write } from "./composer.js";
import { ACTS } from "./doing.js";
import { find, isField } from "./dom.js";
import { openItem } from "./opened.js";
import { close, open, resolve } from "./pane.js";
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
  if (step > 0 && row && row === rows().at(-1)) find("#more")?.click();
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

/** Out of a field, to what it stands in; else out of the item. @param {KeyboardEvent} event */
function escape({ target }) {
  if (target instanceof HTMLElement && isField(target)) { target.blur(); find(target.closest("#item") ? "#item-body" : "#rows")?.focus(); return; }
  if (openItem() && find(".app")?.hasAttribute("data-open") && !document.activeElement?.closest("#list")) close();
}

Object.assign(ACTS, {
  next: () => move(1),
  previous: () => move(-1),
  open: () => { const link = neighbour(0)?.querySelector("a.row-link"); if (link instanceof HTMLAnchorElement) void open(link.pathname + link.search); },
  first: () => { find("#rows")?.scrollTo({ top: 0 }); stand(rows()[0]); },
  last: () => { find("#more")?.click(); stand(rows().at(-1)); },
  news: () => void showNews(),
  search: () => find("#q")?.focus(),
  acknowledge: () => void withItem(() => write("acknowledge")),
  reply: () => void withItem(() => write("reply")),
  wordings: () => void withItem(openWordings),
  note: () => { if (!openItem() && !document.activeElement?.closest(".row") && hasNews()) void showNews(); else void withItem(() => write("note")); },
  take: () => void withItem(() => find("#item-head [data-key=t]")?.click()),
  assign: () => void withItem(() => inMenu("assignee")),
  priority: () => void withItem(() => inMenu("priority")),
  resolve: () => void withItem(resolve),
  reopen: () => void withItem(() => find("#item-head form[action$='/reopen'] button")?.click()),
  translate: () => void withItem(() => /** @type {HTMLFormElement | null} */ (find("#thread .translate:not([hidden])"))?.requestSubmit()),
  bulk: () => find("#bulk-what")?.focus(),
  density: () => find("[name=compact]")?.click(),
  waves: () => find("[data-fold-waves]")?.click(),
  visit: (/** @type {string} */ url) => void open(url),
  Escape: escape,
  Enter: (/** @type {KeyboardEvent} */ event) => { if (event.target === find("#text")) { event.preventDefault(); send(); } },
});
