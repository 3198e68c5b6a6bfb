// The clocks of rows and items tick here, once a second, from data attributes: due, start and warning in milliseconds.
// The rule of a face is that of inbox/web/pages/faces.py and of Speech.duration: what changes here changes there.
import { all, announce, fill, setText, words } from "./dom.js";
import { eye, near } from "./sight.js";

const [RING, HARD] = [34.6, "\u00a0"];
let skew = Number(document.body.dataset.now ?? Date.now()) - Date.now();

export const now = () => Date.now() + skew;

/** The server's time, whenever it says it. @param {number} millis */
export function setClock(millis) { skew = millis - Date.now(); }

/** @param {number} millis @param {boolean} [coarse] */
export function duration(millis, coarse = false) {
  const whole = Math.floor(Math.abs(millis) / 1000);
  const minutes = Math.floor(whole / 60);
  if (whole < 60) return `${whole}${HARD}s`;
  if (whole < 300 && !coarse) return `${minutes}${HARD}min${HARD}${String(whole % 60).padStart(2, "0")}`;
  if (whole < 3600) return `${minutes}${HARD}min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return hours < 10 && minutes % 60 ? `${hours}${HARD}h${HARD}${String(minutes % 60).padStart(2, "0")}` : `${hours}${HARD}h`;
  const days = Math.floor(hours / 24);
  return days < 10 && hours % 24 ? `${days}${HARD}${words.d}${HARD}${hours % 24}${HARD}h` : `${days}${HARD}${words.d}`;
}

/** @param {HTMLElement} clock @param {number} at */
function tick(clock, at) {
  const due = Number(clock.dataset.due);
  const start = Number(clock.dataset.start ?? due);
  const left = due - at;
  const state = left < 0 ? "overdue" : clock.dataset.warn && at >= Number(clock.dataset.warn) ? "soon" : "calm";
  const gone = left < 0 ? 1 : due > start ? Math.min(1, Math.max(0, 1 - left / (due - start))) : 0;
  setText(clock.querySelector("[data-value]"), left < 0 ? `+${duration(left, true)}` : duration(left));
  clock.querySelector(".ring-v")?.setAttribute("stroke-dasharray", `${(RING * (1 - gone)).toFixed(1)} ${RING}`);
  clock.querySelector(".bar-v")?.setAttribute("width", (gone * 100).toFixed(0));
  if (clock.dataset.state !== state) turn(clock, state);
}

/** A new state: its words, and one polite announcement where the item is at hand. @param {HTMLElement} clock @param {string} state */
function turn(clock, state) {
  const [word, spoken] = words.clocks[clock.dataset.clock ?? "ack"][state];
  clock.dataset.state = state;
  setText(clock.querySelector("[data-word]"), word);
  setText(clock.querySelector("[data-spoken]"), spoken);
  const row = clock.closest(".row");
  const isNear = clock.closest("#item") || row?.matches("[aria-current], :focus-within");
  const who = (row?.querySelector(".row-link") ?? document.querySelector("#item-title"))?.textContent ?? "";
  if (isNear && state !== "calm") announce(fill(state === "soon" ? words.soon : words.overdue, { who }));
}

/** Sets every clock within, at once. @param {ParentNode} [within] */
export function tickAll(within = document) {
  const at = now();
  for (const clock of all("[data-due]", within)) tick(clock, at);
}

const seen = eye(tickAll);
/** From now on this row ticks whenever it is in sight. @param {Element} row */
export const watch = (row) => seen.observe(row);

function tickNear() {
  for (const place of [...near, ...all("#item, .row[aria-current]")]) tickAll(place);
}

/** Each ticks first when it comes into sight: until then it stands as the server wrote it. */
export const startClocks = () => setInterval(tickNear, 1000);
