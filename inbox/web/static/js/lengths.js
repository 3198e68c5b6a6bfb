// How networks count the length of a text, as services/channels/lengths.py does: what is refused is decided there.

const LINK = /https?:\/\/\S+/gi;
const ENDINGS = "com|org|net|info|fr|eu|be|ch|ca|de|uk|es|it|nl|pt|us|io|co|ai|app|dev|me|tv|ly|gg|shop|store|news";
const X_LINK = new RegExp(`https?://\\S+|(?<![\\p{L}\\p{N}_@.-])(?:[a-z0-9-]+\\.)+(?:${ENDINGS})(?![\\p{L}\\p{N}_])(?:/\\S*)?`, "giu");
const MENTION = /(?<![\p{L}\p{N}_/])(@[\p{L}\p{N}_]+)@[\p{L}\p{N}_.-]+[\p{L}\p{N}_]/gu;
const JOINED = /\u200d[\u2600-\u27bf\u{1f000}-\u{1faff}]|[\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;
const FLAG = /[\u{1f1e6}-\u{1f1ff}]{2}/gu;
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];

/** @param {string} text */
const graphemes = (text) => [...new Intl.Segmenter().segment(text)].length;

/** @param {string} sign */
const weight = (sign) => LIGHT.some(([low = 0, high = 0]) => { const at = sign.codePointAt(0) ?? 0; return low <= at && at <= high; }) ? 1 : 2;

/** @type {Record<string, (text: string) => number>} */
const COUNTS = {
  characters: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
  graphemes,
  weighted: (text) => {
    const links = text.match(X_LINK) ?? [];
    const rest = text.replace(X_LINK, "").normalize("NFC").replace(JOINED, "").replace(FLAG, "日");
    return 23 * links.length + [...rest].reduce((sum, sign) => sum + weight(sign), 0);
  },
  mastodon: (text) => graphemes(text.replace(LINK, "x".repeat(23)).replace(MENTION, "$1")),
};

/** @param {string} counting @param {string} text */
export const lengthOf = (counting, text) => (COUNTS[counting] ?? graphemes)(text);
