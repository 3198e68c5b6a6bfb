// A page with countdowns that is no queue: they tick, each in its place.
import "./page.js";
import { all } from "./dom.js";
import { startClocks, watch } from "./clocks.js";

for (const place of all("[data-ticks]")) watch(place);
startClocks();
