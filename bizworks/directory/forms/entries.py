"""Forms of the map's entries: one base, and what each kind adds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse

from bizworks.directory.admin_selectors import (
    federal_categories,
    in_force_or,
    sector_prefixes,
    slate_lines,
    state_categories,
)
from bizworks.directory.forms.fields import BeginningField, LinesField, PrefixesField, date_input
from bizworks.directory.models import Agency, Area, Center, Region, Sector, ServiceItem, Slate
from bizworks.directory.services.entries import fingerprint, is_used
from bizworks.directory.services.kinds import UNCOUNTED

SLATE_LINE_MAX = 200
KIND_MEANINGS = {
    ServiceItem.Kind.SERVICE: "A service",
    ServiceItem.Kind.OUTREACH: "Outreach, never counted",
    ServiceItem.Kind.ORIENTATION: "An orientation, counted when it qualifies",
    ServiceItem.Kind.PARTIAL: "A partial overview: what an orientation becomes when it does not qualify",
}


class EntryForm(forms.ModelForm):
    """Code, name, first day and note of an entry; `seen` notices a change by someone else."""

    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    starts_on = BeginningField(label="In force from", help_text="Leave empty if it always was.")
    note = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Shown to administrators only; for example what is still to be confirmed.",
    )
    field_order = ("name", "code")

    def __init__(
        self,
        *args: Any,
        today: date,
        labels: Mapping[str, str],
        instance: Any = None,
        initial: Any = None,
        **kwargs: Any,
    ) -> None:
        self.today, self.labels = today, labels
        self.is_new = instance is None
        given = dict(initial or {})
        if instance is not None:
            given = {"seen": fingerprint(instance)} | self.details(instance) | given
        super().__init__(*args, instance=instance, initial=given, **kwargs)
        self.fields["code"].help_text = "Short and stable: files and imports name it by this."
        self.order_fields([*self.field_order, *(n for n in self.fields if n not in ("starts_on", "note")), "starts_on"])
        self.adjust()

    class Meta:
        fields = ("code", "name")

    def details(self, instance: Any) -> dict[str, Any]:
        """First values of fields that are no columns of the row itself."""
        return {"starts_on": instance.starts_on, "note": instance.note}

    def adjust(self) -> None:
        """Offer rows in force; use the tenant's words."""


class RegionForm(EntryForm):
    """A region."""

    class Meta(EntryForm.Meta):
        model = Region


class AreaForm(EntryForm):
    """An area; its region is asked once, later moves have a date."""

    region = forms.ModelChoiceField(queryset=None)

    class Meta(EntryForm.Meta):
        model = Area

    def adjust(self) -> None:
        """Ask the region of a new area only."""
        if not self.is_new:
            del self.fields["region"]
            return
        self.fields["region"].queryset = in_force_or("region", self.today)
        self.fields["region"].label = self.labels["region"]


class CenterForm(EntryForm):
    """A center within an area."""

    area = forms.ModelChoiceField(queryset=None)

    class Meta(EntryForm.Meta):
        model = Center

    def details(self, instance: Center) -> dict[str, Any]:
        """The area as it is."""
        return super().details(instance) | {"area": instance.area_id}

    def adjust(self) -> None:
        """Offer the areas in force and the present one."""
        self.fields["area"].queryset = in_force_or("area", self.today, self.initial.get("area"))
        self.fields["area"].label = self.labels["area"]


class AgencyForm(EntryForm):
    """An agency."""

    class Meta(EntryForm.Meta):
        model = Agency
        fields = ("code", "name", "kind", "phone", "email")
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"})}


class ItemForm(EntryForm):
    """A line of the service catalogue."""

    federal_category = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="None of the eight",
        help_text="Where the federal report counts it.",
    )
    description = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What staff should know before they choose it.",
    )

    class Meta(EntryForm.Meta):
        model = ServiceItem
        fields = ("code", "name", "kind", "state_category", "is_counted", "is_minimum_menu", "description", "synonyms")
        labels = {"kind": "What logging it means", "is_counted": "Counted", "is_minimum_menu": "Minimum menu"}
        help_texts = {
            "state_category": "The state's own grouping, as its system of record names it.",
            "is_counted": "Delivering it makes a business served.",
            "is_minimum_menu": "Every center must offer it (20 CFR 678.430 and 678.435).",
        }
        widgets = {"kind": forms.RadioSelect}

    def details(self, instance: ServiceItem) -> dict[str, Any]:
        """The federal category as it is."""
        return super().details(instance) | {"federal_category": instance.federal_category_id}

    def adjust(self) -> None:
        """Offer the eight categories, and say which state categories are in use."""
        self.fields["federal_category"].queryset = federal_categories()
        if used := state_categories():
            self.fields["state_category"].help_text += f" In use: {', '.join(used[:12])}."
        self.fields["kind"].choices = list(KIND_MEANINGS.items())
        if not self.is_new and is_used(self.instance):
            self.fields["kind"].help_text = "Records name this item, so what it means no longer changes."
        names = ["name", "code", "kind", "state_category", "federal_category"]
        self.order_fields([*names, *(name for name in self.fields if name not in names)])

    def clean(self) -> dict[str, Any]:
        """Outreach never counts."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") in UNCOUNTED and data.get("is_counted"):
            self.add_error("is_counted", "Outreach and partial overviews are never counted: take this mark away.")
        return data


class SlateForm(EntryForm):
    """A version of the slate with its lines."""

    lines = LinesField(line_max=SLATE_LINE_MAX, help_text="One service a line, in the order it is presented.")

    class Meta(EntryForm.Meta):
        model = Slate

    def details(self, instance: Slate) -> dict[str, Any]:
        """The lines as they are."""
        return super().details(instance) | {"lines": slate_lines(instance)}

    def adjust(self) -> None:
        """Close the lines once orientations were judged by them (BR-24)."""
        if not self.is_new and is_used(self.instance):
            del self.fields["lines"]


class SlateVersionForm(forms.Form):
    """A new version of a slate, from a date."""

    name = forms.CharField(max_length=120)
    code = forms.SlugField(max_length=40, help_text="Short and stable, for example slate-2026.")
    starts_on = forms.DateField(
        widget=date_input(),
        label="In force from",
        help_text="The present version ends the day before. Contacts of earlier days are still judged by it.",
    )
    lines = LinesField(line_max=SLATE_LINE_MAX, help_text="One service a line, in the order it is presented.")


class SectorForm(EntryForm):
    """A group of industries by NAICS prefixes."""

    includes = PrefixesField(
        label="Industries included", help_text="NAICS prefixes of two to six digits, for example 31-33, 5417."
    )
    excludes = PrefixesField(
        required=False,
        label="Industries taken out again",
        help_text="Longer prefixes within those, for example 311811.",
    )

    class Meta(EntryForm.Meta):
        model = Sector
        fields = ("code", "name", "is_priority")
        labels = {"is_priority": "Priority sector"}

    def details(self, instance: Sector) -> dict[str, Any]:
        """The prefixes as they are."""
        includes, excludes = sector_prefixes(instance)
        return super().details(instance) | {"includes": includes, "excludes": excludes}

    def adjust(self) -> None:
        """Show what the prefixes take in while they are typed."""
        for name in ("includes", "excludes"):
            self.fields[name].widget.attrs |= {
                "hx-get": reverse("directory:sector_preview"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#preview",
                "hx-include": "#id_includes, #id_excludes",
                "autocomplete": "off",
            }


class SectorPreviewForm(forms.Form):
    """Prefixes as typed so far, for the preview."""

    includes = PrefixesField(required=False)
    excludes = PrefixesField(required=False)


class RetireForm(forms.Form):
    """The day from which an entry is no longer in force."""

    retired_on = forms.DateField(
        widget=date_input(), label="No longer in force from", help_text="The day before is its last."
    )
