// The composer: one text, kept while it is written, in the mode that is chosen; what it counts, suggests and sends.
import { all, field, find, number, setText, words } from "./dom.js";
import { limitBeside } from "./files.js";
import { lengthOf } from "./lengths.js";
import { recall, remember } from "./memory.js";
import { openItem, pane } from "./opened.js";
import { toast } from "./toasts.js";

export const text = () => /** @type {HTMLTextAreaElement | null} */ (find("#text"));
export const mode = () => field("#composer [name=mode]:checked")?.value ?? "note";

/** Where it is kept in this browser until it is sent, or its owner signs out. @param {string} item */
const draft = (item) => `vigie.draft.${document.body.dataset.me ?? ""}.${item}`;

/** @param {string} item */
export const forgetDraft = (item) => remember(draft(item), null);

/** @param {string} id */
export function restore(id) {
  /** @type {{text: string, mode: string, position: string, original?: string} | null} what it was translated from */ const kept = recall(draft(id));
  const area = text();
  if (!area) return;
  if (kept && area.dataset.fresh && kept.text !== area.value) {
    area.value = kept.text;
    pick(kept.mode);
    if (kept.original) translated(kept.text, kept.original);
    toast(words.draft);
  }
  length();
}

/** @param {string} wanted */
function pick(wanted) {
  const radio = field(`#composer [name=mode][value="${wanted}"]`);
  if (radio) radio.checked = true;
  return Boolean(radio);
}

/** To write in a mode: the field gets the focus. @param {string} [wanted] */
export function write(wanted) {
  const area = text();
  if (!area) return;
  if (wanted && wanted !== mode()) { if (!pick(wanted)) return; turned(); }
  pane().setAttribute("data-writing", "");
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

/** A reply that never arrived, once more: into the field, in front of what may stand there already. @param {string} words */
export function rewrite(words) {
  const area = text();
  if (!area) return;
  pick("reply");
  turned();
  if (!area.value.includes(words)) area.value = [words, area.value].filter(Boolean).join("\n\n");
  write("reply");
  length();
  keep();
}

/** The suggested words stand only where they are meant, and only while nobody has changed them. */
export function turned() {
  const area = text();
  if (!area) return;
  const held = area.dataset.holding ?? "";
  if (mode() === "acknowledge" && !area.value.trim()) area.value = held;
  else if (mode() !== "acknowledge" && area.value === held) area.value = "";
  length();
  keep();
}

/** Another promise: the words say its time, where they still say the old one. @param {HTMLSelectElement} select */
export function promised(select) {
  const area = text();
  if (!area) return;
  const before = select.dataset.before ?? select.options[0]?.dataset.said ?? "";
  const after = select.selectedOptions[0]?.dataset.said ?? "";
  if (before && after && area.value.includes(before)) {
    const wasHeld = area.value === area.dataset.holding;
    area.value = area.value.replace(before, after);
    if (wasHeld) area.dataset.holding = area.value;
  }
  if (after) select.dataset.before = after;
  length();
}

export function length() {
  const [area, line] = [text(), find("[data-count-line]")];
  if (!area || !line) return;
  const { counting = "characters", limit = "0", limitPrivate = limit, limitTeam = limit } = line.dataset;
  const team = mode() === "note" || mode() === "by-hand";
  const beside = mode() === "reply" ? limitBeside() : 0;
  const most = beside ? Math.min(beside, Number(limit)) : Number(team ? limitTeam : mode() === "private" ? limitPrivate : limit);
  const count = lengthOf(team ? "characters" : counting, area.value);
  setText(find("[data-length]"), number(count));
  setText(find("[data-limit-shown]"), number(most));
  // The browser then says so itself, and sends nothing.
  const unseen = !team && find("#translated-draft:not([hidden]) [name=looked]:not(:checked)");
  area.setCustomValidity((count > most ? area.dataset.tooLong : unseen ? area.dataset.unseen : "") ?? "");
  line.toggleAttribute("data-over", count > most);
}

export function keep() {
  const [area, id] = [text(), openItem()];
  if (!area || !id) return;
  const kept = { text: area.value, mode: mode(), position: find("#composer")?.dataset.position ?? "", original: original()?.value };
  remember(draft(id), area.value === area.dataset.holding || !area.value.trim() ? null : kept);
}

export const original = () => /** @type {HTMLTextAreaElement | null} */ (find("#original"));
/** Puts words into the field: a translation, to be looked at before it leaves, with the words it is of beside it; or these. @param {string} words @param {string} [before] */
export function translated(words, before = "") {
  const [area, box, held, looked] = [text(), find("#translated-draft"), original(), field("#translated-draft [name=looked]")];
  if (!area || !(box instanceof HTMLFieldSetElement) || !held || !looked) return;
  [area.value, held.value, looked.checked, box.hidden, box.disabled] = [words, before, false, !before, !before];
  length();
  keep();
}

/** Sends what is written, by the button of the mode. */
export function send() {
  const button = all("#composer [data-send]").find((one) => one.offsetParent !== null);
  if (button instanceof HTMLButtonElement && !button.disabled && button.getAttribute("aria-busy") !== "true") button.click();
}
