// What others do to the open item: taken in where it stands, without ever touching the text under the hand.
import { tickAll } from "./clocks.js";
import { length, text } from "./composer.js";
import { all, announce, element, field, find, markMine, words } from "./dom.js";
import { any as filesAttached } from "./files.js";
import { htmx, openItem, pane } from "./opened.js";
import { page } from "./server.js";

/** @typedef {import("./live.js").Change} Change */

const [SOON_MS, SELDOM_MS] = [2000, 30_000];
let pause_ms = SOON_MS;
let refreshing = false;
/** @type {Change | undefined} */ let latest;

/** The open item changed: head and thread are shown anew where they stand; the composer stays as it is. @param {Change} change */
export async function changed(change) {
  const head = find("#item-head");
  if (change.id !== openItem() || !head || Number(head.dataset.position) >= change.position) return;
  latest = change;
  if (refreshing) return;
  refreshing = true;
  let refused = false;
  const fresh = await page(location.pathname + location.search, true, () => { refused = true; }).finally(() => { refreshing = false; });
  if (fresh) merge(fresh);
  shut(refused && change.id === openItem());
  if (refused && latest === change) return;
  // It changed meanwhile, or we were cut off: then ever more seldom.
  setTimeout(() => void changed(latest ?? change), fresh ? 0 : pause_ms);
  pause_ms = fresh ? SOON_MS : Math.min(SELDOM_MS, pause_ms * 2);
}

/** It is no longer ours to see. What stands here stays, for whoever has words of their own in it. @param {boolean} is */
function shut(is) {
  const told = find("#shut");
  if (is && told?.hidden) announce(find("p", told)?.textContent ?? "");
  if (told) told.hidden = !is;
}

/** @param {Document} fresh */
function merge(fresh) {
  const id = openItem();
  const [head, made] = [find("#item-head"), find("#item-head", fresh)];
  // Another item, or asked for before an act of one's own of which the pane tells already.
  if (made?.dataset.item !== id || Number(made?.dataset.position) < Number(head?.dataset.position)) return;
  const [busy, titled] = [isWriting(), document.activeElement?.id === "item-title"];
  const open = all("#item-body details[open]").map((box) => box.id || box.className);
  const scroll = find("#item-body")?.scrollTop ?? 0;
  for (const part of ["#item-head", "#item-body"]) {
    const [old, made] = [find(part), find(part, fresh)];
    // What has the focus, or a menu that is open, is not swapped away; it is fresh again with the next action.
    if (!old || !made || old.contains(document.activeElement) && document.activeElement !== old && !(titled && part === "#item-head") || old.querySelector("details.menu[open]")) continue;
    old.replaceWith(made);
    htmx.process(made);
  }
  for (const box of /** @type {HTMLDetailsElement[]} */ (all("#item-body details"))) box.open = open.includes(box.id || box.className);
  const body = find("#item-body");
  if (body) body.scrollTop = scroll;
  if (titled) find("#item-title")?.focus({ preventScroll: true });
  if (busy) news();
  else if (document.activeElement === text()) takePosition(fresh);
  else replaceComposer(fresh);
  markMine(pane());
  tickAll(pane());
}

const isWriting = (area = text()) => filesAttached() || Boolean(area?.value.trim() && area.value !== area.dataset.holding);

/** The field has the focus and nothing is written yet: it stays, and what is true now counts as seen. @param {Document} fresh */
function takePosition(fresh) {
  for (const own of /** @type {HTMLInputElement[]} */ (all("#composer input[type=hidden]"))) own.value = field(`#composer input[name="${own.name}"]`, fresh)?.value ?? own.value;
}

/** Nobody writes: the composer may follow what is true now. @param {Document} fresh */
function replaceComposer(fresh) {
  const [old, made] = [find("#composer"), find("#composer", fresh)];
  if (old && made && !old.contains(document.activeElement)) { old.replaceWith(made); htmx.process(made); length(); }
}

/** Somebody writes: they are told, once, beside their text; the position they saw stays, so that a clash is noticed. */
function news() {
  if (find("#changed")) return;
  find("#composer .writing")?.prepend(element("p", { id: "changed", className: "hint", textContent: words.changed }));
  announce(words.changed);
}
