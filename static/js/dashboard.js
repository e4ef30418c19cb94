// The dashboard's print button, which only a script can work.

/** Show the button wherever the page was drawn anew. */
function offer() {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
document.addEventListener("htmx:after:swap", offer);
offer();
