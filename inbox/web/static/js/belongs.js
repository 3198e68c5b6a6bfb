// Whether an item belongs to the list that is shown: told from what came with the change, else asked of the server, many
// at once.
import { now } from "./clocks.js";
import { figures } from "./server.js";

/** @typedef {import("./live.js").Facets} Facets */
/** @type {Record<string, any>} */
const wanted = JSON.parse(document.body.dataset.filter ?? "{}");
const { base = "", query = "" } = document.body.dataset;
const [SOON_MS, AGAIN_MS] = [200, 2000];
const MOST = 100;
/** @type {[string, string][]} */
const SETS = [["statuses", "status"], ["priorities", "priority"], ["channels", "channel"], ["networks", "network"], ["langs", "lang"]];
/** What only the server can look into: words, names, marks, when somebody was heard, what must not be. */
const HIDDEN = Boolean(wanted.q || wanted.marks?.length || wanted.heard_after || wanted.heard_before
  || [wanted.uncertain, wanted.unscored].some((one) => one !== null && one !== undefined)
  || wanted.without?.assignees.length || wanted.without?.marks.length);

/** True or false where the facets tell; undefined where only the server can. @param {Facets} facets @returns {boolean | undefined} */
export function told(facets) {
  const said = /** @type {Record<string, any>} */ (facets);
  for (const [many, one] of SETS) if (wanted[many]?.length && !wanted[many].includes(said[one]) || wanted.without?.[many]?.includes(said[one])) return false;
  if (wanted.assignees?.length && !wanted.assignees.includes(said.assignee ?? "none")) return false;
  if (wanted.breached !== null && wanted.breached !== undefined && said.breached !== wanted.breached) return false;
  if (wanted.due_before && !(said.due_at && Date.parse(String(said.due_at)) < now() + 30 * 60_000)) return false;
  return HIDDEN ? undefined : true;
}

/** @type {Map<string, ((fits: boolean) => void)[]>} */ let asked = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

/** Asks the server, together with the others that changed in the same moment. @param {string} id @returns {Promise<boolean>} */
export function ask(id) {
  return new Promise((resolve) => {
    asked.set(id, [...(asked.get(id) ?? []), resolve]);
    soon ??= setTimeout(send, SOON_MS);
  });
}

async function send() {
  soon = undefined;
  const batch = [...asked].slice(0, MOST);
  asked = new Map([...asked].slice(MOST));
  if (asked.size) soon = setTimeout(send, SOON_MS);
  const found = await figures(`${base}/queue/fits${query}&ids=${batch.map(([id]) => id).join(",")}`);
  // Who was cut off asks again.
  if (!found) { asked = new Map([...batch, ...asked]); soon ??= setTimeout(send, AGAIN_MS); return; }
  const held = new Set(/** @type {string[]} */ (found.fits));
  for (const [id, waiting] of batch) for (const resolve of waiting) resolve(held.has(id));
}
