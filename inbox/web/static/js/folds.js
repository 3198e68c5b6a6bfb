// Words that are folded because they threaten or insult: each opening is counted once, for the team lead's care.
import { find } from "./dom.js";

document.addEventListener("toggle", (event) => {
  const fold = event.target;
  if (!(fold instanceof HTMLDetailsElement) || !fold.open || !fold.dataset.folded || fold.dataset.told) return;
  fold.dataset.told = "yes";
  const csrf = /** @type {HTMLInputElement | null} */ (find("input[name=csrf]"))?.value ?? "";
  void fetch(fold.dataset.folded, { method: "POST", headers: { "X-CSRF-Token": csrf }, credentials: "same-origin", keepalive: true }).catch(() => {});
}, true);
