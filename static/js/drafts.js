// <form data-draft="key">: what is typed survives a lost session or a closed tab, in this browser only.
// Kept per person for twelve hours; forgotten when the server says the act is done (a flash message
// with the extra tag "clears:key"), when the person discards it, and at sign-out.

const person = document.body.dataset.user || "";
const LIFE = 12 * 60 * 60 * 1000;
const SKIP = new Set(["password", "file", "hidden", "submit", "button", "reset"]);
const nameOf = (key) => `bizworks:draft:${person}:${key}`;

function drafts() {
  return Object.keys(localStorage).filter((name) => name.startsWith("bizworks:draft:"));
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !SKIP.has(field.type) && !field.dataset.noDraft);
}

/** Read a form: boxes by value, selects with the words of their options, the rest as text. */
function read(form) {
  const kept = [];
  for (const field of fields(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) kept.push({ name: field.name, box: field.value });
    } else if (field.tagName === "SELECT") {
      const options = [...field.selectedOptions].filter((option) => option.value);
      if (options.length) kept.push({ name: field.name, options: options.map((option) => [option.value, option.text]) });
    } else if (field.value) {
      kept.push({ name: field.name, text: field.value });
    }
  }
  return kept;
}

/** Write back what was read. */
function write(form, kept) {
  for (const field of fields(form)) {
    const mine = kept.filter((item) => item.name === field.name);
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = mine.some((item) => item.box === field.value);
    } else if (field.tagName === "SELECT") {
      for (const [value, words] of mine.flatMap((item) => item.options || [])) {
        const known = [...field.options].find((option) => option.value === value);
        if (known) known.selected = true;
        else if (field.matches("[data-typeahead-select]")) field.add(new Option(words, value, true, true));
      }
    } else if (mine.length) {
      field.value = mine[0].text;
    }
    if (mine.length) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Say what came back, with a way to be rid of it. */
function notice(form, saved) {
  const box = document.createElement("div");
  box.className = "usa-alert usa-alert--info usa-alert--slim biz-draft";
  box.setAttribute("role", "status");
  const body = document.createElement("div");
  body.className = "usa-alert__body";
  const line = document.createElement("p");
  line.className = "usa-alert__text";
  line.textContent = `Brought back what you had typed on ${new Date(saved).toLocaleString()}. It is not saved yet. `;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "usa-button usa-button--unstyled";
  discard.textContent = "Discard it";
  discard.addEventListener("click", () => {
    localStorage.removeItem(nameOf(form.dataset.draft));
    window.location.reload();
  });
  line.append(discard);
  body.append(line);
  box.append(body);
  form.prepend(box);
}

function watch(form) {
  const name = nameOf(form.dataset.draft);
  const initial = JSON.stringify(read(form));
  let saved = null;
  try { saved = JSON.parse(localStorage.getItem(name)); } catch { localStorage.removeItem(name); }
  // a form that came back with errors already carries the newer words
  if (saved && !form.querySelector("[data-form-errors]") && JSON.stringify(saved.kept) !== initial) {
    write(form, saved.kept);
    notice(form, saved.at);
  }
  let timer = 0;
  const keep = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const kept = read(form);
      if (JSON.stringify(kept) === initial) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify({ at: Date.now(), kept }));
    }, 400);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}

try {
  for (const name of drafts()) {
    let at = 0;
    try { at = JSON.parse(localStorage.getItem(name)).at; } catch { at = 0; }
    if (Date.now() - at > LIFE) localStorage.removeItem(name);
  }
  for (const message of document.querySelectorAll("[data-tags]")) {
    for (const [, key] of message.dataset.tags.matchAll(/clears:(\S+)/g)) localStorage.removeItem(nameOf(key));
  }
  document.querySelectorAll("form[data-draft]").forEach(watch);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) drafts().forEach((name) => localStorage.removeItem(name));
  });
} catch {
  // storage is switched off in this browser: forms work, drafts do not
}
