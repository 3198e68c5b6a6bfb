// The palette of commands: acts, views, pages and items by their words, found by typing; what was used last stands first.
import { combobox } from "./combobox.js";
import { ACTS } from "./doing.js";
import { all, around, fill, find, folded } from "./dom.js";
import { lately, used } from "./memory.js";
import { openItem } from "./opened.js";
import { page } from "./server.js";

/** @typedef {import("./combobox.js").Option & {name: string}} Command */
const { base = "", me = "", searchFor = "", page: ofPage } = find("#palette")?.dataset ?? {};
const USED = `vigie.commands.${me}`;
const [MOST, MOST_USED, ITEMS, SOON_MS] = [12, 6, 5, 250];
const OF_AN_ITEM = new Set(["acknowledge", "reply", "wordings", "note", "take", "assign", "priority", "resolve", "reopen", "translate"]);
const dialog = () => /** @type {HTMLDialogElement | null} */ (find("#palette"));
const input = () => /** @type {HTMLInputElement} */ (find("#palette-q"));
/** Where the hand was before: acts work on that. @type {HTMLElement | null} */
let before = null;
/** @type {Command[]} */ let items = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */ let soon;

/** @param {string} name @param {string} label @param {() => void} act @param {string} [hint] @returns {Command} */
const command = (name, label, act, hint) => ({ name, label, hint, take: () => {
  used(USED, name, MOST_USED);
  dialog()?.close();
  before?.focus({ preventScroll: true });
  act();
} });

/** @returns {Command[]} */
function commands() {
  const at = Boolean(openItem() || before?.closest(".row"));
  const acts = all("#keys [data-act]").map(({ dataset: { act = "", label = "", keyIs } }) => command(`act.${act}`, label, ACTS[act], keyIs))
    .filter(({ name }) => name.slice(4) in ACTS && ACTS[name.slice(4)] !== openPalette && (at || !OF_AN_ITEM.has(name.slice(4))));
  const seen = new Set();
  const links = /** @type {HTMLAnchorElement[]} */ (all(".rail a[href], .topbar a[href]:not(.home), .subnav a[href], #more-views a[href], #keys a[href]"))
    .filter((link) => !seen.has(link.href) && seen.add(link.href))
    .map((link) => command(link.getAttribute("href") ?? "", (link.title || link.textContent || "").trim(), () => { location.href = link.href; }, ofPage));
  const sound = find("[data-sound]");
  return [...acts, ...(sound ? [command("sound", sound.ariaLabel ?? "", () => sound.click())] : []), ...links];
}

/** @param {string} typed */
const searched = (typed) => `${base}/queue?view=all&q=${encodeURIComponent(typed.trim())}`;

/** @param {string} typed @returns {Command[]} */
function offers(typed) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const last = lately(USED);
  const rank = (/** @type {Command} */ one) => (last.includes(one.name) ? last.indexOf(one.name) : last.length);
  const found = commands().filter((one) => wanted.every((word) => folded(one.label).includes(word))).sort((a, b) => rank(a) - rank(b));
  const search = { name: "search", label: fill(searchFor, { words: typed.trim() }), take: () => { location.href = searched(typed); } };
  return [...found.slice(0, MOST), ...(base && typed.trim() ? [...items, search] : [])];
}

/** Items by their words: asked once nobody types any more. Offline, commands and views are found all the same. @param {string} typed */
function look(typed) {
  clearTimeout(soon);
  items = [];
  if (!base || typed.trim().length < 2) return;
  soon = setTimeout(async () => {
    const found = await page(searched(typed), false);
    if (!found || input().value !== typed) return;
    items = all("#rows .row", found).slice(0, ITEMS).map((row) => ({
      name: "item", label: find(".row-link", row)?.textContent ?? "", hint: (find(".row-text", row)?.textContent ?? "").trim().slice(0, 60),
      take: () => { dialog()?.close(); ACTS.visit(`${base}/items/${row.dataset.id}${document.body.dataset.query ?? ""}`); },
    }));
    listing?.show();
  }, SOON_MS);
}

export function openPalette() {
  const box = dialog();
  if (!box || box.open) return;
  before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  input().value = "";
  items = [];
  box.showModal();
  input().focus();
  listing?.show();
}

const list = find("#palette-list");
const listing = list && combobox(input(), list, offers, true);
if (list) input().addEventListener("input", () => look(input().value));
document.addEventListener("click", (event) => { if (event.target === dialog() || around(event, "[data-close-palette]")) dialog()?.close(); });
