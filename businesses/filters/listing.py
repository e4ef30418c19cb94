"""The form over the list of businesses: what was asked for, checked; chips that take it back; addresses."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format

from businesses.constants import SizeBand, Status
from businesses.selectors import (
    ANYONE,
    DEFAULT_ORDER,
    NEVER,
    NOBODY,
    NOT_KNOWN,
    ORDERS,
    ListOptions,
    Parameters,
)

_SIZES = [(value or NOT_KNOWN, label) for value, label in SizeBand.choices]
_STATUSES = [choice for choice in Status.choices if choice[0] != Status.MERGED]
_CONTACTS = [
    ("", "At any time"),
    ("in-30", "Within 30 days"),
    ("in-90", "Within 90 days"),
    ("in-365", "Within a year"),
    ("out-30", "Not for 30 days"),
    ("out-90", "Not for 90 days"),
    ("out-180", "Not for half a year"),
    ("out-365", "Not for a year"),
    (NEVER, "Never"),
]
_STEPS = [("", "Any"), (ANYONE, "A next step is open"), (NOBODY, "No next step is open")]
_LEADS = [
    ("me", "Me"),
    ("team", "A team I am on"),
    ("watched", "I watch it"),
    ("nobody", "Nobody"),
    ("left", "Someone who has left"),
]
MAX_PREFIXES = 10
MAX_VALUES = 100
_ROW = re.compile(r"[1-9][0-9]{0,17}")
PICKED = ("region", "area", "sector", "size", "status", "tag", "lead", "served")
"""Filters of which several values may be chosen."""


class _Pick(forms.MultipleChoiceField):
    """Several values of a list. Junk is passed over; a row that is no longer offered still counts, so that an old
    link or view never shows more than it said.
    """

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str, choices: Iterable[tuple[str, str]] = (), fixed: bool = False) -> None:
        super().__init__(label=label, choices=list(choices), required=False)
        self.fixed = fixed
        self.widget.attrs["data-look"] = "plain"

    def clean(self, value: Any) -> list[str]:
        """Keep what is offered and what may have been, once each."""
        known = {str(key) for key, _ in self.choices}
        items = [str(item) for item in value or ()][:MAX_VALUES]
        return list(dict.fromkeys(item for item in items if item in known or (not self.fixed and _ROW.fullmatch(item))))


class _Prefixes(forms.CharField):
    """NAICS prefixes, separated by commas or spaces."""

    def clean(self, value: Any) -> list[str]:
        """Split and check. Errors: ValidationError."""
        words = (super().clean(value) or "").replace(",", " ").split()
        if len(words) > MAX_PREFIXES or not all(w.isascii() and w.isdigit() and len(w) <= 6 for w in words):
            raise ValidationError(f"Give at most {MAX_PREFIXES} codes of one to six digits, with commas between.")
        return list(dict.fromkeys(words))


@dataclass(frozen=True)
class Chip:
    """A filter in force: what it says, and the address without it."""

    text: str
    url: str


class ListForm(forms.Form):
    """Search, filters and order of the list. What is not understood is said beside its field and left out."""

    q = forms.CharField(
        label="Search by name, trading name, town or FEIN",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    region = _Pick(label="Region")
    area = _Pick(label="Area")
    town = forms.CharField(label="Town", max_length=80, required=False)
    sector = _Pick(label="Sector")
    naics = _Prefixes(label="NAICS begins with", max_length=80, required=False)
    size = _Pick(label="Employees", choices=_SIZES, fixed=True)
    status = _Pick(label="Status", choices=_STATUSES, fixed=True)
    tag = _Pick(label="Tag")
    lead = _Pick(label="Lead")
    served = _Pick(label="Served by")
    contact = forms.ChoiceField(label="Last contact", choices=_CONTACTS, required=False)
    since = forms.DateField(
        label="Contacted on or after", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.DateField(
        label="Not contacted since", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    step = forms.ChoiceField(label="Next step", choices=_STEPS, required=False)
    county = _Pick(label="County")
    sort = forms.ChoiceField(
        label="Order", choices=[(key, order.label) for key, order in ORDERS.items()], required=False
    )

    def __init__(self, data: QueryDict, *, options: ListOptions, words: dict[str, str]) -> None:
        """Offer the tenant's rows in the tenant's words."""
        super().__init__(data)
        self.fields["county"].widget = forms.MultipleHiddenInput()
        before = {
            "tag": [(NOBODY, "No tag")],
            "lead": _LEADS,
            "served": [(ANYONE, "Any agency"), (NOBODY, "Nobody yet")],
            "area": [(NOBODY, f"In no {words['area'].lower()}")],
            "sector": [(NOBODY, "Not known")],
        }
        for name in ("region", "area", "county", "sector", "tag", "lead", "served"):
            field: Any = self.fields[name]
            field.choices = [*before.get(name, ()), *options.of(name)]
        self.fields["region"].label, self.fields["area"].label = words["region"], words["area"]
        self.is_valid()

    @property
    def parameters(self) -> Parameters:
        """What is asked for, by filter, without what was not understood."""
        found: Parameters = {}
        for name, value in self.cleaned_data.items():
            if name == "sort" or value in ("", None, []):
                continue
            found[name] = value if isinstance(value, list) else [_text(value)]
        return found

    @property
    def order(self) -> str:
        """The order asked for, or the usual one."""
        return self.cleaned_data.get("sort") or DEFAULT_ORDER

    @property
    def active(self) -> int:
        """How many filters beside the search are in force."""
        return sum(name != "q" for name in self.parameters)

    @property
    def picks(self) -> list[dict[str, Any]]:
        """The filters of several values, with how many are chosen of each; without those that offer nothing."""
        return [
            {"field": self[name], "chosen": len(self.parameters.get(name, ()))}
            for name in PICKED
            if self.fields[name].choices  # type: ignore[attr-defined]
        ]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The filters of one value."""
        return [self[name] for name in ("contact", "since", "before", "step", "town", "naics")]

    def chips(self, path: str) -> list[Chip]:
        """Each value in force in words, with the address that takes it back; what else the address says stays."""
        chips = []
        for name, values in self.parameters.items():
            for value in values:
                rest = self.data.copy()
                rest.pop("cursor", None)
                kept = [item for item in values if item != value]
                rest.setlist(name, [", ".join(kept)] if name == "naics" and kept else kept)
                chips.append(Chip(f"{self._label(name)}: {self._word(name, value)}", f"{path}?{rest.urlencode()}"))
        return chips

    def sentences(self) -> list[tuple[str, str]]:
        """What is asked for in words, as (filter, values): for the cover of a file."""
        return [
            (self._label(name), ", ".join(self._word(name, value) for value in values))
            for name, values in self.parameters.items()
        ]

    def _label(self, name: str) -> str:
        return "Search" if name == "q" else str(self.fields[name].label)

    def _word(self, name: str, value: str) -> str:
        if name in ("since", "before"):
            return date_format(dt.date.fromisoformat(value), "M j, Y")
        choices = {str(key): label for key, label in getattr(self.fields[name], "choices", ())}
        return str(choices.get(value, "no longer offered" if name in PICKED else value))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def list_query(parameters: Mapping[str, Sequence[str]], *, sort: str = "", columns: Sequence[str] = ()) -> QueryDict:
    """The address of a list: what `ListForm` reads back as the same filters, order and columns."""
    query = QueryDict(mutable=True)
    for name, values in parameters.items():
        query.setlist(name, [", ".join(values)] if name == "naics" else list(values))
    if sort and sort != DEFAULT_ORDER:
        query["sort"] = sort
    query.setlist("cols", list(columns))
    return query
