"""Forms of what is done with a list: a view saved, many changed, a file taken, tags kept in order."""

from typing import Any

from django import forms

from businesses.constants import BulkAction, Sharing, TagLook
from businesses.forms import ServiceForm
from businesses.models import ListExport

Pairs = list[tuple[int, str]]


class ViewForm(ServiceForm):
    """Name of a view, and who sees it."""

    name = forms.CharField(label="Name", max_length=200)
    sharing = forms.ChoiceField(
        label="Who sees it", choices=Sharing.choices, widget=forms.RadioSelect, initial=Sharing.PRIVATE
    )

    def __init__(self, *args: Any, may_share_with_everyone: bool, **kwargs: Any) -> None:
        """Offer what the person may choose."""
        super().__init__(*args, **kwargs)
        if not may_share_with_everyone:
            offered = [choice for choice in Sharing.choices if choice[0] != Sharing.EVERYONE]
            self.fields["sharing"].choices = offered  # type: ignore[attr-defined]


class TagForm(ServiceForm):
    """A tag's name and sign."""

    name = forms.CharField(label="Name", max_length=200)
    look = forms.ChoiceField(label="Sign before the name", widget=forms.RadioSelect(attrs={"data-look": "chips"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show each sign beside its name."""
        super().__init__(*args, **kwargs)
        signs = [(look.value, f"{look.sign} {look.label}") for look in TagLook]
        self.fields["look"].choices = signs  # type: ignore[attr-defined]


class MergeTagForm(ServiceForm):
    """The tag that stays."""

    into = forms.TypedChoiceField(label="Merge into", coerce=int)

    def __init__(self, *args: Any, choices: Pairs, **kwargs: Any) -> None:
        """Offer the other tags."""
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", "Choose a tag"), *choices]  # type: ignore[attr-defined]


class BulkForm(ServiceForm):
    """What many businesses get: a tag, or a lead."""

    tag = forms.TypedChoiceField(label="Tag", coerce=int, empty_value=None, required=False)
    name = forms.CharField(label="Or a new tag", max_length=200, required=False)
    staff = forms.TypedChoiceField(label="Lead", coerce=int, empty_value=None)

    def __init__(self, *args: Any, action: str, choices: Pairs, **kwargs: Any) -> None:
        """Keep the fields of the action."""
        super().__init__(*args, **kwargs)
        kept = {BulkAction.LEAD: ("staff",), BulkAction.TAG_REMOVE: ("tag",)}.get(BulkAction(action), ("tag", "name"))
        for name in set(self.fields) - set(kept):
            del self.fields[name]
        self.fields[kept[0]].choices = [("", "Choose"), *choices]  # type: ignore[attr-defined]

    def to_arguments(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        names = {"tag": "tag_id", "name": "tag_name", "staff": "staff_id"}
        return {names[name]: value for name, value in self.cleaned_data.items()}


class ExportForm(ServiceForm):
    """The kind of file."""

    format = forms.ChoiceField(
        label="Kind of file", choices=ListExport.Format.choices, widget=forms.RadioSelect, initial="xlsx"
    )
