// Keeps the page alive: asks for who waits every two seconds, counts down in between, and says so
// when the answer does not come. Times are corrected for a wrong clock on this machine.
"use strict";

const REFRESH = 2000;
const part = document.getElementById("waiting");
const live = document.getElementById("live");
let ahead = 0;
let lastLive = new Date();

function written(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(seconds / 3600);
  if (seconds < 600) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  if (hours < 1) return `${minutes} min`;
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function count() {
  const now = Date.now() - ahead;
  for (const wait of part.querySelectorAll("[data-due]")) {
    const left = Date.parse(wait.dataset.due) - now;
    const state = wait.dataset.state;
    // Whether it is overdue, the server says; until then it is only past due.
    if (left < 0 && (state === "pending" || state === "warned")) {
      wait.dataset.state = "unconfirmed";
      wait.querySelector(".state").textContent = "Unconfirmed, being checked";
    }
    const word = left >= 0 ? "left" : wait.dataset.state === "overdue" ? "late" : "past due";
    wait.querySelector(".clock").textContent = `${written(left)} ${word}`;
  }
}

function takeServerTime() {
  ahead = Date.now() - Date.parse(part.firstElementChild.dataset.now);
  const { waiting, overdue } = part.firstElementChild.dataset;
  document.title = `${overdue} overdue, ${waiting} waiting · replywatch`;
}

async function refresh() {
  try {
    const answer = await fetch("/waiting", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    part.replaceChildren(...fresh.body.childNodes);
    takeServerTime();
    lastLive = new Date();
    live.dataset.live = "yes";
    live.textContent = "Live";
  } catch {
    live.dataset.live = "no";
    live.textContent = `Not live since ${lastLive.toLocaleTimeString()}`;
  }
  count();
  setTimeout(refresh, REFRESH);
}

takeServerTime();
count();
setInterval(count, 500);
setTimeout(refresh, REFRESH);
