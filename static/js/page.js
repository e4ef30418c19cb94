// What every page does: menus that close, requests that fail in words, buttons that copy.

const status = document.getElementById("status");

/** Say something to screen readers. */
function say(text) {
  if (!status) return;
  status.textContent = "";
  window.setTimeout(() => { status.textContent = text; }, 50);
}

/** Show a sentence above the page and say it. */
function show(text, kind) {
  const place = document.getElementById("messages");
  if (!place) return;
  const box = document.createElement("div");
  box.className = `usa-alert usa-alert--${kind} usa-alert--slim`;
  box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "usa-alert__body";
  const line = document.createElement("p");
  line.className = "usa-alert__text";
  line.textContent = text;
  body.append(line);
  box.append(body);
  place.replaceChildren(box);
}

// the slash key leads to the search box of the header
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const box = document.querySelector("[data-slash]");
  if (!box?.checkVisibility()) return;
  event.preventDefault();
  box.focus();
});

// menus made of <details data-menu>: Escape and a click elsewhere close them
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// filter panels: open where there is room beside the list
if (window.matchMedia("(min-width: 64em)").matches) {
  for (const panel of document.querySelectorAll("details[data-filter]")) panel.open = true;
}

// <button data-copy="#id">: copy the text or the value of that element
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
    button.textContent = "Copied";
    say("Copied");
  } catch {
    window.getSelection()?.selectAllChildren(source);
    button.textContent = "Press Ctrl+C";
  }
  window.setTimeout(() => { button.textContent = words; }, 2000);
});

// htmx: an ended session leads to sign-in; a silent server is said in words
document.addEventListener("htmx:before:swap", (event) => {
  const raw = event.detail?.ctx?.response?.raw;
  const signIn = document.body.dataset.signIn;
  if (!raw?.redirected || !signIn || !new URL(raw.url).pathname.startsWith(signIn)) return;
  event.preventDefault();
  window.location.assign(`${signIn}?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error?.name === "AbortError") return;
  show("The server did not answer, so nothing was changed. Check your connection and try again.", "error");
});
document.addEventListener("htmx:after:swap", (event) => {
  const words = event.target?.querySelector?.("[data-announce]")?.textContent;
  if (words) say(words.trim());
});
