// What was just done can be taken back for ten seconds, on the next page, too: the form that would do so is kept until then.
import { find, show, toast, words } from "./dom.js";
import { openItem } from "./opened.js";
import { open } from "./pane.js";

const KEPT = "vigie.undo";
const TEN_S = 10_000;
/** @typedef {{item: string, act: string, fields: Record<string, string>, said: string, until: number}} Undo */
/** @type {Omit<Undo, "until" | "said"> | null} */
let meant = null;
/** The words that were there before. @type {HTMLElement | null} */
let told = null;

/** @returns {Undo | null} */
function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return found && found.until > Date.now() ? found : null;
  } catch { return null; }
}

const forget = () => { try { sessionStorage.removeItem(KEPT); } catch { /* nothing was kept */ } };

/** What would take it back, as the item stands before. @param {HTMLFormElement} form @returns {[string, Record<string, string>] | null} */
function opposite(form) {
  const act = form.action.slice(form.action.lastIndexOf("/") + 1);
  const field = (/** @type {string} */ id) => /** @type {HTMLSelectElement | null} */ (find(`#item-head #${id}`));
  const stood = (/** @type {string} */ id) => [...(field(id)?.options ?? [])].find((one) => one.defaultSelected)?.value;
  if (act === "resolve") return ["reopen", {}];
  if (act === "take" || act === "assign") return ["assign", { assignee: stood("assignee") ?? "none" }];
  if (act === "priority") return ["priority", { priority: stood("priority") ?? "rules" }];
  return null;
}

/** @param {Undo} undoing */
function offer(undoing) {
  const box = find("#toasts .toast") ?? document.createElement("div");
  if (!box.isConnected) { box.className = "toast"; const line = document.createElement("span"); line.textContent = undoing.said; box.append(line); show(box); }
  const button = document.createElement("button");
  button.className = "btn";
  button.type = "button";
  button.dataset.undo = "";
  button.textContent = words.undo;
  button.addEventListener("click", () => void undo());
  box.append(button);
  setTimeout(() => button.remove(), Math.max(0, undoing.until - Date.now()));
}

/** After an act that went through: the pane says so, and the way back is kept. */
export function done() {
  const box = find("#toasts .toast");
  const said = box === told ? "" : box?.textContent?.trim();
  told = box;
  // An act that was refused says so on the item, and leaves the words of the one before where they are.
  if (!meant || !said || meant.item !== openItem()) { meant = null; return; }
  /** @type {Undo} */
  const undoing = { ...meant, said, until: Date.now() + TEN_S };
  meant = null;
  try { sessionStorage.setItem(KEPT, JSON.stringify(undoing)); } catch { /* then it holds for this page only */ }
  offer(undoing);
}

/** Takes the last act back; refused, as any act, where somebody else has moved on meanwhile. */
export async function undo() {
  const undoing = kept();
  if (!undoing) return;
  forget();
  const path = `${document.body.dataset.base}/items/${undoing.item}`;
  if (openItem() !== undoing.item) await open(path + document.body.dataset.query, { focus: false });
  const form = new FormData();
  for (const [name, value] of Object.entries(undoing.fields)) form.set(name, value);
  for (const name of ["csrf", "expected_position"]) form.set(name, /** @type {HTMLInputElement | null} */ (find(`#item input[name=${name}]`))?.value ?? "");
  form.set("idempotency_key", crypto.randomUUID());
  try {
    const response = await fetch(`${path}/${undoing.act}`, { method: "POST", body: form, headers: { "HX-Request": "true" }, credentials: "same-origin" });
    await open(path + document.body.dataset.query, { push: false, focus: false });
    toast(response.ok ? words.undone : words.not_undone, response.ok ? "met" : "alarm");
  } catch { toast(words.lost, "alarm"); }
}

export function startUndo() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const item = openItem();
    const way = form instanceof HTMLFormElement && form.closest("#item") && item ? opposite(form) : null;
    meant = way && item ? { item, act: way[0], fields: way[1] } : null;
  }, true);
  document.addEventListener("htmx:after:swap", () => setTimeout(done));
  const before = kept();
  if (before) offer(before);
}
