// What this browser remembers. A storage that is full or forbidden loses comfort, not what stands on the screen.

const stores = { local: () => localStorage, session: () => sessionStorage };

/** @param {string} key @param {keyof typeof stores} [store] @returns {any} */
export function recall(key, store = "local") {
  try { return JSON.parse(stores[store]().getItem(key) ?? "null"); } catch { return null; }
}

/** @param {string} key @param {unknown} value null: forgets it @param {keyof typeof stores} [store] */
export function remember(key, value, store = "local") {
  try {
    if (value === null) stores[store]().removeItem(key);
    else stores[store]().setItem(key, JSON.stringify(value));
  } catch { /* only comfort is lost */ }
}

/** What was used last, the latest first. @param {string} key @returns {string[]} */
export const lately = (key) => recall(key) ?? [];

/** @param {string} key @param {string} used @param {number} most */
export const used = (key, used, most) => remember(key, [used, ...lately(key).filter((one) => one !== used)].slice(0, most));

/** @param {string[]} starts what the keys begin with */
export function forgetAll(...starts) {
  try {
    for (const key of Object.keys(localStorage)) if (starts.some((start) => key.startsWith(start))) localStorage.removeItem(key);
  } catch { /* nothing was kept */ }
}
