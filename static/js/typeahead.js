// A search box over a select (ARIA 1.2 combobox). The select alone is sent with the form; without this
// script the Find button beside the box fills it from the server.

let count = 0;

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const make = (tag, properties, attributes = {}) => set(Object.assign(document.createElement(tag), properties), attributes);
class Typeahead {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=search]");
    this.select = root.querySelector("[data-typeahead-select]");
    this.multiple = root.hasAttribute("data-multiple");
    this.id = `typeahead-${(count += 1)}`;
    const label = this.select.getAttribute("aria-labelledby");
    this.list = make("ul", { id: this.id, className: "biz-typeahead__list" }, { role: "listbox", "aria-labelledby": label });
    this.chosen = make("ul", { className: "biz-typeahead__chosen" });
    this.say = make("div", { className: "usa-sr-only" }, { role: "status" });
    this.input.after(this.list);
    root.append(this.chosen, this.say);
    set(this.input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.id });
    for (const plain of [this.select, root.querySelector("[data-typeahead-find]")]) if (plain) plain.hidden = true;
    this.toggle(false);
    this.listen();
    this.reflect();
  }

  listen() {
    let timer = 0;
    this.input.addEventListener("input", () => {
      if (!this.multiple) this.choose(null);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.search(), 180);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.toggle(false));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const item = event.target.closest("[data-index]");
      if (item) this.pick(Number(item.dataset.index));
    });
    this.select.addEventListener("change", () => this.reflect());
  }

  async search() {
    const text = this.input.value.trim();
    this.toggle(false);
    if (text.length < 2) return;
    this.request = new AbortController();
    const url = new URL(this.root.dataset.url, window.location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.request.signal });
      if (!answer.ok || answer.redirected) throw new Error("no list");
      this.show(await answer.json(), "No match. Check the spelling or try fewer letters.");
    } catch (error) {
      if (error.name !== "AbortError") this.show([], "Matches cannot be fetched now. Reload the page and try again.");
    }
  }

  show(options, none) {
    const items = options.map((option, index) => {
      const item = make("li", { id: `${this.id}-${index}` }, { role: "option", "aria-selected": "false", "data-index": index });
      item.append(make("span", { textContent: option.label }), make("small", { textContent: option.hint || "" }));
      return item;
    });
    if (!items.length) items.push(make("li", { textContent: none }, { role: "option", "aria-disabled": "true" }));
    this.list.replaceChildren(...items);
    this.toggle(document.activeElement === this.input);
    this.options = options;
    this.say.textContent = options.length ? `${options.length} found. Use the arrow keys.` : none;
  }

  /** Open the list, or close it and forget what was under way. */
  toggle(open) {
    this.list.hidden = !open;
    set(this.input, { "aria-expanded": String(open) });
    this.input.removeAttribute("aria-activedescendant");
    this.active = -1;
    if (open) return;
    this.request?.abort();
    this.options = [];
  }

  key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Enter" && !(event.key === "Escape" && open)) return;
    event.preventDefault(); // Enter in the box chooses; it never sends the form
    if (step && open) this.move(step);
    else if (step) this.search();
    else if (event.key === "Escape") this.toggle(false);
    else if (this.options.length) this.pick(Math.max(this.active, 0));
  }

  move(step) {
    if (!this.options.length) return;
    this.active = (Math.max(this.active, step < 0 ? 0 : -1) + step + this.options.length) % this.options.length;
    [...this.list.children].forEach((item, index) => set(item, { "aria-selected": String(index === this.active) }));
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
    set(this.input, { "aria-activedescendant": `${this.id}-${this.active}` });
  }

  pick(index) {
    const option = this.options[index];
    this.choose(option);
    this.input.value = this.multiple ? "" : option.label;
    this.toggle(false);
    this.say.textContent = `${option.label} chosen`;
  }

  /** Put a match into the select; null empties a single one. */
  choose(option) {
    const before = this.select.value;
    if (!this.multiple) for (const old of [...this.select.options]) if (old.value) old.remove();
    const known = option && [...this.select.options].find((old) => old.value === String(option.id));
    if (known) known.selected = true;
    else if (option) this.select.add(new Option(option.label, option.id, true, true));
    if (option || before) this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Show what the select holds: words in the box, or a chip for each. */
  reflect() {
    const held = [...this.select.selectedOptions].filter((option) => option.value);
    if (this.multiple) this.chosen.replaceChildren(...held.map((option) => this.chip(option)));
    else if (held.length) this.input.value = held[0].text;
  }

  chip(option) {
    const remove = make("button", { type: "button", textContent: "×" }, { "aria-label": `Remove ${option.text}` });
    remove.addEventListener("click", () => {
      option.remove();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.input.focus();
    });
    const item = make("li", { textContent: option.text });
    item.append(remove);
    return item;
  }
}

function start() {
  for (const root of document.querySelectorAll("[data-typeahead]")) root.typeahead ||= new Typeahead(root);
}
start();
document.addEventListener("htmx:after:swap", start);
