// The log screen beyond what every form does: a filter over the services, a calendar beside a day that is
// typed, and what a draft held for inputs that the server adds later.

const form = document.querySelector("form.log");

// a filter over the chips; it looks into name, synonyms and category
const filter = document.querySelector("[data-service-filter]");
if (filter) {
  const input = filter.querySelector("input");
  const catalogue = document.querySelector("[data-catalogue]");
  const count = filter.querySelector("[data-service-count]");
  const stood = catalogue.open;
  filter.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of form.querySelectorAll("[data-services]")) {
      let here = 0;
      for (const chip of group.querySelectorAll("[data-words]")) {
        const fits = words.every((word) => chip.dataset.words.includes(word));
        chip.hidden = !fits && !chip.querySelector("input").checked;
        here += fits ? 1 : 0;
      }
      group.hidden = here === 0 && !group.querySelector(":checked");
      found += here;
    }
    catalogue.open = stood || words.length > 0;
    count.textContent = words.length ? `${found} services fit` : "";
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // filtering never sends the form
  });
}

// a calendar beside each typed day
function addCalendar(input) {
  if (input.dataset.calendar || !HTMLInputElement.prototype.showPicker) return;
  input.dataset.calendar = "yes";
  const row = document.createElement("div");
  row.className = "log-day";
  input.before(row);
  const picker = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1, className: "log-day__picker" });
  picker.setAttribute("aria-hidden", "true");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "log-day__button" });
  const label = document.querySelector(`label[for="${input.id}"]`)?.firstChild.textContent.trim() || "Day";
  button.setAttribute("aria-label", `${label}: choose from a calendar`);
  const icon = document.getElementById("calendar-icon");
  if (icon) button.append(icon.content.cloneNode(true));
  button.addEventListener("click", () => picker.showPicker());
  picker.addEventListener("change", () => {
    const [year, month, day] = picker.value.split("-");
    if (!year) return;
    input.value = `${Number(month)}/${Number(day)}/${year}`;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  row.append(input, button, picker);
}
const addCalendars = () => document.querySelectorAll("[data-day]").forEach(addCalendar);
addCalendars();

// Back brings the same form again, not a new one: sent once more it is still one contact
if (form) {
  const key = form.elements.form_key;
  if (history.state?.formKey) key.value = history.state.formKey;
  else history.replaceState({ ...history.state, formKey: key.value }, "");
}

// a draft is brought back before the server has added the boxes of its businesses: ask for them, then fill them
let waiting = [];
if (form) {
  try {
    const name = `bizworks:draft:${document.body.dataset.user}:${form.dataset.draft}`;
    const saved = JSON.parse(localStorage.getItem(name));
    if (saved && form.querySelector(".biz-draft")) {
      waiting = saved.kept.filter((item) => !form.elements[item.name] || item.box);
      const ask = () => form.querySelector("[data-typeahead-select]").dispatchEvent(new Event("change", { bubbles: true }));
      window.addEventListener("load", ask); // htmx listens by then
    }
  } catch {
    waiting = [];
  }
}
function fill(item) {
  for (const field of form.querySelectorAll(`[name="${CSS.escape(item.name)}"]`)) {
    if (item.box !== undefined ? field.value !== item.box || field.checked : field.value) continue;
    if (item.box !== undefined) field.checked = true;
    else field.value = item.options ? item.options[0][0] : item.text;
    field.closest("details:not([data-catalogue])")?.setAttribute("open", "");
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  return false;
}
document.addEventListener("htmx:after:swap", () => {
  addCalendars();
  waiting = waiting.filter((item) => !fill(item));
  if (waiting.length && form.querySelector("#log-people fieldset")) waiting = waiting.filter((item) => item.name.startsWith("service"));
});
