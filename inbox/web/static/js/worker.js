// The service worker: what the screens are made of stays on this device, a page of its own stands in where there is no
// network, and what was kept leaves when it is back. Of a brand it keeps nothing: no page, no answer, no row.
import { everything, keep, sendKept } from "./kept.js";

const worker = /** @type {any} */ (self);
const [, version] = /\/static\/([^/]+)\//.exec(worker.location.pathname) ?? [];
const ASSETS = `/static/${version}/`;
const SHELL = `vigie.${version}`;

/** The page without network, and all that it names. */
async function install() {
  const shell = await caches.open(SHELL);
  const page = await fetch("/offline", { cache: "no-store" });
  const named = new Set([...(await page.clone().text()).matchAll(/"(\/static\/[^"#]+)["#]/g)].map((found) => found[1]));
  await shell.addAll([...named].filter((name) => name.startsWith(ASSETS)));
  await shell.put("/offline", page);
  await worker.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
  await worker.clients.claim();
}

/** Their address changes with what is in them. @param {Request} request */
async function asset(request) {
  const shell = await caches.open(SHELL);
  const found = await shell.match(request.url);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await shell.put(request.url, response.clone());
  return response;
}

/** @param {Request} request */
async function page(request) {
  try { return await fetch(request); } catch { return (await caches.match("/offline")) ?? Response.error(); }
}

/** @param {string} title @param {any} told as inbox/web/push_words.py writes it */
const show = (title, told) => worker.registration.showNotification(title, {
  body: told.body, tag: told.tag, renotify: true, actions: told.actions, data: told, icon: `${ASSETS}icons/192.png`, badge: `${ASSETS}icons/badge.png`,
});

/** The page it is about: in a window that is there, else in a new one. @param {string} url */
async function open(url) {
  const [there] = await worker.clients.matchAll({ type: "window" });
  if (!there) return worker.clients.openWindow(url);
  await there.focus();
  return there.navigate(url);
}

/** Acts from the message itself, as any act that is kept: once, and refused with what came between. @param {any} told @param {string} act */
async function does(told, act) {
  const { key, me, base, item, who } = told;
  await keep({ key, me, base, item, act, who, at: Date.now(), due: 0, why: "", fields: [["expected_position", String(told.position)], ["idempotency_key", key], ["usual", "yes"]] });
  const said = await sendKept().catch(() => []);
  const left = (await everything()).find((one) => one.key === key);
  await show(said?.find(([one]) => one === key)?.[1] || left?.why || told.later, { ...told, body: told.title, actions: [] });
}

worker.addEventListener("push", (/** @type {any} */ event) => { const told = event.data.json(); event.waitUntil(show(told.title, told)); });
worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  const told = event.notification.data;
  event.waitUntil(event.action ? does(told, event.action) : open(told.url));
});
worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith(ASSETS)) event.respondWith(asset(request));
});
worker.addEventListener("sync", (/** @type {any} */ event) => { if (event.tag === "vigie.kept") event.waitUntil(sendKept()); });
