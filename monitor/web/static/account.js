// An account's page: what runs runs, and all of it is looked at anew now and then.

import { everySecond, hms, now, replaceText, spelled } from "./clock.js";
import { parsed } from "./rows.js";

const EVERY = 10_000;
const $ = (id) => document.getElementById(id);
let lookedAt = now();

function lasted(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const two = (number) => String(number).padStart(2, "0");
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours) return `${hours} h ${two(minutes % 60)} min ${two(seconds % 60)} s`;
  return minutes ? `${minutes} min ${two(seconds % 60)} s` : `${seconds} s`;
}

function tick() {
  for (const span of document.querySelectorAll(".behind")) {
    replaceText(span, lasted(now() - Date.parse(span.dataset.since)));
  }
  for (const span of document.querySelectorAll(".next")) {
    const left = Date.parse(span.dataset.at) - now();
    replaceText(span, left > 0 ? `in ${spelled(left)}` : "now");
  }
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    const page = parsed(await answer.text());
    const fresh = page.getElementById("account");
    if (answer.ok && !fresh) location.reload(); // another page: a login
    if (!answer.ok || !fresh) throw new Error(String(answer.status));
    lookedAt = now();
    $("offline").hidden = true;
    if ($("account").contains(document.activeElement)) return;
    $("account").replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    document.title = page.title;
    tick();
  } catch {
    $("offline-since").textContent = `Not live since ${hms(lookedAt)}.`;
    $("offline").hidden = false;
  }
}

everySecond(tick);
setInterval(look, EVERY);
