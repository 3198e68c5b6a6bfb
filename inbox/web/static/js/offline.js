// The page that stands in where there is no network: how much is kept here, and back as soon as somebody answers.
import { everything } from "./kept.js";

const place = document.querySelector("[data-kept-count]");
const kept = (await everything()).filter((one) => !one.why).length;
if (place instanceof HTMLElement && kept) { place.textContent = `${place.dataset.keptCount} ${kept}`; place.hidden = false; }
setInterval(() => fetch("/healthz", { cache: "no-store" }).then((answer) => { if (answer.ok) location.reload(); }, () => {}), 3000);
