// A search box with matches as one types (ARIA 1.2 combobox). What is picked goes into the select beside it
// (choices.js); with data-go it is opened, and Enter leads to all matches. Without this script the server finds.

const NONE = "No match. Check the spelling or try fewer letters.";
const AWAY = "Matches cannot be fetched now. Check your connection, then type on or reload the page.";
let count = 0;
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const make = (tag, properties, attributes = {}) => set(Object.assign(document.createElement(tag), properties), attributes);
const tell = (root, what, detail) => root.dispatchEvent(new CustomEvent(`typeahead:${what}`, { detail }));
const remark = (words) => make("li", { textContent: words }, { role: "option", "aria-disabled": "true" });

/** A label whose matching letters are marked; marks are [from, to], in order. */
function marked(text, marks = []) {
  const line = make("span", { className: "biz-typeahead__name" });
  let done = 0;
  for (const [from, to] of marks) {
    line.append(text.slice(done, from), make("mark", { textContent: text.slice(from, to) }));
    done = to;
  }
  line.append(text.slice(done));
  return line;
}

class Typeahead {
  constructor(root) {
    Object.assign(this, { root, input: root.querySelector("input[type=search]"), answers: new Map() });
    this.goes = root.hasAttribute("data-go");
    this.id = `typeahead-${(count += 1)}`;
    this.list = make("ul", { id: this.id, className: "biz-typeahead__list" }, { role: "listbox", "aria-label": "Matches" });
    this.say = make("div", { className: "usa-sr-only" }, { role: "status" });
    this.input.after(this.list, this.say);
    set(this.input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.id });
    this.toggle(false);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => {
      tell(this.root, "typed");
      this.forget();
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.search(), 150);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.toggle(false));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the box keeps the focus
      this.pick(event.target.closest("[data-index]")?.dataset.index);
    });
  }

  async search() {
    const text = this.input.value.trim();
    this.forget();
    if (text.length < 2) return this.toggle(false);
    if (this.answers.has(text)) return this.show(text);
    const asked = (this.asked = new AbortController());
    const isLate = () => asked !== this.asked; // an answer to older letters
    this.slow = window.setTimeout(() => isLate() || this.fill([], "Searching…"), 400);
    const url = `${this.root.dataset.url}?q=${encodeURIComponent(text)}`;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: asked.signal });
      const found = answer.redirected ? null : await answer.json();
      if (answer.ok && found) this.answers.set(text, found);
      if (!isLate()) answer.ok && found ? this.show(text) : this.fill([], (answer.status === 429 && found?.detail) || AWAY);
    } catch {
      if (!isLate()) this.fill([], AWAY);
    }
  }

  /** Let go of what was found or is asked for: Enter must never take a match of older letters. */
  forget() {
    this.asked?.abort();
    Object.assign(this, { asked: null, options: [], active: -1 });
    this.input.removeAttribute("aria-activedescendant");
    this.list.toggleAttribute("data-old", true);
  }

  /** Show matches; what is said stands in the list only where there is nothing else. */
  fill(items, words, line = items.length ? [] : [remark(words)]) {
    window.clearTimeout(this.slow);
    this.list.replaceChildren(...line, ...items);
    this.toggle(document.activeElement === this.input);
    this.say.textContent = words;
  }

  show(text) {
    const found = this.answers.get(text), { add, all } = this.root.dataset, query = encodeURIComponent(text);
    const options = [...found];
    if (all && found.length) options.push({ label: `All matches for “${text}”`, url: `${all}?q=${query}` });
    if (add && found.length < 3) options.push({ label: `Add “${text}” as a new business`, url: `${add}?name=${query}`, away: true });
    const items = options.map((option, index) => this.item(option, index));
    if (found.length) this.fill(items, `${found.length} found. Use the arrow keys.`);
    else this.fill(items, NONE, [remark(NONE)]);
    Object.assign(this, { options, items });
  }

  item(option, index) {
    const look = option.id ? "" : "biz-typeahead__more";
    const item = make("li", { id: `${this.id}-${index}`, className: look }, { role: "option", "aria-selected": "false", "data-index": index });
    item.append(marked(option.label, option.marks));
    for (const [words, kind] of option.badges || []) item.append(make("span", { textContent: words, className: `biz-badge biz-badge--${kind}` }));
    for (const words of [option.hint, option.why]) if (words) item.append(make("small", { textContent: words }));
    return item;
  }

  toggle(open) {
    if (!open) this.forget();
    this.list.hidden = !open;
    this.list.toggleAttribute("data-old", false);
    set(this.input, { "aria-expanded": String(open) });
  }

  key(event) {
    const open = !this.list.hidden, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const takes = event.key === "Enter" && !(this.goes && this.active < 0); // else the form leads to all matches
    if (!step && !takes && !(event.key === "Escape" && open)) return;
    event.preventDefault(); // Enter in the box chooses; it never sends the form
    if (step && open) this.move(step);
    else if (step) this.search();
    else if (event.key === "Escape") this.toggle(false);
    else if (this.options.length) this.pick(Math.max(this.active, 0));
  }

  move(step) {
    if (!this.options.length) return;
    this.active = (Math.max(this.active, step < 0 ? 0 : -1) + step + this.options.length) % this.options.length;
    this.items.forEach((item, index) => set(item, { "aria-selected": String(index === this.active) }));
    this.items[this.active].scrollIntoView({ block: "nearest" });
    set(this.input, { "aria-activedescendant": this.items[this.active].id });
  }

  pick(index) {
    const option = this.options[index];
    if (!option) return;
    this.toggle(false);
    if (option.url && (this.goes || option.away)) return window.open(option.url, this.goes ? "_self" : "_blank"); // what is typed stays
    tell(this.root, "picked", option);
    this.say.textContent = `${option.label} chosen`;
  }
}

const start = () => document.querySelectorAll("[data-typeahead]").forEach((root) => (root.typeahead ||= new Typeahead(root)));
start();
document.addEventListener("htmx:after:swap", start);
