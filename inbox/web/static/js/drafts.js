// A text being written is never lost: kept by item in this browser until it is sent, and cleared when its owner signs out.

const PREFIX = "vigie.draft.";

/** @returns {string} */
const owner = () => document.body.dataset.me ?? "";

/** @param {string} item @returns {{text: string, mode: string, position: string} | null} */
export function draftOf(item) {
  try {
    return JSON.parse(localStorage.getItem(`${PREFIX}${owner()}.${item}`) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} item @param {string} text @param {string} mode @param {string} position */
export function keepDraft(item, text, mode, position) {
  try {
    if (text.trim()) localStorage.setItem(`${PREFIX}${owner()}.${item}`, JSON.stringify({ text, mode, position }));
    else forgetDraft(item);
  } catch { /* a full or forbidden storage loses comfort, not the text on the screen */ }
}

/** @param {string} item */
export function forgetDraft(item) {
  try { localStorage.removeItem(`${PREFIX}${owner()}.${item}`); } catch { /* nothing was kept */ }
}

export function forgetAllDrafts() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch { /* nothing was kept */ }
}
