// A wait's page: its clock runs, and it is looked at anew when something changes at its account.

import { hear } from "./acts.js";
import { everySecond, figure, hms, now } from "./clock.js";
import { parsed } from "./rows.js";
import { Stream } from "./stream.js";

const $ = (id) => document.getElementById(id);
const LEAST = 3000; // between two looks
let lookedAt = now();
let wanted = null;

function tick() {
  for (const clock of document.querySelectorAll(".t[data-due]")) {
    const left = Date.parse(clock.dataset.due) - now();
    const word = left >= 0 ? "left" : clock.dataset.state === "overdue" ? "late" : "past due";
    const [number, unit] = figure(left);
    const small = document.createElement("small");
    small.textContent = ` ${unit} ${word}`.replace("  ", " ");
    clock.replaceChildren(number, small);
  }
}

function wantLook() {
  wanted ??= setTimeout(look, Math.max(0, LEAST - (now() - lookedAt)));
}

async function look() {
  wanted = null;
  lookedAt = now();
  if ($("dismiss").open) return wantLook();
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const fresh = parsed(await answer.text()).getElementById("story");
    if (answer.ok && !fresh) location.reload(); // another page: a login
    if (!answer.ok || !fresh) return;
    const focused = document.activeElement?.dataset?.do;
    $("story").replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    if (focused) $("story").querySelector("[data-do]")?.focus();
    tick();
  } catch {
    // the stream says that it is not live, and comes back
  }
}

function showLive(is, since) {
  document.documentElement.dataset.live = is ? "yes" : "no";
  const mark = document.querySelector(".live");
  mark.classList.toggle("off", !is);
  mark.querySelector("use").setAttribute("href", is ? "#live" : "#notlive");
  const word = is ? "Live" : `Not live since ${hms(since)}`;
  const place = mark.querySelector(".live-word");
  if (place.textContent !== word) place.textContent = word;
}

const stream = new Stream((name) => name === "beat" || wantLook(), showLive);
stream.listen(new URLSearchParams({ account: $("story").dataset.account }), "");
hear($("story"));
everySecond(tick);
