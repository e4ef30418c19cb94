"""Filters of the queue of pairs, and the form that flags one."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from bizworks.core.forms import TypeaheadSelect
from bizworks.tenancy.actor import Actor
from businesses.constants import PairState, PairStrength
from businesses.forms import ServiceForm
from businesses.models import Business
from businesses.selectors import business_list, business_search
from businesses.selectors.matching import ORDERS, QueueFilter, QueueOptions

_MAX_ID = 2**63 - 1


class QueueForm(forms.Form):
    """Which pairs of the queue are shown; what is nonsense shows the whole queue."""

    state = forms.ChoiceField(label="Show", choices=PairState.choices, required=False)
    strength = forms.ChoiceField(label="How sure", required=False)
    region = forms.ChoiceField(required=False)
    source = forms.ChoiceField(label="In the list", required=False)
    order = forms.ChoiceField(label="Order", choices=list(ORDERS.items()), required=False)

    def __init__(self, data: Any, *, options: QueueOptions, region_word: str) -> None:
        """Fill in the tenant's regions and lists."""
        super().__init__(data or {})
        every = ("", "All")
        self.fields["strength"].choices = [("", "Any"), *PairStrength.choices]
        self.fields["region"].choices = [every, *((str(pk), name) for pk, name in options.regions)]
        self.fields["region"].label = region_word
        self.fields["source"].choices = [every, *options.sources]

    @property
    def chosen(self) -> QueueFilter:
        """What to show."""
        self.full_clean()
        values = self.cleaned_data
        return QueueFilter(
            state=values.get("state") or PairState.WAITING,
            strength=values.get("strength", ""),
            region_id=int(values["region"]) if values.get("region") else None,
            source=values.get("source", ""),
            order=values.get("order") or "strength",
        )

    @property
    def active(self) -> int:
        """How many filters are in force."""
        return sum(bool(self.chosen.__dict__[name]) for name in ("strength", "region_id", "source"))


class FlagForm(ServiceForm):
    """Which other record looks like the same business."""

    other = forms.IntegerField(
        label="Another record", min_value=1, max_value=_MAX_ID, help_text="Type its name, or its FEIN."
    )
    note = forms.CharField(
        label="Why you think so (optional)", required=False, max_length=300, help_text="Whoever decides reads it."
    )

    def __init__(self, data: Any, *, actor: Actor, business: Business) -> None:
        """Find businesses as everywhere."""
        super().__init__(data)

        def find(text: str) -> list[tuple[int, str]]:
            found = business_search(actor=actor, text=text)
            return [(row.pk, f"{row.name}, {row.hint}") for row in found if row.pk != business.pk]

        def resolve(ids: list[str]) -> list[tuple[int, str]]:
            numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 19]
            return [(row.pk, f"{row.name}, {row.hint}") for row in business_list(actor=actor).filter(pk__in=numbers)]

        self.fields["other"].widget = TypeaheadSelect(url=reverse_lazy("businesses:search"), resolve=resolve, find=find)
