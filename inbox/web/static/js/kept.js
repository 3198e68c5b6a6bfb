// What was done without network, kept in this browser until it is sent: once, in order, as the member who did it. Pages and
// the service worker share it, so that an act leaves also after its page was closed.

/** @typedef {{key: string, me: number, base: string, item: string, act: string, fields: [string, string][], who: string,
 *   at: number, due: number, why: string}} Kept `due`: not sent before, so that it can be taken back; `why`: it was refused. */

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>} */
const within = (mode, ask) => new Promise((well, badly) => {
  const opened = indexedDB.open("vigie", 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore("kept", { keyPath: "key" });
  opened.onerror = () => badly(opened.error);
  opened.onsuccess = () => {
    const going = opened.result.transaction("kept", mode);
    const asked = ask(going.objectStore("kept"));
    going.oncomplete = () => { opened.result.close(); well(asked.result); };
    going.onabort = () => { opened.result.close(); badly(going.error); };
  };
});
const line = new BroadcastChannel("vigie.kept");

/** Those that wait and those that were refused, as they were done. @returns {Promise<Kept[]>} */
export const everything = async () => (await within("readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
/** @param {Kept} one */
export const keep = async (one) => { await within("readwrite", (store) => store.put(one)); line.postMessage(""); };
/** @param {string} key @param {string} [said] what came of it */
export const drop = async (key, said = "") => { await within("readwrite", (store) => store.delete(key)); line.postMessage(said); };

/** One at a time, whichever page or worker asks. Rejects where there is no network; what was not answered stays.
 * @param {number} [until] also what could be taken back until then @returns {Promise<[string, string][]>} what was said of each, by its key */
export const sendKept = async (until = Date.now()) => navigator.locks.request("vigie.kept", async () => {
  /** @type {[string, string][]} */ const done = [];
  const due = (await everything()).filter((one) => !one.why && one.due <= until);
  const here = due.length ? await fetch("/account/here") : null;
  if (!here?.ok || here.redirected) return done; // signed out: kept for the same member
  const { member, csrf } = await here.json();
  for (const one of due) {
    if (one.me !== member) { await drop(one.key); continue; }
    const form = new FormData();
    for (const [name, value] of [...one.fields, ["csrf", csrf]]) form.append(name, value);
    const response = await fetch(`${one.base}/items/${one.item}/kept/${one.act}`, { method: "POST", body: form, keepalive: true });
    if (response.status >= 500 || response.status === 429 || response.redirected) return done;
    const told = await response.json().catch(() => ({}));
    if (!response.ok) { await keep({ ...one, why: told.said || told.detail || String(response.status) }); continue; }
    if (told.alone) due.forEach((other) => seen(other, one, String(told.position)));
    await drop(one.key, told.said);
    done.push([one.key, told.said]);
  }
  return done;
});

/** What I did next to the same item, having seen the same, has seen what I did first. @param {Kept} other @param {Kept} one @param {string} now */
function seen(other, one, now) {
  const [mine, its] = [one, other].map((each) => each.fields.find(([name]) => name === "expected_position"));
  if (other !== one && other.item === one.item && its && its[1] === mine?.[1]) its[1] = now;
}
