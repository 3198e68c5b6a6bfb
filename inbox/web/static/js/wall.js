// The wallboard: shown anew soon after something happened, and twice a minute in any case, since time alone makes late.
import { clicked, find } from "./dom.js";
const [SOON_MS, PASSING_MS] = [3000, 30_000];
const at = find("#wall")?.dataset.at ?? "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
let soon = false;
let source = open();
async function look() {
  plan(PASSING_MS);
  soon = false;
  if (source.readyState === EventSource.CLOSED) source = open();
  const lost = find("#wall-lost");
  try {
    const answer = await fetch(`${at}/figures`);
    if (answer.status === 410 || answer.redirected) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    find("#wall")?.replaceChildren(...made.body.childNodes);
    if (lost) lost.hidden = true;
  } catch { if (lost) lost.hidden = false; }
}
/** @param {number} ms */
function plan(ms) { clearTimeout(next); next = setTimeout(() => void look(), ms); }
function happened() { if (!soon) { soon = true; plan(SOON_MS); } }
function open() {
  const opened = new EventSource(`${at}/live`);
  for (const name of ["ready", "item", "counts", "reset", "error"]) opened.addEventListener(name, happened);
  return opened;
}
plan(PASSING_MS);
const full = find("#wall-full");
if (full && document.fullscreenEnabled) full.hidden = false;
clicked("#wall-full", () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
