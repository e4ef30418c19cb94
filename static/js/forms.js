// What every form does: send once, lead to its errors, count a checklist while it is filled in.

/** Let a form be sent again (after an answer without a new page, or Back). */
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-busy]")) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("data-busy");
  }
}

// <form data-guard>: a second press while the first is under way is ignored
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-guard]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-disabled", "true");
  event.submitter?.setAttribute("data-busy", "");
  window.setTimeout(() => release(form), 20000); // a download leaves the page as it is
}, true);
document.addEventListener("htmx:finally:request", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});

/** Bring the summary of errors into focus. */
function leadToErrors(root) {
  root.querySelector?.("[data-form-errors]")?.focus();
}
leadToErrors(document);
document.addEventListener("htmx:after:swap", (event) => leadToErrors(event.detail?.ctx?.target ?? document));

// a link of the summary puts the cursor into its field, also where the field hides behind a script
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-form-errors] a[href^='#']");
  const field = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

/** Write "3 of 7: need 4" beside a checklist; the element decides with data-total and data-need. */
function count(list) {
  const output = list.querySelector("[data-checklist-output]");
  if (!output) return;
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];
  const done = boxes.filter((box) => box.checked).length;
  const total = Number(list.dataset.total || boxes.length);
  const need = Number(list.dataset.need || 0);
  const met = done >= need;
  output.textContent = met ? `${done} of ${total}: enough` : `${done} of ${total}: need ${need}`;
  list.dataset.met = met ? "yes" : "no";
}
document.addEventListener("change", (event) => {
  const list = event.target.closest?.("[data-checklist]");
  if (list) count(list);
});
document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-checklist]").forEach(count));
document.querySelectorAll("[data-checklist]").forEach(count);
