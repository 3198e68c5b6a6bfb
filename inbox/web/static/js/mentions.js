// `@` in a note offers the colleagues of this brand; who is chosen gets a notice once the note is added.
import { combobox } from "./combobox.js";
import { mode, text } from "./composer.js";
import { find } from "./dom.js";

const CALLED = /(?<![\p{L}\p{N}_])@([^@\n]{0,40})$/u;
const MOST = 8;
/** @type {HTMLTextAreaElement | null} */
let ready = null;

/** @param {HTMLTextAreaElement} area @returns {import("./combobox.js").Option[]} */
function offers(area) {
  const called = mode() === "note" && area.selectionStart === area.selectionEnd ? CALLED.exec(area.value.slice(0, area.selectionStart)) : null;
  if (!called) return [];
  const typed = (called[1] ?? "").toLowerCase();
  /** @type {string[]} */
  const names = JSON.parse(find("#colleagues")?.dataset.names ?? "[]");
  return names.filter((name) => ` ${name.toLowerCase()}`.includes(` ${typed}`)).slice(0, MOST).map((name) => ({ label: name, take: () => {
    area.setRangeText(`@${name} `, called.index, area.selectionStart, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  } }));
}

document.addEventListener("focusin", () => {
  const [area, list] = [text(), find("#colleagues")];
  if (!area || !list || area === ready) return;
  ready = area;
  combobox(area, list, () => offers(area), true);
});
