// Decide about pairs by keyboard: what carries data-key is pressed by one of its keys. Can be turned off (WCAG 2.1.4).

const STORE = "bizworks-review-keys";
const toggle = document.querySelector("[data-keys]");

function isOn() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

if (toggle) {
  toggle.checked = isOn();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, toggle.checked ? "on" : "off");
    } catch {
      // private browsing: the choice holds for this page
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (!toggle?.checked || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable], [role=listbox]")) return;
  for (const target of document.querySelectorAll("[data-key]")) {
    if (!target.dataset.key.split(" ").includes(event.key)) continue;
    event.preventDefault();
    target.click();
    return;
  }
});
