// One key, one act, as the sheet of keys says; never inside a field, never with Alt, and with Ctrl or Meta only what stands
// there so. What the page has no act for is left to the browser.
import { ACTS } from "./doing.js";
import { all, clicked, find, isAlone } from "./dom.js";
import { openPalette } from "./palette.js";

ACTS.palette = ACTS.commands = openPalette;
/** @type {Map<string, string>} */ const byKey = new Map(all("#keys [data-act]").map((line) => [line.dataset.keyIs ?? "", line.dataset.act ?? ""]));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || find("dialog[open]")) return;
  const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (event.key === "Escape" || held && event.key === "Enter") { ACTS[event.key]?.(event); return; }
  const act = ACTS[byKey.get(held ? `Ctrl+${event.key.toLowerCase()}` : isAlone(event) ? event.key : "") ?? ""];
  if (!act) return;
  event.preventDefault();
  act();
});
clicked("[data-open-keys]", ACTS.sheet);
clicked("[data-open-palette]", openPalette);
