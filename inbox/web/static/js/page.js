// What every page has: drafts go when their owner signs out, irreversible actions ask first, menus close on Escape.
import { all, clicked, find, setText } from "./dom.js";
import { forgetAll } from "./memory.js";
import { mention } from "./server.js";

document.documentElement.classList.add("js");
// Once for the whole site: what it keeps, and what not, stands in worker.js.
if (document.documentElement.dataset.worker) navigator.serviceWorker?.register(document.documentElement.dataset.worker, { scope: "/", type: "module" }).catch(() => {});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.confirm && !("sure" in form.dataset)) { event.preventDefault(); askAgain(form, event.submitter); }
  // What somebody wrote or searched for may name people.
  else if ("signOut" in form.dataset) { forgetAll("vigie.draft.", "vigie.searches."); indexedDB.deleteDatabase("vigie"); }
});

/** What cannot be undone is asked once more, in the words of its form. @param {HTMLFormElement} form @param {HTMLElement | null} by */
function askAgain(form, by) {
  const box = /** @type {HTMLDialogElement | null} */ (find("#sure"));
  if (!box) return;
  setText(find("#sure-said"), form.dataset.confirm ?? "");
  box.returnValue = "";
  box.onclose = () => { if (box.returnValue) { form.dataset.sure = ""; form.requestSubmit(by); delete form.dataset.sure; } };
  box.showModal();
}

const menus = () => /** @type {HTMLDetailsElement[]} */ (all("details.menu[open], details.switch[open], details.filters[open]"));
document.addEventListener("click", ({ target }) => {
  for (const menu of menus()) if (!(target instanceof Node && menu.contains(target))) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) find("summary", menu)?.focus();
    event.stopImmediatePropagation();  // and nothing else with it
  }
});

clicked("[data-copy]", ({ dataset }) => void navigator.clipboard?.writeText(document.getElementById(dataset.copy ?? "")?.textContent ?? ""));
clicked("[data-print]", () => window.print());

// A page that waits for something looks again by itself.
const waiting = find("[data-reload]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);

// Whoever picks a day means that day, not the period that was shown.
document.addEventListener("change", ({ target: day }) => {
  const period = day instanceof HTMLInputElement && day.type === "date" ? day.form?.elements.namedItem(day.dataset.means ?? "period") : null;
  if (period instanceof HTMLSelectElement) period.value = "custom";
});

// Words that are folded because they threaten or insult: each opening is counted once, for the team lead's care.
document.addEventListener("toggle", ({ target: fold }) => {
  if (!(fold instanceof HTMLDetailsElement) || !fold.open || !fold.dataset.folded || fold.dataset.told) return;
  fold.dataset.told = "yes";
  mention(fold.dataset.folded);
}, true);
