// What a typeahead picks goes into the select beside it, which alone is sent with the form: one business in the box,
// or a chip for each of several.

class Choices {
  constructor(root) {
    this.input = root.querySelector("input[type=search]");
    this.select = root.querySelector("[data-typeahead-select]");
    this.multiple = root.hasAttribute("data-multiple");
    this.chips = document.createElement("ul");
    this.chips.className = "biz-typeahead__chosen";
    root.append(this.chips);
    for (const plain of [this.select, root.querySelector("[data-typeahead-find]")]) if (plain) plain.hidden = true;
    root.addEventListener("typeahead:typed", () => { if (!this.multiple) this.choose(null); });
    root.addEventListener("typeahead:picked", (event) => {
      this.choose(event.detail);
      this.input.value = this.multiple ? "" : event.detail.label;
    });
    this.select.addEventListener("change", () => this.reflect());
    this.reflect();
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
    if (this.multiple) this.chips.replaceChildren(...held.map((option) => this.chip(option)));
    else if (held.length) this.input.value = held[0].text;
  }

  chip(option) {
    const remove = document.createElement("button");
    Object.assign(remove, { type: "button", textContent: "×" }).setAttribute("aria-label", `Remove ${option.text}`);
    remove.addEventListener("click", () => {
      option.remove();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.input.focus();
    });
    const item = document.createElement("li");
    item.append(option.text, remove);
    return item;
  }
}

function start() {
  for (const select of document.querySelectorAll("[data-typeahead] [data-typeahead-select]")) {
    const root = select.closest("[data-typeahead]");
    root.choices ||= new Choices(root);
  }
}
start();
document.addEventListener("htmx:after:swap", start);
