// The wallboard: keeps the page true while it is looked at.

import { hear } from "./acts.js";
import { say } from "./acts.js";
import { everySecond, hms, now, spelled, takeServerTime } from "./clock.js";
import * as rows from "./rows.js";
import { Stream } from "./stream.js";

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
let more = 0;

// ── live

const stream = new Stream(told, showLive);

function told(name, what) {
  if (name === "anew") look(location.href);
  if (name === "change") take(what);
}

function take({ put, gone, head }) {
  for (const id of gone) rows.gone(id);
  for (const { html } of put) rows.put(html);
  if (head) takeHead(head);
  settle();
}

function takeHead({ title, facts, chips, more: rest, empty }) {
  document.title = `${title} · replywatch`;
  const chosen = document.activeElement?.closest?.(".chip")?.dataset.s;
  exchange("facts", facts);
  exchange("chips", chips);
  exchange("more", rest);
  exchange("empty", empty);
  if (chosen !== undefined) document.querySelector(`.chip[data-s="${chosen}"]`)?.focus();
  $("more").hidden = !rest;
  more = countOf(rest);
}

function exchange(id, markup) {
  const fresh = [...rows.parsed(markup).body.childNodes];
  $(id).replaceChildren(...fresh.map((node) => document.adoptNode(node)));
}

function countOf(rest) {
  return Number((/[\d,]+/.exec(rest) ?? ["0"])[0].replaceAll(",", ""));
}

function settle() {
  const held = rows.held();
  $("held").hidden = !held;
  $("held").textContent = `${held} new mention${held === 1 ? "" : "s"}. Show ${held === 1 ? "it" : "them"}`;
  const any = rows.all().length > 0;
  $("list").hidden = !any;
  $("empty").hidden = any;
  document.querySelector(".filters").hidden = !any && !$("board").dataset.query;
  rows.tick();
  rows.fit(more);
}

function letIn() {
  rows.release();
  settle();
}

function showLive(is, since, again) {
  root.dataset.live = is ? "yes" : "no";
  for (const mark of document.querySelectorAll(".live")) {
    mark.classList.toggle("off", !is);
    mark.querySelector("use").setAttribute("href", is ? "#live" : "#notlive");
    const word = mark.querySelector(".live-word");
    if (word.textContent !== (is ? "Live" : "Not live")) word.textContent = is ? "Live" : "Not live";
  }
  const notice = $("offline");
  if (notice.hidden !== is) notice.hidden = is;
  if (is) return;
  $("offline-since").textContent = `Not live since ${hms(since)}.`;
  $("offline-next").textContent = `Trying again in ${Math.max(1, Math.ceil((again - now()) / 1000))} s.`;
}

// ── another look: another filter, or after the thread of changes was lost

async function look(address, focus) {
  let answer;
  try {
    answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    stream.fail();
    return;
  }
  const page = rows.parsed(await answer.text());
  const fresh = page.getElementById("board");
  if (!fresh) {
    location.assign(address); // another page: a login, or an error
    return;
  }
  takeServerTime(page.body.dataset.now);
  const board = $("board");
  board.dataset.place = fresh.dataset.place;
  board.dataset.query = fresh.dataset.query;
  const wasOpen = document.querySelector(".more").open;
  rows.forget();
  board.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  document.title = page.title;
  document.querySelector(".more").open = wasOpen;
  begin();
  if (focus) document.querySelector(focus)?.focus();
}

async function go(query, focus) {
  const asked = new URLSearchParams(query);
  if (root.dataset.view === "wall") asked.set("view", "wall");
  const address = asked.size ? `/?${asked}` : "/";
  history.replaceState(null, "", address);
  await look(address, focus);
  say(`${rows.all().length} shown`);
}

function begin() {
  const board = $("board");
  more = countOf($("more").textContent);
  stream.listen(board.dataset.query, board.dataset.place);
  settle();
}

$("board").addEventListener("click", (event) => {
  if (event.target.closest("#held")) letIn();
  const link = event.target.closest(".chip, #clear, .empty .btn");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const focus = link.matches(".chip") ? `.chip[data-s="${link.dataset.s}"]` : ".chip";
  go(new URL(link.href).search, focus);
});

$("board").addEventListener("change", (event) => {
  const form = event.target.closest(".filters");
  if (!form) return;
  const chosen = [...new FormData(form)].filter(([, value]) => value);
  go(new URLSearchParams(chosen), `select[name="${event.target.name}"]`);
});

$("board").addEventListener("submit", (event) => event.preventDefault());

// ── the big screen

function showWall(is) {
  if (is) root.dataset.view = "wall";
  else delete root.dataset.view;
  const asked = new URLSearchParams(location.search);
  if (is) asked.set("view", "wall");
  else asked.delete("view");
  history.replaceState(null, "", asked.size ? `/?${asked}` : "/");
  rows.fit(more);
}

$("wall").addEventListener("click", () => {
  showWall(true);
  root.requestFullscreen?.().catch(() => {}); // not allowed everywhere, nor needed
});
$("leave").addEventListener("click", () => {
  showWall(false);
  if (document.fullscreenElement) document.exitFullscreen();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("dismiss").open) showWall(false);
});
addEventListener("resize", () => rows.fit(more));

// ── begin

const filtered = [...new URLSearchParams(location.search).keys()].some((name) => name !== "state" && name !== "view");
if (matchMedia("(max-width: 48rem)").matches) document.querySelector(".more").open = filtered;
hear($("board"));
rows.watchPointer(letIn);
begin();
everySecond(() => rows.tick());
setInterval(() => rows.fit(more), 30_000);
