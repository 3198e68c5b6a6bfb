// With a thumb: a row drawn to the side is acknowledged with the words that are usual, and can be taken back until they
// leave. The button in the row does the same; so does the item itself. Drawn down at its top, the list is fetched anew.
import { around, fill, find, words } from "./dom.js";
import { drop } from "./kept.js";
import { put, show } from "./outbox.js";
import { offer, toast } from "./toasts.js";

const [FAR, UNDO_MS] = [96, 10_000];
/** @type {{row: HTMLElement | null, x: number, y: number, way: "" | "side" | "down", by: number} | null} */
let hand = null;

/** @param {HTMLElement} row */
async function acknowledge(row) {
  const { id = "", position = "0" } = row.dataset;
  if (row.hasAttribute("data-kept")) return;
  const key = await put(id, "acknowledge", [["usual", "yes"], ["expected_position", position], ["idempotency_key", crypto.randomUUID()]], UNDO_MS);
  const box = toast(fill(words.kept.leaves, { who: find(".row-link", row)?.textContent ?? "" }));
  offer(box, words.undo, () => { box.remove(); void drop(key, words.kept.taken_back).then(show); });
}

/** How far the hand has drawn what it drew. @param {number} by */
function drawn(by) {
  const what = hand?.way === "side" ? hand.row : find("#pull");
  what?.style.setProperty("--by", `${Math.max(0, Math.min(by, FAR * 1.25))}px`);
  for (const [name, is] of /** @type {[string, boolean][]} */ ([["data-drawn", by > 0], ["data-far", by >= FAR]])) what?.toggleAttribute(name, is);
  if (hand) hand.by = by;
}

/** @param {TouchEvent} event */
function moved(event) {
  if (!hand) return;
  const [x, y] = [event.touches[0].clientX - hand.x, event.touches[0].clientY - hand.y];
  if (!hand.way && Math.abs(x) + Math.abs(y) < 12) return;
  hand.way ||= x > 1.5 * Math.abs(y) && hand.row ? "side" : y > Math.abs(x) && !find("#rows")?.scrollTop ? "down" : "";
  if (!hand.way) { hand = null; return; }
  if (event.cancelable) event.preventDefault();
  drawn(hand.way === "side" ? x : y);
}

/** @param {boolean} meant */
function released(meant) {
  const { row = null, way = "", by = 0 } = hand ?? {};
  if (way) drawn(0);
  hand = null;
  if (!meant || by < FAR) return;
  if (way === "down") location.reload();
  else if (row) void acknowledge(row);
}

const list = find("#rows");
/** @param {Event} event @param {string} within */
const rowAt = (event, within) => /** @type {HTMLElement | null} */ (around(event, within)?.closest(".row:has([data-ack])") ?? null);
list?.addEventListener("touchstart", (event) => {
  const narrow = matchMedia("(max-width: 43.75rem)").matches && event.touches.length === 1;
  hand = narrow ? { row: find("#selecting") ? rowAt(event, ".row") : null, x: event.touches[0].clientX, y: event.touches[0].clientY, way: "", by: 0 } : null;
}, { passive: true });
list?.addEventListener("touchmove", moved, { passive: false });
list?.addEventListener("touchend", () => released(true));
list?.addEventListener("touchcancel", () => released(false));
list?.addEventListener("click", (event) => {
  const row = rowAt(event, "[data-ack]");
  if (row) { event.preventDefault(); event.stopPropagation(); void acknowledge(row); }
});
