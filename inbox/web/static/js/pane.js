// The item pane: opens beside the list (over it on a phone), keeps what is being written, and takes in what others do
// without ever touching the text under the hand.
import { all, announce, find, show, toast, words } from "./dom.js";
import { tickAll } from "./clocks.js";
import { draftOf, forgetDraft, keepDraft } from "./drafts.js";
import { lengthOf } from "./lengths.js";
import { mark } from "./list.js";

/** @typedef {import("./live.js").Change} Change */
/** @type {any} */
const htmx = /** @type {any} */ (window).htmx;
const pane = () => /** @type {HTMLElement} */ (find("#item"));
const app = () => /** @type {HTMLElement} */ (find(".app"));
const queueUrl = () => `${document.body.dataset.base}/queue${document.body.dataset.query}`;

/** The item that is open. @returns {string | null} */
export const openItem = () => find("#item-head")?.dataset.item ?? null;

/** @param {string} url @param {{push?: boolean, focus?: boolean}} [how] */
export async function open(url, { push = true, focus = true } = {}) {
  pane().setAttribute("aria-busy", "true");
  await htmx.ajax("GET", url, { target: "#item", swap: "innerHTML" });
  pane().removeAttribute("aria-busy");
  if (!openItem()) return;
  if (push && location.pathname + location.search !== url) history.pushState({ item: url }, "", url);
  if (focus) find("#item-title")?.focus({ preventScroll: true });
}

/** Back to the list, and to the row one came from. @param {boolean} [push] */
export function close(push = true) {
  const id = openItem();
  if (push && location.pathname.includes("/items/")) history.pushState({}, "", queueUrl());
  app().removeAttribute("data-open");
  const row = id && find(`.row[data-id="${CSS.escape(id)}"] .row-link`);
  (row || find("#rows"))?.focus();
}

/** After any swap of the pane. */
export function settled() {
  const id = openItem();
  mark(id);
  if (!id) return;
  app().setAttribute("data-open", "");
  pane().removeAttribute("data-writing");
  for (const avatar of all("[data-member]", pane())) avatar.classList.toggle("avatar-me", avatar.dataset.member === document.body.dataset.me);
  tickAll(pane());
  const message = find("[data-toast]", pane());
  // What was done is done: its words must not come back into the field, to be sent twice.
  if (message) { forgetDraft(id); show(message); }
  restore(id);
  if (find("#text")?.getAttribute("aria-invalid")) write();
}

// --- writing ------------------------------------------------------------------------------------------------------

const text = () => /** @type {HTMLTextAreaElement | null} */ (find("#text"));
const mode = () => /** @type {HTMLInputElement | null} */ (find("#composer [name=mode]:checked"))?.value ?? "note";

/** @param {string} id */
function restore(id) {
  const area = text();
  const kept = draftOf(id);
  if (!area) return;
  if (kept && area.dataset.fresh && kept.text !== area.value) {
    area.value = kept.text;
    pick(kept.mode);
    toast(words.draft);
  }
  length();
}

/** @param {string} wanted */
function pick(wanted) {
  const radio = /** @type {HTMLInputElement | null} */ (find(`#composer [name=mode][value="${wanted}"]`));
  if (radio) radio.checked = true;
  return Boolean(radio);
}

/** To write in a mode: the field gets the focus. @param {string} [wanted] */
export function write(wanted) {
  const area = text();
  if (!area) return;
  if (wanted && wanted !== mode()) { if (!pick(wanted)) return; turned(); }
  pane().setAttribute("data-writing", "");
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

/** A reply that never arrived, once more: into the field, in front of what may stand there already. @param {string} words */
function rewrite(words) {
  const area = text();
  if (!area) return;
  pick("reply");
  turned();
  if (!area.value.includes(words)) area.value = [words, area.value].filter(Boolean).join("\n\n");
  write("reply");
  length();
  keep();
}

/** The suggested words stand only where they are meant, and only while nobody has changed them. */
function turned() {
  const area = text();
  if (!area) return;
  const held = area.dataset.holding ?? "";
  if (mode() === "acknowledge" && !area.value.trim()) area.value = held;
  else if (mode() !== "acknowledge" && area.value === held) area.value = "";
  length();
  keep();
}

/** Another promise: the words say its time, where they still say the old one. @param {HTMLSelectElement} select */
function promised(select) {
  const area = text();
  if (!area) return;
  const before = select.dataset.before ?? select.options[0]?.dataset.said ?? "";
  const after = select.selectedOptions[0]?.dataset.said ?? "";
  if (before && after && area.value.includes(before)) {
    const wasHeld = area.value === area.dataset.holding;
    area.value = area.value.replace(before, after);
    if (wasHeld) area.dataset.holding = area.value;
  }
  if (after) select.dataset.before = after;
  length();
}

function length() {
  const area = text();
  const place = find("[data-length]");
  const line = find("[data-count-line]");
  if (!area || !place || !line) return;
  const shown = new Intl.NumberFormat(document.documentElement.lang);
  const { counting = "characters", limit = "0", limitPrivate = limit, limitTeam = limit } = line.dataset;
  const team = mode() === "note" || mode() === "by-hand";
  const most = Number(team ? limitTeam : mode() === "private" ? limitPrivate : limit);
  const count = lengthOf(team ? "characters" : counting, area.value);
  place.textContent = shown.format(count);
  const told = find("[data-limit-shown]");
  if (told) told.textContent = shown.format(most);
  // The browser then says so itself, and sends nothing.
  area.setCustomValidity(count > most ? area.dataset.tooLong ?? "" : "");
  line.toggleAttribute("data-over", count > most);
}

function keep() {
  const area = text();
  const id = openItem();
  if (!area || !id) return;
  const untouched = area.value === area.dataset.holding;
  keepDraft(id, untouched ? "" : area.value, mode(), find("#composer")?.dataset.position ?? "");
}

// --- what others do -----------------------------------------------------------------------------------------------

let refreshing = false;

/** The open item changed: head and thread are shown anew where they stand; the composer stays as it is. @param {Change} change */
export async function changed(change) {
  const head = find("#item-head");
  if (change.id !== openItem() || !head || Number(head.dataset.position) >= change.position || refreshing) return;
  refreshing = true;
  try {
    const response = await fetch(location.pathname + location.search, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    merge(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch { /* the banner of the stream says that we are offline */ } finally { refreshing = false; }
}

/** @param {Document} fresh */
function merge(fresh) {
  const id = openItem();
  if (find("#item-head", fresh)?.dataset.item !== id) return;
  const busy = isWriting();
  const open = all("#item-body details[open]").map((box) => box.id || box.className);
  const scroll = find("#item-body")?.scrollTop ?? 0;
  for (const part of ["#item-head", "#item-body"]) {
    const [old, made] = [find(part), find(part, fresh)];
    // What has the focus, or a menu that is open, is not swapped away; it is fresh again with the next action.
    if (!old || !made || old.contains(document.activeElement) && document.activeElement !== old || old.querySelector("details.menu[open]")) continue;
    old.replaceWith(made);
    htmx.process(made);
  }
  for (const box of /** @type {HTMLDetailsElement[]} */ (all("#item-body details"))) box.open = open.includes(box.id || box.className);
  const body = find("#item-body");
  if (body) body.scrollTop = scroll;
  if (busy) news();
  else if (document.activeElement === text()) takePosition(fresh);
  else replaceComposer(fresh);
  for (const avatar of all("[data-member]", pane())) avatar.classList.toggle("avatar-me", avatar.dataset.member === document.body.dataset.me);
  tickAll(pane());
}

function isWriting() {
  const area = text();
  return Boolean(area?.value.trim() && area.value !== area.dataset.holding);
}

/** The field has the focus and nothing is written yet: it stays, and what is true now counts as seen. @param {Document} fresh */
function takePosition(fresh) {
  for (const field of /** @type {HTMLInputElement[]} */ (all("#composer input[type=hidden]"))) {
    const made = /** @type {HTMLInputElement | null} */ (find(`#composer input[name="${field.name}"]`, fresh));
    if (made) field.value = made.value;
  }
}

/** Nobody writes: the composer may follow what is true now. @param {Document} fresh */
function replaceComposer(fresh) {
  const [old, made] = [find("#composer"), find("#composer", fresh)];
  if (old && made && !old.contains(document.activeElement)) { old.replaceWith(made); htmx.process(made); length(); }
}

/** Somebody writes: they are told, once, beside their text; the position they saw stays, so that a clash is noticed. */
function news() {
  if (find("#changed")) return;
  const line = document.createElement("p");
  line.id = "changed";
  line.className = "hint";
  line.textContent = words.changed;
  find("#composer .writing")?.prepend(line);
  announce(words.changed);
}

// --- wiring -------------------------------------------------------------------------------------------------------

export function startPane() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const link = /** @type {HTMLAnchorElement | null} */ (target?.closest("a.row-link") ?? null);
    if (link) { event.preventDefault(); void open(link.pathname + link.search); return; }
    if (target?.closest("[data-close]")) { event.preventDefault(); close(); }
    const writing = /** @type {HTMLElement | null} */ (target?.closest("[data-write]") ?? null);
    if (writing) write(writing.dataset.write);
    const again = target?.closest("[data-again]");
    if (again) rewrite(find(".said", /** @type {HTMLElement} */ (again.closest(".msg")))?.textContent ?? "");
    if (target?.closest("[data-stop-writing]")) pane().removeAttribute("data-writing");
    if (target?.closest("[data-do=e]")) resolve();
  });
  document.addEventListener("input", (event) => { if (event.target === text()) { length(); keep(); } });
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "mode") turned();
    if (event.target instanceof HTMLSelectElement && event.target.id === "promise") promised(event.target);
  });
  document.addEventListener("htmx:after:swap", () => { if (pane().querySelector("#item-head")) settled(); });
  document.addEventListener("htmx:before:response", (event) => {
    const response = /** @type {any} */ (event).detail?.ctx?.response?.raw;
    if (response?.redirected && new URL(response.url).pathname === "/sign-in") { event.preventDefault(); location.href = "/sign-in"; }
  });
  document.addEventListener("htmx:before:request", () => { sending(true); });
  document.addEventListener("htmx:finally:request", () => { sending(false); });
  document.addEventListener("htmx:error", () => { toast(navigator.onLine ? words.failed : words.lost, "alarm"); });
  window.addEventListener("popstate", () => {
    if (location.pathname.includes("/items/")) void open(location.pathname + location.search, { push: false });
    else close(false);
  });
  settled();
}

/** @param {boolean} busy */
function sending(busy) {
  for (const button of all("#composer [data-send]")) {
    if (busy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

/** Opens the choice of reasons and puts the hand on the first. */
export function resolve() {
  const menu = /** @type {HTMLDetailsElement | null} */ (find("#item-head [data-key=e]")?.closest("details") ?? null);
  if (!menu) return;
  menu.open = true;
  find(".menu-box button", menu)?.focus();
}

/** Sends what is written, by the button of the mode. */
export function send() {
  const button = all("#composer [data-send]").find((one) => one.offsetParent !== null);
  if (button instanceof HTMLButtonElement && !button.disabled && button.getAttribute("aria-busy") !== "true") button.click();
}
