// The service worker: what the screens are made of stays on this device, a page of its own stands in where there is no
// network, and what was kept leaves when it is back. Of a brand it keeps nothing: no page, no answer, no row.
import { everything, keep, sendKept } from "./kept.js";

const worker = /** @type {any} */ (self);
const [ASSETS = "", version = ""] = /\/static\/([^/]+)\//.exec(worker.location.pathname) ?? [];
const SHELL = `vigie.${version}`;
const assets = () => caches.open(SHELL);

/** The page without network, and all that it names. */
async function install() {
  const page = await fetch("/offline", { cache: "no-store" });
  const named = new Set([...(await page.clone().text()).matchAll(/"(\/static\/[^"#]+)["#]/g)].map((found) => found[1]));
  await (await assets()).addAll([...named].filter((name) => name.startsWith(ASSETS)));
  await (await assets()).put("/offline", page);
  await worker.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
  await worker.clients.claim();
}

/** @param {string} title @param {any} told as inbox/web/push_words.py writes it */
const show = (title, told) => worker.registration.showNotification(title, {
  body: told.body, tag: told.tag, renotify: true, actions: told.actions, data: told, icon: `${ASSETS}icons/192.png`, badge: `${ASSETS}icons/badge.png`,
});

/** Acts from the message itself, as any act that is kept: once, and refused with what came between. @param {any} told @param {string} act */
async function does(told, act) {
  const { key, me, base, item, who } = told;
  await keep({ key, me, base, item, act, who, at: Date.now(), due: 0, why: "", fields: [["expected_position", String(told.position)], ["idempotency_key", key], ["usual", "yes"]] });
  const said = new Map(await sendKept().catch(() => [])).get(key) ?? (await everything()).find((one) => one.key === key)?.why;
  await show(said || told.later, { ...told, body: told.title, actions: [] });
}

/** @param {string} name @param {(event: any) => Promise<any> | undefined} act */
const on = (name, act) => worker.addEventListener(name, (/** @type {any} */ event) => { const work = act(event); if (work) event.waitUntil(work); });
on("install", install);
on("activate", activate);
on("sync", (event) => (event.tag === "vigie.kept" ? sendKept() : undefined));
on("push", (event) => { const told = event.data.json(); return show(told.title, told); });
on("notificationclick", async ({ notification, action }) => {
  notification.close();
  const [there] = action ? [] : await worker.clients.matchAll({ type: "window" });
  if (action) await does(notification.data, action);
  else await (there ? there.focus().then(() => there.navigate(notification.data.url)) : worker.clients.openWindow(notification.data.url));
});
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(async () => (await caches.match("/offline")) ?? Response.error()));
  else if (pathname.startsWith(ASSETS)) event.respondWith(assets().then((kept) => kept.match(request.url)).then((found) => found ?? fetch(request)));
});
