// The service worker: what the screens are made of stays on this device, a page of its own stands in where there is no
// network, and what was kept leaves when it is back. Of a brand it keeps nothing: no page, no answer, no row.
import { sendKept } from "./kept.js";

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
