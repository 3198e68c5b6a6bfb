// Acts without network: kept, shown as waiting, sent once we are back; what was refused meanwhile says why, and waits for a
// decision. The form that was sent names its item and the position that was seen.
import { announce, clicked, counted, fill, find, words } from "./dom.js";
import { drop, everything, keep, sendKept } from "./kept.js";
import { rowOf } from "./rows.js";
import { toast } from "./toasts.js";

/** @typedef {import("./kept.js").Kept} Kept */
const [told, me] = [words.kept, Number(document.body.dataset.me)];
const { base = "", query = "" } = document.body.dataset;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let next;

/** @param {string} item @param {string} act @param {[string, string][]} fields @param {number} [wait_ms] */
export async function put(item, act, fields, wait_ms = 0) {
  const who = (rowOf(item)?.querySelector(".row-link") ?? find("#item-title"))?.textContent?.trim() ?? "";
  const key = fields.find(([name]) => name === "idempotency_key")?.[1] ?? crypto.randomUUID();
  await keep({ key, me, base, item, act, fields, who, at: Date.now(), due: Date.now() + wait_ms, why: "" });
  await show();
  return key;
}

/** A form that did not arrive is kept; what is no act on an item is not. @param {any} request of htmx @returns {Promise<boolean>} */
export async function keptInstead(request) {
  const body = request?.body;
  const [, item, act] = /\/items\/([^/]+)\/([\w-]+)$/.exec(new URL(request?.action ?? "/", location.href).pathname) ?? [];
  if (!item || !(body instanceof FormData || body instanceof URLSearchParams) || !body.get("idempotency_key")) return false;
  const fields = /** @type {[string, string][]} */ ([...body].filter(([name, value]) => name !== "csrf" && typeof value === "string"));
  return put(item, act, fields).then(() => true, () => false);
}

/** Sends what may leave. Where that fails the browser may wake the worker later, though nobody looks. @param {number} [until] */
export async function send(until) {
  try { await sendKept(until); } catch { await /** @type {any} */ (await navigator.serviceWorker?.getRegistration())?.sync?.register("vigie.kept").catch(() => {}); }
  await show();
}

/** @param {Kept} one */
function lineOf(one) {
  const line = /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (find("#kept-one")).content.firstElementChild?.cloneNode(true));
  const [what, why, open, gone] = ["what", "why", "open", "drop"].map((name) => /** @type {HTMLElement} */ (find(`[data-kept-${name}]`, line)));
  [what.textContent, why.textContent] = [fill(told.one, { what: told.acts[one.act] ?? told.other, who: one.who }), one.why];
  open.setAttribute("href", `${one.base}/items/${one.item}${query}`);
  gone.addEventListener("click", () => void drop(one.key).then(show));
  return line;
}

/** What waits and what was refused, and which rows it is about. */
export async function show() {
  const mine = (await everything()).filter((one) => one.me === me);
  const [refused, waits] = [mine.filter((one) => one.why), mine.filter((one) => !one.why && one.due <= Date.now())];
  for (const row of document.querySelectorAll("#rows .row[data-kept]")) row.removeAttribute("data-kept");
  for (const one of mine) if (!one.why) rowOf(one.item)?.setAttribute("data-kept", "");
  const soon = Math.min(...mine.filter((one) => !one.why && one.due > Date.now()).map((one) => one.due - Date.now()));
  clearTimeout(next);
  if (soon < Infinity) next = setTimeout(() => void send(), soon + 50);
  const [bar, place] = [find("#kept"), find("[data-kept-said]")];
  if (!bar || !place) return;
  const text = [waits.length && counted(waits.length, told.waits), refused.length && counted(refused.length, told.refused)].filter(Boolean).join(" ");
  if (text && place.textContent !== text) announce(text);
  [place.textContent, bar.hidden] = [text, !text];
  find("[data-kept-list]")?.replaceChildren(...[...refused, ...waits].map(lineOf));
}

new BroadcastChannel("vigie.kept").addEventListener("message", (event) => { if (event.data) toast(event.data, "met"); void show(); });
clicked("[data-kept-send]", () => void send());
window.addEventListener("online", () => void send());
document.addEventListener("visibilitychange", () => void send(document.hidden ? Infinity : undefined));
void send(Infinity); // what could be taken back could be so on the page before
