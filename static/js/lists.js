// The list of businesses: how many values a filter has, how many rows are ticked.

/** Say beside each filter how many of its values are chosen. */
function countPick(pick) {
  const chosen = pick.querySelectorAll("input:checked").length;
  const output = pick.querySelector("[data-pick-count]");
  if (output) output.textContent = chosen ? `${chosen} chosen` : "any";
}
document.addEventListener("change", (event) => {
  const pick = event.target.closest?.("[data-pick]");
  if (pick) countPick(pick);
});

/** Say how many rows are ticked; "all that match" takes no single rows. */
function countTicked(form) {
  const ticked = form.querySelectorAll("input[name=ids]:checked").length;
  const all = form.querySelector("input[name=all]")?.checked;
  const output = form.querySelector("[data-bulk-count]");
  if (output) output.textContent = all ? "" : ticked ? `${ticked} ticked` : "or tick rows below";
}
let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-bulk] input[name=ids]");
  if (!box) return;
  const boxes = [...box.form.querySelectorAll("input[name=ids]")];
  if (event.shiftKey && last && boxes.includes(last)) { // from the last ticked row to this one
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-bulk]");
  if (form) countTicked(form);
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-bulk]").forEach(countTicked));
