// The rows of the wallboard: what runs in them, and how arrivals and leavers take their places.

import { figure, now, spelled } from "./clock.js";

const $ = (id) => document.getElementById(id);
const WORDS = { overdue: "Overdue", unconfirmed: "Unconfirmed", warned: "Due soon", pending: "Waiting" };

// Markup comes from the server's own templates; a parsed document runs no script.
export function parsed(markup) {
  return new DOMParser().parseFromString(markup, "text/html");
}

function rowOf(markup) {
  const row = parsed(`<table><tbody>${markup}</tbody></table>`).querySelector("tr");
  return document.adoptNode(row);
}

export const all = () => [...document.querySelectorAll("#rows > .wait")];
const find = (id) => $(`wait-${id}`);

function urgency(row) {
  const due = row.dataset.due ? Date.parse(row.dataset.due) : Infinity;
  return [due, Date.parse(row.dataset.opened), Number(row.dataset.id)];
}

function isBefore(one, other) {
  const [a, b] = [urgency(one), urgency(other)];
  const place = a.findIndex((value, at) => value !== b[at]);
  return place >= 0 && a[place] < b[place];
}

function insert(row) {
  const next = all().find((other) => isBefore(row, other));
  $("rows").insertBefore(row, next ?? null);
}

// ── what waits for its turn while somebody points at the list or has the focus in it

const arrivals = new Map();
let pointed = false;

// By the keyboard: where a press of the mouse has left the focus, nobody is reading.
export function isHeld() {
  return pointed || Boolean($("list").querySelector(":focus-visible"));
}

export function put(markup) {
  const row = rowOf(markup);
  const known = find(row.dataset.id);
  arrivals.delete(row.dataset.id);
  if (known && isInPlace(known, row)) {
    exchange(known, row);
  } else if (isHeld()) {
    arrivals.set(row.dataset.id, row);
  } else {
    known?.remove();
    place(row, !known);
  }
}

function isInPlace(known, row) {
  return known.dataset.due === row.dataset.due && !known.dataset.gone;
}

function exchange(known, row) {
  const inside = known.contains(document.activeElement) ? document.activeElement : null;
  known.replaceWith(row);
  if (!inside) return;
  const same = inside.dataset.do && row.querySelector(`[data-do="${inside.dataset.do}"]`);
  (same || row.querySelector(".w-act button, .w-act a, a"))?.focus();
}

function place(row, isNew) {
  if (isNew) row.classList.add("fresh");
  insert(row);
}

export function gone(id) {
  arrivals.delete(String(id));
  const row = find(id);
  if (!row) return;
  if (isHeld()) {
    row.dataset.gone = "yes";
    for (const act of row.querySelectorAll("button")) act.disabled = true;
    return;
  }
  row.remove();
}

export function release() {
  const leaving = all().filter((row) => row.dataset.gone);
  for (const row of leaving) row.remove();
  for (const [id, row] of arrivals) {
    const known = find(id);
    known?.remove();
    place(row, !known);
  }
  arrivals.clear();
  return leaving.length;
}

export function forget() {
  arrivals.clear();
}

// How many are new here and held back.
export function held() {
  return [...arrivals.keys()].filter((id) => !find(id)).length;
}

export function watchPointer(settled) {
  const board = $("board");
  board.addEventListener("pointerover", (event) => {
    pointed = event.pointerType === "mouse" && Boolean(event.target.closest("#list, #held"));
    if (!isHeld()) settled();
  });
  board.addEventListener("pointerleave", () => {
    pointed = false;
    if (!isHeld()) settled();
  });
  board.addEventListener("focusout", () => setTimeout(() => isHeld() || settled()));
}

// ── what runs

export function tick() {
  const at = now();
  for (const row of all()) if (!row.dataset.gone) run(row, at);
  for (const since of document.querySelectorAll(".since")) {
    show(since, figure(at - Date.parse(since.dataset.since)), "i");
  }
}

function run(row, at) {
  const clock = row.querySelector(".t");
  if (!row.dataset.due) {
    const [number, unit] = figure(at - Date.parse(row.dataset.opened));
    show(clock, [number, `${unit} waiting`.trim()], "small");
    return;
  }
  const left = Date.parse(row.dataset.due) - at;
  if (left < 0 && ["pending", "warned"].includes(row.dataset.state)) doubt(row);
  const word = left >= 0 ? "left" : row.dataset.state === "overdue" ? "late" : "past due";
  const [number, unit] = figure(left);
  show(clock, [number, `${unit} ${word}`.trim()], "small");
  burn(row.querySelector(".fuse"), at, left);
}

// Whether it is overdue, the server says; until then it is only past due.
function doubt(row) {
  row.dataset.state = "unconfirmed";
  row.querySelector(".clock use").setAttribute("href", "#unconfirmed");
  row.querySelector(".state").textContent = WORDS.unconfirmed;
  const why = row.hasAttribute("data-blind") ? "monitor blind" : "being checked";
  row.querySelector(".doubt").textContent = `, ${why}`;
}

function burn(fuse, at, left) {
  if (!fuse) return;
  if (left < 0) {
    fuse.remove();
    return;
  }
  fuse.dataset.at ??= at;
  if (fuse.hasAttribute("data-stands")) return;
  const passed = (at - Number(fuse.dataset.at)) / 1000 / Number(fuse.dataset.within);
  const used = Math.min(100, Number(fuse.dataset.used) + 100 * passed);
  fuse.querySelector(".used").setAttribute("width", used.toFixed(1));
}

function show(element, [number, small], tag) {
  const key = `${number}|${small}`;
  if (element.dataset.shown === key) return;
  element.dataset.shown = key;
  const unit = document.createElement(tag);
  unit.textContent = small ? ` ${small}` : "";
  element.replaceChildren(number, unit);
}

// ── the big screen never scrolls: what does not fit is counted

export function fit(more) {
  const tail = $("tail");
  const rows = all();
  const isWall = document.documentElement.dataset.view === "wall";
  for (const row of rows) row.hidden = false;
  $("more").classList.toggle("desk-only", isWall);
  tail.hidden = !isWall;
  if (!isWall) return;
  tail.textContent = "and more";
  const bottoms = rows.map((row) => row.getBoundingClientRect().bottom + scrollY);
  const fitting = (room) => bottoms.filter((bottom) => bottom <= room).length;
  let kept = fitting(innerHeight);
  if (kept < rows.length || more) kept = fitting(innerHeight - tail.offsetHeight);
  for (const row of rows.slice(kept)) row.hidden = true;
  const hidden = rows.length - kept + more;
  tail.hidden = !hidden;
  const left = rows[kept]?.dataset.due ? Date.parse(rows[kept].dataset.due) - now() : -1;
  tail.textContent = `and ${hidden} more${left < 0 ? "" : `, the next due in ${spelled(left)}`}`;
}
