// The item pane: opens beside the list (over it on a phone). What is written there is `composer.js`, what others do to it
// `news.js`.
import { around, clicked, find, markMine, regain, words } from "./dom.js";
import { tickAll } from "./clocks.js";
import { forgetDraft, keep, length, promised, restore, rewrite, text, turned, write } from "./composer.js";
import { startFiles } from "./files.js";
import { htmx, openItem, pane, sending } from "./opened.js";
import { keptInstead } from "./outbox.js";
import { mark } from "./rows.js";
import { show, toast } from "./toasts.js";

const app = () => /** @type {HTMLElement} */ (find(".app"));
const queueUrl = () => `${document.body.dataset.base}/queue${document.body.dataset.query}`;

/** @param {string} url @param {{focus?: boolean}} [how] */
export async function open(url, { focus = true } = {}) {
  await htmx.ajax("GET", url, { target: "#item", swap: "innerHTML" });
  if (find(":scope > [role=alert]", pane())) app().setAttribute("data-open", "");  // refused: a phone shows why
  if (openItem() && focus) find("#item-title")?.focus({ preventScroll: true });
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
  // Also of an item that an act which was taken back led to.
  if (!location.pathname.endsWith(id)) history.pushState({}, "", `${document.body.dataset.base}/items/${id}${document.body.dataset.query}`);
  pane().removeAttribute("data-writing");
  markMine(pane());
  tickAll(pane());
  const message = find("[data-toast]", pane());
  // What was done is done: its words must not come back into the field, to be sent twice.
  if (message?.dataset.toast) forgetDraft(id);
  restore(id);
  if (message) show(message);
  if (find("#text")?.getAttribute("aria-invalid")) write();
}

/** What did not arrive: an act is kept until we are back, all else is to be tried again. @param {any} request */
async function lost(request) {
  const [id, area] = [openItem() ?? "", text()];
  if (!await keptInstead(request)) { toast(navigator.onLine ? words.failed : words.lost, "alarm"); return; }
  if (area && request.body.has("text")) area.value = "";
  forgetDraft(id);
  pane().removeAttribute("data-writing");
  length();
  toast(words.kept.kept);
}

/** While something is fetched into the pane; the style sheet shows it once that lasts. @param {Event} event @param {"true" | null} busy */
function fetching(event, busy) {
  const ctx = /** @type {any} */ (event).detail?.ctx;
  if (ctx?.target === pane() && ctx.request.method === "GET") pane().ariaBusy = busy;
}

/** Opens the choice of reasons and puts the hand on the first. */
export function resolve() {
  const menu = /** @type {HTMLDetailsElement | null} */ (find("#item-head [data-key=e]")?.closest("details") ?? null);
  if (!menu) return;
  menu.open = true;
  find(".menu-box button", menu)?.focus();
}

/** @param {MouseEvent} event a plain press: others open a window or a tab */
const isPlain = (event) => !(event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
clicked("a.row-link", (link, event) => {
  if (!isPlain(event) || !(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  void open(link.pathname + link.search);
});
clicked("[data-close]", (_, event) => { if (isPlain(event)) { event.preventDefault(); close(); } });
clicked("[data-write]", (button) => write(button.dataset.write));
clicked("[data-again]", (button) => rewrite(find(".said", button.closest(".msg") ?? document)?.textContent ?? ""));
clicked("[data-stop-writing]", () => { pane().removeAttribute("data-writing"); find("[data-write]")?.focus(); });
clicked("[data-do=e]", resolve);
startFiles(length);
document.addEventListener("input", (event) => { if (event.target === text()) { length(); keep(); } });
document.addEventListener("change", (event) => {
  if (around(event, "input[name=mode]")) turned();
  if (around(event, "input[name=looked]")) length();
  if (event.target instanceof HTMLSelectElement && event.target.id === "promise") promised(event.target);
});
document.addEventListener("htmx:after:swap", () => {
  if (!pane().querySelector("#item-head")) return;
  const sent = find("[data-toast]", pane()) && document.activeElement === text();
  settled();
  if (sent) text()?.blur();  // what was sent is sent: the next key is a command again, and no letter
  regain();
});
document.addEventListener("htmx:before:response", (event) => {
  const response = /** @type {any} */ (event).detail?.ctx?.response?.raw;
  if (response?.redirected && new URL(response.url).pathname === "/sign-in") { event.preventDefault(); location.href = "/sign-in"; }
});
document.addEventListener("htmx:before:request", (event) => { sending(true); fetching(event, "true"); });
document.addEventListener("htmx:finally:request", (event) => { sending(false); fetching(event, null); });
document.addEventListener("htmx:error", (event) => void lost(/** @type {any} */ (event).detail?.ctx?.request));
window.addEventListener("popstate", () => {
  if (location.pathname.includes("/items/")) void open(location.pathname + location.search);
  else close(false);
});
settled();
