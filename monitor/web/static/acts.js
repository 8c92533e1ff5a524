// What a person does about a wait: take it, release it, dismiss it. The server decides; what it
// then says of the wait comes by the stream.

const $ = (id) => document.getElementById(id);
const nameOf = (row) => row.dataset.name;

export function say(text) {
  $("said").textContent = text;
}

// The problem in words, or nothing if it was done.
export async function ask(method, path, body) {
  const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    return "The server does not answer. Nothing was changed.";
  }
  if (answer.ok) return "";
  try {
    const problem = await answer.json();
    return `That was refused: ${problem.detail ?? problem.title}.`.replace("..", ".");
  } catch {
    return `That was refused (${answer.status}).`;
  }
}

// The row as it is now: the stream may have brought it anew meanwhile.
const anew = (row) => (row.id && $(row.id)) || row;

async function take(row, button) {
  button.disabled = true;
  const problem = await ask("POST", `/api/v1/waits/${row.dataset.id}/ack`, {});
  button.disabled = false;
  if (problem) return complain(problem);
  const known = anew(row);
  known.dataset.acked = "";
  known.querySelector("[data-do=dismiss]")?.focus();
  known.querySelector("[data-do=take]")?.replaceWith(owner());
  say(`You have ${nameOf(row)}. Reminders stop, the clock runs on.`);
}

function owner() {
  const words = document.createElement("span");
  words.className = "owner";
  words.textContent = "You have it";
  return words;
}

async function release(row, button) {
  button.disabled = true;
  const problem = await ask("DELETE", `/api/v1/waits/${row.dataset.id}/ack`);
  button.disabled = false;
  if (problem) return complain(problem);
  say(`Nobody has ${nameOf(row)} now.`);
}

const EFFECTS = {
  overdue: "It is past due: the breach stays on record. The wait leaves this list.",
  unconfirmed:
    "It is past due, but not all has been read: if it turns out that nobody answered in time, " +
    "the breach stays on record.",
};
const IN_TIME =
  "It is not due yet: it will not count against the promise. It is listed in the report as " +
  "dismissed, with your reason.";

function dismiss(row, button) {
  const dialog = $("dismiss");
  const form = dialog.querySelector("form");
  form.reset();
  dialog.querySelector(".name").textContent = nameOf(row);
  dialog.querySelector(".effect").textContent = EFFECTS[row.dataset.state] ?? IN_TIME;
  dialog.returnValue = "";
  const back = () => {
    const same = button.isConnected ? button : anew(row).querySelector("[data-do=dismiss]");
    (same ?? $("main")).focus();
  };
  dialog.onclose = async () => {
    if (dialog.returnValue !== "dismiss") return back();
    const { reason, note } = Object.fromEntries(new FormData(form));
    const body = note ? { reason, note } : { reason };
    const problem = await ask("POST", `/api/v1/waits/${row.dataset.id}/dismiss`, body);
    if (problem) {
      back();
      return complain(problem);
    }
    leave(row.id ? $(row.id) : null);
    say(`${nameOf(row)} dismissed.`);
  };
  dialog.showModal();
}

// The focus goes on to the wait after it.
function leave(row) {
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  (next?.querySelector("[data-do]:not(:disabled)") ?? $("main")).focus();
  row?.remove();
}

function complain(problem) {
  const notice = $("refused");
  notice.querySelector("p").textContent = problem;
  notice.hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => {
    notice.hidden = true;
  }, 12_000);
}

const DEEDS = { take, release, dismiss };

// A press on any button that does something about the row around it.
export function hear(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const row = button?.closest("[data-id]");
    if (row) DEEDS[button.dataset.do](row, button);
  });
}
