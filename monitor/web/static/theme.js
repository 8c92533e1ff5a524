// Light, dark, or as the machine has it: kept in the browser, put on before the first paint.
"use strict";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function kept() {
  try {
    const theme = localStorage.getItem("theme");
    return THEMES.includes(theme) ? theme : "auto";
  } catch {
    return "auto"; // storage is shut off
  }
}

function put(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

put(kept());

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  let theme = kept();
  const show = () => {
    put(theme);
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    show();
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // storage is shut off: it holds for this page
    }
  });
  show();
  button.hidden = false;
});
