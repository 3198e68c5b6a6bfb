// Words that are folded because they threaten or insult: each opening is counted once, for the team lead's care.
import { mention } from "./server.js";

document.addEventListener("toggle", ({ target: fold }) => {
  if (!(fold instanceof HTMLDetailsElement) || !fold.open || !fold.dataset.folded || fold.dataset.told) return;
  fold.dataset.told = "yes";
  mention(fold.dataset.folded);
}, true);
