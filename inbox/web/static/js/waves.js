// Waves folded in the list: the first by rank stands for the others. Who waits of each comes with the page and then over the
// stream, the same for all who watch the brand; what of it is on this list is summed up here, as inbox/views/folding.py does.
import { waiting } from "./arrivals.js";
import { told } from "./belongs.js";
import { all, clicked, fill, find, number, setText, words } from "./dom.js";
import { before, rankOf } from "./ranks.js";
import { dress, isWithin, rowOf, rows } from "./rows.js";
import { page } from "./server.js";

/** Members that are alike in all that a list can be narrowed to, and the rank of the first. @typedef {import("./live.js").Facets & {items: number}} Cell */
const { base = "", query = "", waves: given = "", listOf = "" } = document.body.dataset;
const [LEAST, MOST] = [3, 100];
/** Those on this list, the first by rank first. @type {Map<string, Cell[]>} */ const folded = new Map();
/** No longer folded: some of their rows have yet to come. @type {Set<string>} */ const apart = new Set();

/** @param {Cell[]} cells */
const total = (cells) => cells.reduce((sum, { items }) => sum + items, 0);

/** The stream says who waits in these waves; where the list shows every row there is nothing to do. @param {{waves: Record<string, Cell[]>, every: boolean}} news */
export function learn({ waves, every }) {
  if (!given) return;
  if (every) for (const wave of folded.keys()) waves[wave] ??= [];
  for (const [wave, cells] of Object.entries(waves)) {
    const here = cells.filter((cell) => told(cell));
    const folds = total(here) >= LEAST;
    if (folds) folded.set(wave, here); else if (folded.delete(wave)) apart.add(wave);
    for (const [id, { facets }] of waiting) if (folds && facets.wave === wave && id !== here[0].rank[2]) waiting.delete(id);
    for (const row of all(`#rows .row[data-wave="${wave}"]`).reverse()) {
      dress(row);
      // The last row of all may go at once, where who stands for it is there: nothing moves.
      if (folds && rowOf(here[0].rank[2]) && row.matches("[data-fold=under]:not(:hover, :focus-within, [aria-current], [data-chosen])") && row === rows().at(-1) && !find("#more")) row.remove();
    }
  }
  const hidden = total([...folded.values()].flat()) - folded.size;
  setText(find("[data-fold-figure]"), hidden ? number(hidden) : "");
  setText(find("[data-fold-count]"), hidden ? fill(words.folded, { n: number(hidden) }) : "");
}

/** For how many others it stands, or that another stands for it. @param {HTMLElement} row */
export function place(row) {
  const { id = "", wave = "" } = row.dataset;
  const [cells, chip] = [folded.get(wave), find(".row-wave", row)];
  const more = cells?.[0].rank[2] === id ? total(cells) - 1 : 0;
  row.dataset.fold = cells ? String(more || "under") : "";
  chip?.setAttribute("href", more ? listOf + wave : `${base}/waves/${wave}`);
  setText(chip && find("[data-said]", chip), more ? fill(words.like, { n: number(more) }) : chip?.dataset.alone ?? "");
}

/** Whether what is new has a row of its own: what is more urgent than who stood for its wave does. @param {import("./live.js").Change} change */
export function stands({ id, facets }) {
  const cells = folded.get(facets.wave ?? "");
  if (!cells || cells[0].rank[2] === id) return true;
  if (before(facets.rank, cells[0].rank) > 0) return false;
  cells.unshift({ ...facets, items: 0 });
  return true;
}

/** Of a group: how many items are in folded waves, and how many rows stand for some. @param {number} group */
export function sums(group) {
  const folds = [...folded.values()];
  return { items: total(folds.flat().filter(({ priority }) => priority === group)), rows: folds.filter(([first]) => first.priority === group).length };
}

/** Waves for which other rows stand than those that are here. */
export const missing = () => [...apart, ...[...folded].filter(([, [{ rank }]]) => !rowOf(rank[2]) && !waiting.has(rank[2]) && isWithin(rank)).map(([wave]) => wave)];

/** Asked of the server at the gesture, which may be before the stream tells: the rows that stand here for the waves that it touches.
 * @param {HTMLElement[]} astray @returns {Promise<HTMLElement[]>} */
export async function standing(astray) {
  if (!given) return [];
  const touched = new Set([...missing(), ...[...waiting.values()].map(({ facets }) => facets.wave), ...astray.map(({ dataset }) => dataset.wave)].filter(Boolean));
  const made = touched.size ? find("[data-waves]", await page(`${base}/queue/standing${query}&waves=${[...touched].slice(0, MOST)}`) ?? undefined) : null;
  if (!made) return [];
  learn({ waves: JSON.parse(made.dataset.waves ?? "{}"), every: false });
  apart.clear();
  return all(".row", made).filter((row) => !rowOf(row.dataset.id ?? "") && !waiting.has(row.dataset.id ?? "") && isWithin(rankOf(row)));
}

/** As the page came. Who comes back from the list of a wave comes back to its row. */
export function begin() {
  if (given) learn(JSON.parse(given));
  if (location.hash.startsWith("#wave-")) find(`#rows .row[data-wave="${CSS.escape(location.hash.slice(6))}"] .row-link`)?.focus();
}

clicked("#rows .row-wave", (chip) => history.replaceState(history.state, "", `#wave-${/** @type {HTMLElement} */ (chip.closest(".row")).dataset.wave}`));
