// A text being written is never lost: kept by item in this browser until it is sent, and cleared when its owner signs out.
import { recall, remember } from "./memory.js";

/** @param {string} item */
const key = (item) => `vigie.draft.${document.body.dataset.me ?? ""}.${item}`;

/** @param {string} item @returns {{text: string, mode: string, position: string, original?: string} | null} */
export const draftOf = (item) => recall(key(item));

/** @param {string} item @param {string} text @param {string} mode @param {string} position @param {string} [original] what it was translated from */
export const keepDraft = (item, text, mode, position, original) => remember(key(item), text.trim() ? { text, mode, position, original } : null);

/** @param {string} item */
export const forgetDraft = (item) => remember(key(item), null);
