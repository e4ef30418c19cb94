"""Every form in USWDS markup: the renderer, what a bound field adds, and the typeahead widget."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

Pair = tuple[Any, str]


class FormKeyField(forms.UUIDField):
    """Names one act of saving: the same form sent again is saved once."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        """Begin each fresh form with a new key; one that was lost or tampered with counts as none."""
        super().__init__(required=False, initial=uuid4)

    def to_python(self, value: Any) -> UUID | None:
        """Read the key, if it is one."""
        try:
            return super().to_python(value)
        except forms.ValidationError:
            return None


class UswdsBoundField(BoundField):
    """A bound field that dresses its widget in USWDS classes and knows where an error link leads."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        """Choose templates for widgets that a class alone cannot dress (form instances own their widgets)."""
        super().__init__(form, field, name)
        widget = field.widget
        widget.attrs.pop("placeholder", None)  # it repeats the label, reads as a value and goes when needed
        if isinstance(widget, forms.RadioSelect):  # CheckboxSelectMultiple is one
            look = widget.attrs.pop("data-look", "tiles")
            widget.template_name, widget.option_template_name = "forms/choices.html", "forms/option.html"
            widget.attrs.setdefault("class", f"biz-choices biz-choices--{look}")
        elif isinstance(widget, forms.ClearableFileInput):
            widget.template_name = "forms/file.html"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the USWDS class of the widget, and the error class when there is one."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if css := _css_class(widget):
            error = f" {css}--error" if self.errors and css in ("usa-input", "usa-select", "usa-textarea") else ""
            attrs["class"] = f"{css}{error} {widget.attrs.get('class', '')}".strip()
        if isinstance(widget, _TypeaheadMixin) and self.field.required:
            attrs["aria-required"] = "true"
        return attrs

    @property
    def is_checkbox(self) -> bool:
        """Whether the label stands behind the box."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def error_target(self) -> str:
        """The id that a link in the error summary leads to: the control itself, or the first of a group."""
        if not self.auto_id or self.is_hidden:
            return ""
        if isinstance(self.field.widget, forms.RadioSelect):
            return self.subwidgets[0].id_for_label if self.subwidgets else self.auto_id
        if isinstance(self.field.widget, forms.MultiWidget):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id


def _css_class(widget: forms.Widget) -> str:
    """Name the class of a widget; empty for those that need none."""
    if widget.is_hidden or isinstance(widget, forms.RadioSelect):
        return ""
    if isinstance(widget, forms.CheckboxInput):
        return "usa-checkbox__input"
    if isinstance(widget, _TypeaheadMixin):
        return "usa-input"
    if isinstance(widget, forms.Select | forms.SelectDateWidget):
        return "usa-select"
    if isinstance(widget, forms.Textarea):
        return "usa-textarea"
    return "biz-file" if isinstance(widget, forms.FileInput) else "usa-input"


class UswdsRenderer(TemplatesSetting):
    """`FORM_RENDERER`: `{{ form }}`, `{{ form.as_div }}` and `{{ form.x.as_field_group }}` in USWDS markup."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"
    bound_field_class = UswdsBoundField


class _TypeaheadMixin:
    """A search box over a select; the select alone is what the form sends.

    `url` answers JSON `[{id, label, hint}]` to `?q=`, perhaps with `why`, `badges` and `marks`. `find(text)` gives pairs (id, label) to a
    browser without JavaScript, whose Find button sends the form; `resolve(ids)` names what is
    chosen. Neither the page nor the widget ever lists the whole table.
    """

    template_name = "forms/widgets/typeahead.html"
    multiple = False

    def __init__(
        self,
        *,
        url: Any,
        resolve: Callable[[list[str]], Iterable[Pair]],
        find: Callable[[str], Iterable[Pair]] | None = None,
        add: Any = "",
        attrs: dict[str, Any] | None = None,
    ) -> None:
        """Keep where matches come from, and where one that is missing can be added (`?name=`); empty = nowhere."""
        super().__init__(attrs)  # type: ignore[call-arg]
        self.url, self.resolve, self.find, self.add = url, resolve, find, add
        self.text = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Remember the search words, so that the page can show them and their matches again."""
        self.text = data.get(f"{name}_search", "").strip()[:200]
        return super().value_from_datadict(data, files, name)  # type: ignore[misc]

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: a browser cannot point at a select that the script hides; the server says it."""
        return False

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list:
        """List what is chosen, then what the search words find (at most 20)."""
        ids = [item for item in value if item not in ("", "None")]
        pairs = [(str(key), label) for key, label in self.resolve(ids)] if ids else []
        chosen = {key for key, _ in pairs}
        if self.text and self.find:
            found = [(str(key), label) for key, label in self.find(self.text)]
            pairs += [pair for pair in found if pair[0] not in chosen][:20]
        return [
            (None, [self.create_option(name, key, label, key in chosen, index)], index)  # type: ignore[attr-defined]
            for index, (key, label) in enumerate(pairs)
        ]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the address, the words in the box and whether several may be chosen."""
        context = super().get_context(name, value, attrs)  # type: ignore[misc]
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        picked = [option["label"] for option in options if option["selected"]]
        text = self.text if self.multiple or not picked else picked[0]
        context["widget"] |= {
            "url": self.url,
            "add": self.add,
            "text": text,
            "options": options,
            "multiple": self.multiple,
            "searchable": self.find is not None,
        }
        return context


class TypeaheadSelect(_TypeaheadMixin, forms.Select):
    """One choice out of many thousands."""


class TypeaheadSelectMultiple(_TypeaheadMixin, forms.SelectMultiple):
    """Several choices out of many thousands."""

    multiple = True
