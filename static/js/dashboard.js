// The dashboard: a print button, which only a script can work, and focus that stays where it was.

let focused = "";

/** Show the button wherever the page was drawn anew. */
function offerPrint() {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
document.addEventListener("htmx:before:request", () => {
  focused = document.activeElement?.id ?? "";
});
document.addEventListener("htmx:after:swap", () => {
  offerPrint();
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
});
offerPrint();
