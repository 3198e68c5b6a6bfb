// This device asks to be told: the browser makes an address at its push service and keys for it, and the form carries them.
import { find } from "./dom.js";

const form = /** @type {HTMLFormElement | null} */ (find("[data-push]"));
const [button, field] = [/** @type {HTMLButtonElement | null} */ (find("[data-push] button")), /** @type {HTMLInputElement | null} */ (find("[data-push] [name=subscription]"))];

if (form && button && field && "PushManager" in window && navigator.serviceWorker && form.dataset.push) {
  button.disabled = false;
  find("[data-push-none]")?.remove();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { pushManager } = await navigator.serviceWorker.ready;
      field.value = JSON.stringify(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push }));
      form.submit();
    } catch { /** @type {HTMLElement} */ (find("[data-push-denied]")).hidden = false; }
  });
}
