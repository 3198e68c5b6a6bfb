// Asking our own server. Null where there is no network, no session or no good answer: the banner of the stream says that
// we are offline, and whoever asks goes on without.
import { field } from "./dom.js";

/** @param {string} url @param {RequestInit} [how] @param {() => void} [refused] to ask again would bring nothing else */
export async function ask(url, how, refused) {
  const answer = await fetch(url, how).catch(() => null);
  if (answer?.redirected || [401, 403, 404, 410].includes(answer?.status ?? 0)) refused?.();
  return answer?.ok && !answer.redirected ? answer : null;
}

/** @param {string} url @returns {Promise<any>} */
export const figures = async (url) => (await ask(url))?.json().catch(() => null);

/** @param {string} url @param {boolean} [part] without what stands around the content @param {() => void} [refused] */
export async function page(url, part = true, refused) {
  const html = await (await ask(url, part ? { headers: { "HX-Request": "true" } } : {}, refused))?.text().catch(() => null);
  return typeof html === "string" ? new DOMParser().parseFromString(html, "text/html") : null;
}

/** @param {string} [within] */
export const csrf = (within = "") => field(`${within} input[name=csrf]`)?.value ?? "";

/** Said in passing, also by a page that is being left. @param {string} url @param {BodyInit} [body] */
export const mention = (url, body) => void ask(url, { method: "POST", body, headers: { "X-CSRF-Token": csrf() }, keepalive: true });

/** Once for all that asks for it meanwhile, and then every so often at most. @param {number} least_ms @param {() => void} act */
export function seldom(least_ms, act) {
  let last = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const go = () => { soon = undefined; last = Date.now(); act(); };
  return () => { soon ??= setTimeout(go, Math.max(0, last + least_ms - Date.now())); };
}
