// One key, one act, as the sheet of keys says; never inside a field, never with Ctrl, Alt or Meta.
import { find, isField } from "./dom.js";
import { hasNews, showNews } from "./arrivals.js";
import { neighbour } from "./rows.js";
import { send, write } from "./composer.js";
import { openItem } from "./opened.js";
import { close, open, resolve } from "./pane.js";

/** Moves the focus in the list; with an item open beside it, opens the next one. @param {number} step */
function move(step) {
  const row = neighbour(step);
  const link = /** @type {HTMLAnchorElement | null} */ (row?.querySelector("a.row-link") ?? null);
  if (!row || !link) return;
  link.focus();
  row.scrollIntoView({ block: "nearest" });
}

/** The row under the hand is opened first where an act needs an item. @param {() => void} act */
async function withItem(act) {
  const row = document.activeElement?.closest(".row");
  const link = /** @type {HTMLAnchorElement | null} */ (row?.querySelector("a.row-link") ?? null);
  if (link && row instanceof HTMLElement && row.dataset.id !== openItem()) await open(link.pathname + link.search, { focus: false });
  if (openItem()) act();
}

/** @type {Record<string, () => void>} */
const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => { const link = neighbour(0)?.querySelector("a.row-link"); if (link instanceof HTMLAnchorElement) void open(link.pathname + link.search); },
  a: () => void withItem(() => write("acknowledge")),
  r: () => void withItem(() => write("reply")),
  n: () => { if (!openItem() && !document.activeElement?.closest(".row") && hasNews()) showNews(); else void withItem(() => write("note")); },
  N: showNews,
  e: () => void withItem(resolve),
  t: () => void withItem(() => find("#item-head [data-key=t]")?.click()),
  "/": () => find("#q")?.focus(),
  "?": sheet,
};

function sheet() {
  const dialog = find("#keys");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** @param {KeyboardEvent} event */
function escape(event) {
  const target = event.target;
  if (target instanceof HTMLElement && isField(target)) { target.blur(); if (target.id === "text") find("#item-body")?.focus(); return; }
  if (openItem() && find(".app")?.hasAttribute("data-open") && !document.activeElement?.closest("#list")) close();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || find("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === find("#text")) { event.preventDefault(); send(); return; }
    if (event.key === "Escape") { escape(event); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    const act = ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("click", (event) => { if (event.target instanceof Element && event.target.closest("[data-open-keys]")) sheet(); });
}
