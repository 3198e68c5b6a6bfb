// What every page has: drafts go when their owner signs out, irreversible actions ask first, menus close on Escape.
import "./folds.js";
import { all } from "./dom.js";
import { forgetAllDrafts } from "./drafts.js";

/** What somebody searched for may name people. */
function forgetSearches() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("vigie.searches.")) localStorage.removeItem(key);
}

document.documentElement.classList.add("js");
// Once for the whole site: what it keeps, and what not, stands in worker.js.
if (document.documentElement.dataset.worker) navigator.serviceWorker?.register(document.documentElement.dataset.worker, { scope: "/", type: "module" }).catch(() => {});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) event.preventDefault();
  else if ("signOut" in form.dataset) { forgetAllDrafts(); forgetSearches(); indexedDB.deleteDatabase("vigie"); }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of /** @type {HTMLDetailsElement[]} */ (all("details.menu[open], details.switch[open], details.filters[open]"))) {
    if (!menu.contains(target)) menu.open = false;
  }
  const copy = /** @type {HTMLElement | null} */ (target?.closest("[data-copy]"));
  if (copy) void navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy ?? "")?.textContent ?? "");
  if (target?.closest("[data-print]")) window.print();
});

// A page that waits for something looks again by itself.
const waiting = document.querySelector("[data-reload]");
if (waiting instanceof HTMLElement) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);

// Whoever picks a day means that day, not the period that was shown.
document.addEventListener("change", (event) => {
  const field = event.target;
  const period = field instanceof HTMLInputElement && field.type === "date" ? field.form?.elements.namedItem(field.dataset.means ?? "period") : null;
  if (period instanceof HTMLSelectElement) period.value = "custom";
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of /** @type {HTMLDetailsElement[]} */ (all("details.menu[open], details.switch[open], details.filters[open]"))) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    event.stopPropagation();
  }
});
