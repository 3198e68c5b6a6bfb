// Comfortable or compact rows, as this browser keeps it.
import { announce, clicked, find, words } from "./dom.js";
import { loosenAll } from "./sight.js";

const KEPT = "vigie.density";
const isCompact = () => localStorage.getItem(KEPT) === "compact";

function paint() {
  document.documentElement.toggleAttribute("data-compact", isCompact());
  find("[data-density]")?.setAttribute("aria-pressed", String(isCompact()));
}

export function toggleDensity() {
  localStorage.setItem(KEPT, isCompact() ? "comfortable" : "compact");
  loosenAll();
  paint();
  announce(isCompact() ? words.compact : words.comfortable);
}

paint();
clicked("[data-density]", toggleDensity);
