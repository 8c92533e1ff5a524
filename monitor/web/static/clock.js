// The server's time, whatever this machine's clock says, and how lengths are written.

const zone = document.body.dataset.zone;
let ahead = 0;

export function takeServerTime(text) {
  ahead = Date.parse(text) - performance.now();
}

export function now() {
  return ahead + performance.now();
}

takeServerTime(document.body.dataset.now);

// A figure and its unit: seconds only where they matter, always rounded down.
export function figure(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 10) return [`${minutes}:${String(seconds % 60).padStart(2, "0")}`, ""];
  if (hours < 1) return [String(minutes), "min"];
  if (hours < 24) return [`${hours} h ${String(minutes % 60).padStart(2, "0")}`, ""];
  return [`${Math.floor(hours / 24)} d ${hours % 24} h`, ""];
}

export function spelled(milliseconds) {
  return figure(milliseconds).join(" ").trim();
}

const shown = {};
function format(options) {
  const key = JSON.stringify(options);
  shown[key] ??= new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...options });
  return shown[key];
}

export function hm(at) {
  return format({ hour: "2-digit", minute: "2-digit" }).format(at);
}

export function hms(at) {
  return format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

export function replaceText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The clocks in the frame.
function tick() {
  const at = now();
  for (const clock of document.querySelectorAll(".now")) replaceText(clock, hms(at));
  for (const clock of document.querySelectorAll(".now-hm")) replaceText(clock, hm(at));
}

// On the second, so that figures change together.
export function everySecond(work) {
  const run = () => {
    work();
    setTimeout(run, 1000 - (now() % 1000) + 5);
  };
  run();
}

everySecond(tick);
