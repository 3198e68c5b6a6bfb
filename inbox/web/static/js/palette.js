// The palette of commands: acts, views, pages and items by their words, found by typing; what was used last stands first.
import { ACTS } from "./acts.js";
import { combobox } from "./combobox.js";
import { all, announce, fill, find, words } from "./dom.js";
import { openItem } from "./opened.js";
import { open } from "./pane.js";
import { toggleSound } from "./sound.js";

/** @typedef {import("./combobox.js").Option & {name: string}} Command */
const { base = "", me = "" } = document.body.dataset;
const USED = `vigie.commands.${me}`;
const MOST = 12;
const ITEMS = 5;
const SOON_MS = 250;
const OF_AN_ITEM = new Set(["acknowledge", "reply", "note", "take", "assign", "priority", "resolve", "reopen"]);
const dialog = () => /** @type {HTMLDialogElement | null} */ (find("#palette"));
const field = () => /** @type {HTMLInputElement} */ (find("#palette-q"));
/** Where the hand was before: acts work on that. @type {HTMLElement | null} */
let before = null;
/** @type {Command[]} */
let items = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

/** @returns {string[]} */
function used() {
  try { return JSON.parse(localStorage.getItem(USED) ?? "[]"); } catch { return []; }
}

/** @param {string} name @param {() => void} act */
const taking = (name, act) => () => {
  try { localStorage.setItem(USED, JSON.stringify([name, ...used().filter((one) => one !== name)].slice(0, 6))); } catch { /* only comfort is lost */ }
  dialog()?.close();
  before?.focus({ preventScroll: true });
  act();
};

/** @returns {Command[]} */
function commands() {
  const at = Boolean(openItem() || before?.closest(".row"));
  const acts = all("#keys [data-act]").filter((line) => (line.dataset.act ?? "") in ACTS && (at || !OF_AN_ITEM.has(line.dataset.act ?? "")))
    .map((line) => ({ name: `act.${line.dataset.act}`, label: line.dataset.label ?? "", hint: line.dataset.keyIs, take: taking(`act.${line.dataset.act}`, ACTS[line.dataset.act ?? ""]) }));
  const seen = new Set();
  const links = /** @type {HTMLAnchorElement[]} */ (all(".rail a[href], #more-views a[href], #keys a[href]"))
    .filter((link) => !seen.has(link.href) && seen.add(link.href))
    .map((link) => ({ name: link.getAttribute("href") ?? "", label: (link.title || link.textContent || "").trim(), hint: words.page, take: taking(link.getAttribute("href") ?? "", () => { location.href = link.href; }) }));
  const sound = find("[data-sound]");
  return [...acts, ...(sound ? [{ name: "sound", label: sound.getAttribute("aria-label") ?? "", take: taking("sound", toggleSound) }] : []), ...links];
}

/** @param {string} text */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** @param {string} typed @returns {Command[]} */
function offers(typed) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const lately = used();
  const rank = (/** @type {Command} */ one) => (lately.includes(one.name) ? lately.indexOf(one.name) : lately.length);
  const found = commands().filter((one) => wanted.every((word) => folded(one.label).includes(word))).sort((a, b) => rank(a) - rank(b));
  const search = typed.trim() ? [{ name: "search", label: fill(words.search_for, { words: typed.trim() }), take: () => { location.href = `${base}/queue?view=all&q=${encodeURIComponent(typed.trim())}`; } }] : [];
  return [...found.slice(0, MOST), ...(typed.trim() ? items : []), ...search];
}

/** Items by their words: asked once nobody types any more. @param {string} typed @param {() => void} then */
function look(typed, then) {
  clearTimeout(soon);
  items = [];
  if (typed.trim().length < 2) return;
  soon = setTimeout(async () => {
    try {
      const response = await fetch(`${base}/queue?view=all&q=${encodeURIComponent(typed.trim())}`, { credentials: "same-origin" });
      if (!response.ok || response.redirected || field().value !== typed) return;
      const found = new DOMParser().parseFromString(await response.text(), "text/html");
      items = all("#rows .row", found).slice(0, ITEMS).map((row) => ({
        name: "item", label: find(".row-link", row)?.textContent ?? "", hint: (find(".row-text", row)?.textContent ?? "").trim().slice(0, 60),
        take: () => { dialog()?.close(); void open(`${base}/items/${row.dataset.id}${document.body.dataset.query}`); },
      }));
      then();
    } catch { /* offline: commands and views are found all the same */ }
  }, SOON_MS);
}

export function openPalette() {
  const box = dialog();
  if (!box || box.open) return;
  before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  field().value = "";
  items = [];
  box.showModal();
  field().focus();
  listing?.show();
}

/** @type {{show: () => void, close: () => void} | undefined} */
let listing;

export function startPalette() {
  const list = find("#palette-list");
  if (!dialog() || !list) return;
  listing = combobox(field(), list, offers, { first: true, told: (count) => { announce(fill(words.offers, { n: count })); } });
  field().addEventListener("input", () => look(field().value, () => listing?.show()));
  document.addEventListener("click", (event) => {
    if (event.target === dialog() || (event.target instanceof Element && event.target.closest("[data-close-palette]"))) dialog()?.close();
  });
}
