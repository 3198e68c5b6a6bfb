// Reading other languages: by the browser itself where it can, on this device; else by the brand's service. The words stay
// where they are, what was translated stands below them. A draft that was translated is looked at before it leaves.
import { original, text, translated } from "./composer.js";
import { all, clicked, element, fill, find } from "./dom.js";
import { pane } from "./opened.js";
const own = /** @type {any} */ (window).Translator, WAIT_MS = 60_000; // for what it fetches first: it goes on by itself, and is there the next time
/** Whether it can, by pair of languages. @type {Map<string, Promise<boolean>>} */
const able = new Map();
/** What was translated, by the mark of its words: it comes back when the pane is shown anew. @type {Map<string, Element>} */
const told = new Map();
/** @param {string} from @param {string} to */
function can(from, to, pair = `${from} ${to}`) {
  if (!able.has(pair)) able.set(pair, Promise.resolve(own?.availability({ sourceLanguage: from, targetLanguage: to })).then((said) => Boolean(said) && said !== "unavailable", () => false));
  return able.get(pair);
}
/** A translation to be shown, or why there is none. @param {HTMLElement} control @param {string} words @param {HTMLFormElement} form @param {HTMLElement} place */
async function translate(control, words, form, place, url = form.action) {
  const made = /** @type {HTMLTemplateElement} */ (find("#translated"));
  const { working = "", loading = "", failed = "", lost = "", from = "", to = "", service } = { ...made.dataset, ...control.dataset };
  place.textContent = working;
  if (await can(from, to)) {
    try {
      const by = await own.create({ sourceLanguage: from, targetLanguage: to, signal: AbortSignal.timeout(WAIT_MS), monitor: (/** @type {EventTarget} */ one) => one.addEventListener("downloadprogress",
        (event) => { place.textContent = fill(loading, { percent: Math.round(100 * /** @type {any} */ (event).loaded) }); }) }).finally(() => { place.textContent = working; });
      const box = /** @type {HTMLElement} */ (made.content.firstElementChild?.cloneNode(true));
      /** @type {HTMLElement} */ (find(".said", box)).textContent = await by.translate(words);
      return box;
    } catch { if (service === undefined) return element("p", { className: "error", textContent: failed }); }
  }
  const answer = await fetch(url, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } }).then((one) => (one.redirected ? "" : one.text())).catch(() => "");
  return find(".translated, .error", new DOMParser().parseFromString(answer, "text/html")) ?? element("p", { className: "error", textContent: lost });
}
/** @param {HTMLFormElement} form */
async function show(form, place = /** @type {HTMLElement} */ (form.nextElementSibling)) {
  if (find("details", place)) return void find("details", place)?.setAttribute("open", "");
  const found = await translate(form, find(".said", form.closest(".folded, .msg") ?? document)?.textContent ?? "", form, place);
  place.replaceChildren(found);
  if (found.matches("details")) told.set(place.id, found);
}
/** After each change of the pane: controls for what the browser can do, and what was translated before. */
function dress() {
  for (const control of all("#item :is(.translate, [data-translate-draft])[hidden]")) void can(control.dataset.from ?? "", control.dataset.to ?? "")?.then((yes) => { if (yes) control.hidden = false; });
  for (const place of all("#item .translation:empty")) place.append(...[told.get(place.id) ?? []].flat());
}
document.addEventListener("submit", async (event, form = event.target) => {
  if (!(form instanceof HTMLFormElement) || !form.matches(".translate")) return;
  event.preventDefault();
  for (const one of "all" in form.dataset ? all("#thread .reading .translate:not([hidden])") : [form]) if (!one.closest(".folded:not([open])")) await show(/** @type {HTMLFormElement} */ (one));
});
clicked("[data-translate-draft]", async (button, event) => {
  event.preventDefault();
  const [area, line] = [text(), find("#draft-told")];
  if (!(button instanceof HTMLButtonElement) || !button.form || !area?.value.trim() || !line || area.readOnly) return area?.focus();
  area.readOnly = true;
  const found = await translate(button, area.value, button.form, line, button.formAction).finally(() => { area.readOnly = false; });
  if (!area.isConnected) return; // another item is open by now: words for one person never come to stand before another
  line.replaceChildren(...(found.matches(".error") ? [found] : []));
  translated(find(".said", found)?.textContent || area.value, found.matches(".error") ? "" : area.value);
});
clicked("[data-untranslate]", (_, event) => { event.preventDefault(); translated(original()?.value ?? ""); });
new MutationObserver(dress).observe(pane(), { childList: true, subtree: true });
dress();
