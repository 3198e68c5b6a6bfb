// Files that go with a reply: each is sent to Vigie as soon as it is chosen, shown, and may be taken away again.
import { all, announce, clicked, element, find } from "./dom.js";
import { sending } from "./opened.js";
import { csrf } from "./server.js";

const place = () => find("#files");

/** How many signs the words may have beside files; 0 where files change nothing. */
export const limitBeside = () => (any() ? Number(place()?.dataset.limit || 0) : 0);

/** Whether anything is attached. */
export const any = () => Boolean(find("#file-list [data-file]"));

/** @param {string} text */
function refuse(text) {
  const line = find("#file-error");
  if (line) [line.textContent, line.hidden] = [text, !text];
}

/** @param {string} url @param {BodyInit | null} body @param {Record<string, string>} [headers] */
const post = (url, body, headers = {}) =>
  fetch(url, { method: "POST", body, headers: { ...headers, "HX-Request": "true", "X-CSRF-Token": csrf("#composer") } });

/** @param {File} file @param {HTMLElement} box */
async function attach(file, box) {
  const list = find("#file-list");
  if (!list) return;
  if (all("[data-file]", list).length >= Number(box.dataset.count)) { refuse(box.dataset.tooMany ?? ""); return; }
  const line = element("li", { className: "file", ariaBusy: "true", textContent: `${file.name} …` });
  line.dataset.file = "0";
  list.append(line);
  const named = `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
  try {
    const answer = await post(box.dataset.attach ?? "", file, { "Content-Type": file.type || "application/octet-stream", "Content-Disposition": named });
    const said = await answer.text();
    if (answer.ok && !answer.redirected) { line.outerHTML = said; announce(file.name); return; }
    refuse(answer.headers.get("Content-Type")?.startsWith("text/plain") ? `${file.name} · ${said}` : box.dataset.failed ?? "");
  } catch { refuse(box.dataset.failed ?? ""); }
  line.remove();
}

/** @param {HTMLInputElement} input @param {() => void} changed */
async function chosen(input, changed) {
  const box = place();
  if (!box) return;
  refuse("");
  const files = [...(input.files ?? [])];
  input.value = "";
  // Nothing leaves while a file is still on its way to us.
  sending(true);
  for (const file of files) await attach(file, box);
  sending(false);
  changed();
}

/** @param {HTMLElement} button @param {() => void} changed */
async function detach(button, changed) {
  const answer = await post(button.dataset.detach ?? "", null).catch(() => null);
  if (!answer?.ok) { refuse(answer?.status === 409 ? await answer.text() : place()?.dataset.failed ?? ""); return; }
  button.closest("[data-file]")?.remove();
  refuse("");
  find("#file")?.focus();
  changed();
}

/** @param {() => void} changed what to do when there is a file more or less */
export function startFiles(changed) {
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.id === "file") void chosen(event.target, changed);
  });
  clicked("[data-detach]", (button) => void detach(button, changed));
}
