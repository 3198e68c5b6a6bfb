// The inbox: the list, the pane, the clocks, the keys and the live stream, put together.
import "./page.js";
import { find } from "./dom.js";
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";
import { showNews } from "./arrivals.js";
import { startDensity } from "./density.js";
import { join, setCounts, take } from "./list.js";
import { stale, startMatching } from "./matching.js";
import { watchMore, again } from "./more.js";
import { dress, number } from "./rows.js";
import { startPalette } from "./palette.js";
import { recount } from "./saved.js";
import { startSearch } from "./search.js";
import { startSelecting } from "./select.js";
import { startSound } from "./sound.js";
import { startOutbox } from "./outbox.js";
import { startSwipe } from "./swipe.js";
import { follow } from "./live.js";
import { changed } from "./news.js";
import { startPane } from "./pane.js";
import { startUndo } from "./undo.js";
import { startWordings } from "./wordings.js";

startClocks();
startPane();
startKeys();
startWordings();
startSelecting();
for (const row of document.querySelectorAll("#rows .row")) dress(/** @type {HTMLElement} */ (row));
find("#livebar")?.addEventListener("click", showNews);
document.addEventListener("htmx:after:swap", (event) => {
  const link = /** @type {any} */ (event).detail?.ctx?.sourceElement;
  const list = find("#rows");
  if (link instanceof HTMLElement && link.matches("[data-more]") && list) { link.remove(); join(list); watchMore(); }
});
document.addEventListener("htmx:error", again);
number();
watchMore();
startSearch();
startMatching();
startDensity();
startSound();
startPalette();
startUndo();
startOutbox();
startSwipe();
recount();
follow((change) => { take(change); stale(); recount(); void changed(change); }, setCounts);
