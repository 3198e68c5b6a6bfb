// In what order rows stand: as the server sorts, so that what comes live has the place that a reload would give it.

/** The tier (in P1 the sure ones first), what is due first, the item. @typedef {[number, number, string]} Rank */

/** @param {Rank} a @param {Rank} b */
export const before = (a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : Number(a[2] > b[2]));

/** @param {Element} row @returns {Rank} */
export const rankOf = (row) => { const { tier, rank, id } = /** @type {HTMLElement} */ (row).dataset; return [Number(tier), Number(rank), String(id)]; };

/** How many of these stand before it, found by halves: they are in order. @param {Rank} rank @param {HTMLCollection} shown */
export function placeOf(rank, shown) {
  let [low, high] = [0, shown.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(rankOf(shown[middle]), rank) < 0) low = middle + 1; else high = middle;
  }
  return low;
}
