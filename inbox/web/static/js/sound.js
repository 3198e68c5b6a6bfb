// A tone for new urgent items, where somebody asked for one: off until then, kept in this browser.
import { announce, clicked, find, words } from "./dom.js";

const KEPT = "vigie.sound";
const LEAST_MS = 10_000;
let last = 0;
/** @type {AudioContext | undefined} */ let context;

const isOn = () => localStorage.getItem(KEPT) === "on";

/** Two short tones, a fifth apart, at most every ten seconds. */
export function ring() {
  if (!isOn() || Date.now() - last < LEAST_MS) return;
  last = Date.now();
  context ??= new AudioContext();
  tone(context, 587, context.currentTime);
  tone(context, 880, context.currentTime + 0.16);
}

/** @param {AudioContext} audio @param {number} pitch @param {number} at */
function tone(audio, pitch, at) {
  const [source, level] = [audio.createOscillator(), audio.createGain()];
  source.frequency.value = pitch;
  level.gain.setValueAtTime(0, at);
  level.gain.linearRampToValueAtTime(0.12, at + 0.02);
  level.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  source.connect(level).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.32);
}

function toggleSound() {
  localStorage.setItem(KEPT, isOn() ? "off" : "on");
  paint();
  last = 0;
  ring();
  announce(isOn() ? words.sound_on : words.sound_off);
}

const paint = () => find("[data-sound]")?.setAttribute("aria-pressed", String(isOn()));
paint();
clicked("[data-sound]", toggleSound);
