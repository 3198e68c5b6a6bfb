// What every page has: drafts go when their owner signs out, irreversible actions ask first, menus close on Escape.
import "./folds.js";
import { all, clicked, find } from "./dom.js";
import { forgetAll } from "./memory.js";

document.documentElement.classList.add("js");
// Once for the whole site: what it keeps, and what not, stands in worker.js.
if (document.documentElement.dataset.worker) navigator.serviceWorker?.register(document.documentElement.dataset.worker, { scope: "/", type: "module" }).catch(() => {});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) event.preventDefault();
  // What somebody wrote or searched for may name people.
  else if ("signOut" in form.dataset) { forgetAll("vigie.draft.", "vigie.searches."); indexedDB.deleteDatabase("vigie"); }
});

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
