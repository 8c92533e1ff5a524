// The report's button for printing; dates that are typed choose "Other dates".
"use strict";

document.getElementById("print").addEventListener("click", () => window.print());

const ask = document.getElementById("ask");
for (const name of ["since", "until"]) {
  ask.elements[name].addEventListener("input", () => {
    ask.elements.window.value = "dates";
  });
}
