// One key, one act, as the sheet of keys says; never inside a field, never with Ctrl, Alt or Meta but for the palette.
import { ACTS } from "./acts.js";
import { send } from "./composer.js";
import { all, clicked, find, isAlone, isField } from "./dom.js";
import { openItem } from "./opened.js";
import { openPalette } from "./palette.js";
import { close } from "./pane.js";

/** @type {Record<string, () => void>} */ const acts = { ...ACTS, palette: openPalette };
/** @type {Map<string, string>} */ const byKey = new Map(all("#keys [data-act]").map((line) => [line.dataset.keyIs ?? "", line.dataset.act ?? ""]));

/** @param {KeyboardEvent} event */
function escape({ target }) {
  if (target instanceof HTMLElement && isField(target)) { target.blur(); find(target.closest("#item") ? "#item-body" : "#rows")?.focus(); return; }
  if (openItem() && find(".app")?.hasAttribute("data-open") && !document.activeElement?.closest("#list")) close();
}

/** @param {KeyboardEvent} event */
const isPalette = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || find("dialog[open]")) return;
  if (isPalette(event)) { event.preventDefault(); openPalette(); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === find("#text")) { event.preventDefault(); send(); return; }
  if (event.key === "Escape") { escape(event); return; }
  const act = isAlone(event) && acts[byKey.get(event.key) ?? ""];
  if (!act) return;
  event.preventDefault();
  act();
});
clicked("[data-open-keys]", ACTS.sheet);
