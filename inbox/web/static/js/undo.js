// What was just done can be taken back for ten seconds, on the next page, too: the form that would do so is kept until then.
import { field, find, regain, words } from "./dom.js";
import { recall, remember } from "./memory.js";
import { openItem } from "./opened.js";
import { open } from "./pane.js";
import { csrf } from "./server.js";
import { offer, toast } from "./toasts.js";

const [KEPT, TEN_MS] = ["vigie.undo", 10_000];
/** @typedef {{item: string, act: string, fields: Record<string, string>, said: string, until: number}} Undo */
/** @type {Omit<Undo, "until" | "said"> | null} */ let meant = null;
/** The words that were there before. @type {HTMLElement | null} */ let told = null;

/** @returns {Undo | null} */
function kept() {
  const found = recall(KEPT, "session");
  return found?.until > Date.now() ? found : null;
}

/** What would take it back, as the item stands before. @param {HTMLFormElement} form @returns {[string, Record<string, string>] | null} */
function opposite(form) {
  const act = form.action.slice(form.action.lastIndexOf("/") + 1);
  const stood = (/** @type {string} */ id) => /** @type {HTMLOptionElement | null} */ (find(`#item-head #${id} option[selected]`))?.value;
  if (act === "resolve") return ["reopen", {}];
  if (act === "take" || act === "assign") return ["assign", { assignee: stood("assignee") ?? "none" }];
  if (act === "priority") return ["priority", { priority: stood("priority") ?? "rules" }];
  return null;
}

/** @param {Undo} undoing */
function offerUndo(undoing) {
  const button = offer(find("#toasts .toast") ?? toast(undoing.said), words.undo, () => void undo());
  button.dataset.undo = "";
  setTimeout(() => { button.remove(); regain(); }, Math.max(0, undoing.until - Date.now()));
}

/** After an act that went through: the pane says so, and the way back is kept. */
function done() {
  const box = find("#toasts .toast");
  const said = box === told ? "" : box?.textContent?.trim();
  told = box;
  // An act that was refused says so on the item, and leaves the words of the one before where they are.
  if (!meant || !said || meant.item !== openItem()) { meant = null; return; }
  /** @type {Undo} */
  const undoing = { ...meant, said, until: Date.now() + TEN_MS };
  meant = null;
  remember(KEPT, undoing, "session");
  offerUndo(undoing);
}

/** Takes the last act back; refused, as any act, where somebody else has moved on meanwhile. */
export async function undo() {
  const undoing = kept();
  if (!undoing) return;
  remember(KEPT, null, "session");
  const path = `${document.body.dataset.base}/items/${undoing.item}`;
  const seen = path + document.body.dataset.query;
  if (openItem() !== undoing.item) await open(seen, { focus: false });
  const position = field("#item input[name=expected_position]")?.value ?? "";
  const body = new FormData();
  const fields = { ...undoing.fields, csrf: csrf("#item"), expected_position: position, idempotency_key: crypto.randomUUID() };
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  try {
    const response = await fetch(`${path}/${undoing.act}`, { method: "POST", body, headers: { "HX-Request": "true" } });
    await open(seen, { push: false, focus: false });
    toast(response.ok ? words.undone : words.not_undone, response.ok ? "met" : "alarm");
  } catch { toast(words.lost, "alarm"); }
}

document.addEventListener("submit", ({ target: form }) => {
  const item = openItem();
  const way = form instanceof HTMLFormElement && form.closest("#item") && item ? opposite(form) : null;
  meant = way && item ? { item, act: way[0], fields: way[1] } : null;
}, true);
document.addEventListener("htmx:after:swap", () => setTimeout(done));
const before = kept();
if (before) offerUndo(before);
