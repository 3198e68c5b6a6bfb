// The live stream: one connection a page, resumed where it was cut. Says when it is lost, with the time of the data.
import { announce, find, fill, hour, setText, words } from "./dom.js";

/** @typedef {{status: string, priority: number, assignee: number | null, channel: string, network: string, lang: string | null,
 *   wave: string | null, breached: boolean, due_at: string | null, rank: import("./ranks.js").Rank}} Facets */
/** @typedef {{id: string, position: number, facets: Facets, html: string}} Change */

/** The server says something every 15 s at the latest: a connection that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

/** @param {Record<string, (said: any) => void>} hearers what the stream calls it, and who hears it @param {string} seat */
export function follow(hearers, seat) {
  const { base, lang, position, views } = document.body.dataset;
  let [last = "0", era = "0"] = (position ?? "").split("-");
  let [lost, retry, heard] = [0, 1000, Date.now()];
  /** @type {EventSource | null} */ let source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ let again;

  function open() {
    clearTimeout(again);
    source?.close();
    heard = Date.now();
    source = new EventSource(`${base}/live?lang=${lang}&after=${last}&era=${era}&views=${views}&seat=${seat}`);
    source.addEventListener("open", () => { retry = 1000; });
    for (const name of ["ready", "beat", ...Object.keys(hearers)]) source.addEventListener(name, alive);
    source.addEventListener("reset", () => location.reload());
    for (const [name, hear] of Object.entries(hearers)) source.addEventListener(name, (event) => hear(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      offline();
      if (source?.readyState === EventSource.CLOSED) {
        again = setTimeout(open, retry);
        retry = Math.min(30_000, retry * 2);
      }
    });
  }

  /** Where we are is what the stream calls it: of several changes at one position, the last says so. @param {MessageEvent} event */
  function alive({ lastEventId }) {
    if (lastEventId) [last, era = "0"] = lastEventId.split("-");
    lost = 0;
    heard = Date.now();
    const bar = find("#offline");
    if (bar) bar.hidden = true;
    state("here", words.live);
  }

  function offline() {
    const bar = find("#offline");
    lost ||= heard;
    const time = hour(new Date(lost));
    if (bar?.hidden) {
      setText(find("[data-offline-title]"), fill(words.offline, { time }));
      setText(find("[data-offline-text]"), fill(words.offline_text, { time }));
      bar.hidden = false;
      announce(bar.innerText);
    }
    state("away", fill(words.offline, { time }));
  }

  /** @param {string} is @param {string} text */
  function state(is, text) {
    setText(find("[data-live-word]"), text);
    find("#live-state .presence")?.setAttribute("data-is", is);
  }

  find("[data-reconnect]")?.addEventListener("click", open);
  window.addEventListener("online", open);
  window.addEventListener("offline", offline);
  // A line that was cut without a word (a tunnel, a sleeping laptop) looks open for ever: silence gives it away.
  setInterval(() => { if (source?.readyState === EventSource.OPEN && Date.now() - heard > SILENCE_MS) { offline(); open(); } }, 5000);
  // A page that was frozen in the background asks again as soon as it is looked at.
  document.addEventListener("visibilitychange", () => { if (!document.hidden && source?.readyState !== EventSource.OPEN) open(); });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
}
