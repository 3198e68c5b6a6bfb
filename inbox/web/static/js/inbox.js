// The inbox: the list, the pane, the clocks, the keys and the live stream, put together. Those that are only named here
// hear what they need by themselves.
import "./page.js";
import { tellSoon } from "./arrivals.js";
import { find } from "./dom.js";
import { startClocks } from "./clocks.js";
import "./wordings.js";
import "./select.js";
import "./acts.js";
import "./keys.js";
import { join, setCounts, take } from "./list.js";
import { dress, number, rowOf, rows } from "./rows.js";
import { beside, heard, seat } from "./people.js";
import { stale } from "./saved.js";
import "./search.js";
import "./swipe.js";
import { follow } from "./live.js";
import { seldom } from "./server.js";
import { changed } from "./news.js";
import "./mentions.js";
import "./translate.js";
import { begin, learn } from "./waves.js";

startClocks();
for (const row of rows()) dress(row);
begin();
number();
document.addEventListener("htmx:after:swap", (event) => {
  const link = /** @type {any} */ (event).detail?.ctx?.sourceElement;
  const list = find("#rows");
  if (link instanceof HTMLElement && link.matches("[data-more]") && list) { link.remove(); join(list); }
});
/** The first shows at once, those of a storm four times a second: the page is laid out as seldom. @type {Map<string, import("./live.js").Change>} */
const coming = new Map();
const soon = seldom(250, () => {
  take([...coming.values()]);
  for (const change of coming.values()) { beside(rowOf(change.id)); void changed(change); }
  coming.clear();
  stale();
});
follow({
  item: (change) => { coming.set(change.id, change); soon(); },
  counts: setCounts,
  people: heard,
  waves: (news) => { learn(news); tellSoon(); },
}, seat);
