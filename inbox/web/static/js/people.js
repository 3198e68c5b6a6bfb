// Who else looks at an item or writes there: shown on it and on its row; and this page says the same of itself, while its
// stream is open. Nothing of it is kept anywhere.
import { announce, around, fill, find, words } from "./dom.js";
import { openItem } from "./opened.js";
import { rowOf } from "./rows.js";
import { mention } from "./server.js";

/** @typedef {[number, string, boolean]} Person member, name, whether they write */
/** @type {Map<string, Person[]>} */ const known = new Map();
const { base = "", me = "" } = document.body.dataset;
const [QUIET_MS, AGAIN_MS, POLITE_MS] = [6000, 4000, 15_000];
/** What this page calls itself. */
export const seat = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let said = "";
let [saidAt, writtenAt, toldAt] = [0, -QUIET_MS, -POLITE_MS];

/** The stream says who is where. @param {{items: Record<string, Person[]>, every: boolean}} news */
export function heard({ items, every }) {
  if (every) for (const id of known.keys()) items[id] ??= [];
  for (const [id, there] of Object.entries(items)) {
    const others = there.filter(([member]) => String(member) !== me);
    if (others.length) known.set(id, others); else known.delete(id);
    beside(rowOf(id));
    if (id === openItem()) here(true);
  }
  // A stream that begins knows nothing of this page yet.
  if (every) say(true);
}

/** On a row: a mark for each. @param {HTMLElement | null} row */
export function beside(row) {
  if (!row) return;
  find(".row-people", row)?.remove();
  const there = known.get(row.dataset.id ?? "");
  if (!there) return;
  const mark = /** @type {HTMLTemplateElement | null} */ (find("#people-mark"))?.content.firstElementChild?.cloneNode(true);
  if (!(mark instanceof HTMLElement)) return;
  mark.title = mark.ariaLabel = sentence(there);
  mark.toggleAttribute("data-writing", there.some(([, , writing]) => writing));
  if (there.length > 1) mark.append(String(there.length));
  find(".row-head", row)?.append(mark);
}

/** @param {Person[]} there */
function sentence(there) {
  /** @type {[boolean, import("./dom.js").Plural][]} */ const kinds = [[true, words.writing], [false, words.looking]];
  return kinds.map(([writes, { one, more }]) => {
    const who = there.filter(([, , writing]) => writing === writes).map(([, name]) => name);
    return who.length ? fill(who.length > 1 ? more : one, { who: new Intl.ListFormat(document.documentElement.lang).format(who) }) : "";
  }).filter(Boolean).join(" ");
}

/** On the open item. @param {boolean} [news] */
function here(news = false) {
  const line = find("#people");
  const text = sentence(known.get(openItem() ?? "") ?? []);
  if (!line || line.textContent === text) return;
  line.textContent = text;
  line.hidden = !text;
  if (!news || !text || performance.now() - toldAt < POLITE_MS) return;
  toldAt = performance.now();
  announce(text);
}

/** Says what this page shows, where that changed; who goes on writing says so again. @param {boolean} [again] */
function say(again = false) {
  const item = document.hidden ? "" : openItem() ?? "";
  const writing = item && performance.now() - writtenAt < QUIET_MS ? "yes" : "";
  if (!again && said === item + writing && !(writing && performance.now() - saidAt > AGAIN_MS)) return;
  [said, saidAt] = [item + writing, performance.now()];
  mention(`${base}/here`, new URLSearchParams({ seat, item, writing }));
}

document.addEventListener("input", (event) => {
  if (around(event, "#composer textarea")) { writtenAt = performance.now(); say(); }
});
// Rows come in many ways; whoever is at one of them is shown there a second later at most.
const look = () => { say(); for (const id of known.keys()) { const row = rowOf(id); if (row && !find(".row-people", row)) beside(row); } };
document.addEventListener("htmx:after:swap", () => { here(); look(); });
document.addEventListener("visibilitychange", () => say());
setInterval(look, 1000);
