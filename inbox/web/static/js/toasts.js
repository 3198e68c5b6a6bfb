// Short messages at the foot of the page, in a place that is read out: they take no focus and hold no only way. That they
// leave, and stay under the hand, the style sheet says, since they come without scripts, too (done.html).
import { element, find, regain } from "./dom.js";

/** @param {string} text @param {string} [tone] */
export function toast(text, tone = "") {
  const box = element("div", { className: `toast${tone ? ` toast-${tone}` : ""}` }, element("span", { textContent: text }));
  show(box);
  return box;
}

/** What may be done about it while it stands. @param {HTMLElement} box @param {string} label @param {() => void} act */
export function offer(box, label, act) {
  const button = element("button", { className: "btn", type: "button", textContent: label });
  button.addEventListener("click", act);
  box.append(button);
  return button;
}

/** @param {HTMLElement} box */
export function show(box) {
  find("#toasts")?.replaceChildren(box);
  regain();
}
