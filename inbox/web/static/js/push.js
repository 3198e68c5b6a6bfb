// This device asks to be told: the browser makes an address at its push service and keys for it, and the form carries them.
import { all, find } from "./dom.js";

const form = /** @type {HTMLFormElement | null} */ (find("[data-push]"));
const button = /** @type {HTMLButtonElement | null} */ (form?.querySelector("button") ?? null);

/** @param {string} text base64url */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

/** @param {PushSubscription} made */
function fill(made) {
  const { keys = {} } = made.toJSON();
  for (const [name, value] of Object.entries({ endpoint: made.endpoint, p256dh: keys.p256dh, auth: keys.auth })) /** @type {HTMLInputElement} */ (form?.elements.namedItem(name)).value = value ?? "";
}

/** Which of the devices this one is. */
async function mark() {
  const made = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (!made) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(made.endpoint)));
  const known = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const line of all("[data-device]")) if (line.dataset.device === known) /** @type {HTMLElement} */ (find("[data-this]", line)).hidden = false;
}

if (form && button && "PushManager" in window && navigator.serviceWorker && form.dataset.push) {
  button.disabled = false;
  find("[data-push-none]")?.remove();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { pushManager } = await navigator.serviceWorker.ready;
      fill(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push ?? "") }));
      form.submit();
    } catch { /** @type {HTMLElement} */ (find("[data-push-denied]")).hidden = false; }
  });
  void mark();
}
