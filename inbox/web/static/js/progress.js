// A bulk action under way: its state is shown anew as it goes, and the whole page once it has ended.
import { find } from "./dom.js";

const EVERY_MS = 1500;

async function look() {
  const old = find("#bulk-state[data-progress]");
  if (!old) return;
  try {
    const answer = await fetch(location.pathname + location.search, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const made = find("#bulk-state", new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (made && !("progress" in made.dataset)) { location.reload(); return; }
    const said = find(".bulk-said", old);
    const fresh = made && find(".bulk-said", made);
    const [bar, filled] = [find("progress", old), made && find("progress", made)];
    if (said && fresh) said.textContent = fresh.textContent;
    if (bar instanceof HTMLProgressElement && filled instanceof HTMLProgressElement) bar.value = filled.value;
  } catch { /* offline for a moment: the job goes on without us, and so do we */ }
  setTimeout(() => void look(), EVERY_MS);
}

setTimeout(() => void look(), EVERY_MS);
