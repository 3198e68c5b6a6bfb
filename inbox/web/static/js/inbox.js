// The inbox: the list, the pane, the clocks, the keys and the live stream, put together.
import "./page.js";
import { find } from "./dom.js";
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";
import { dress, join, setCounts, showNews, take } from "./list.js";
import { follow } from "./live.js";
import { changed } from "./news.js";
import { startPane } from "./pane.js";
import { startWordings } from "./wordings.js";

startClocks();
startPane();
startKeys();
startWordings();
for (const row of document.querySelectorAll("#rows .row")) dress(/** @type {HTMLElement} */ (row));
find("#livebar")?.addEventListener("click", showNews);
document.addEventListener("htmx:after:swap", (event) => {
  const link = /** @type {any} */ (event).detail?.ctx?.sourceElement;
  const list = find("#rows");
  if (link instanceof HTMLElement && link.matches("[data-more]") && list) { link.remove(); join(list); }
});
follow((change) => { take(change); void changed(change); }, setCounts);
