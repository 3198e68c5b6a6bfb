// A bulk action under way: its state is shown anew as it goes, and the whole page once it has ended.
import { field, find } from "./dom.js";
import { page } from "./server.js";

const EVERY_MS = 1500;

async function look() {
  const old = find("#bulk-state[data-progress]");
  if (!old) return;
  // Offline for a moment: the job goes on without us, and so do we.
  const made = find("#bulk-state", await page(location.pathname + location.search, false) ?? document) ?? old;
  if (!("progress" in made.dataset)) { location.reload(); return; }
  const [said, fresh] = [find(".bulk-said", old), find(".bulk-said", made)];
  if (said && fresh) said.textContent = fresh.textContent;
  const [bar, filled] = [field("progress", old), field("progress", made)];
  if (bar && filled) bar.value = filled.value;
  setTimeout(() => void look(), EVERY_MS);
}

setTimeout(() => void look(), EVERY_MS);
