"""What an address of the dashboard, or of a number, may say; and the controls that make such addresses."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from bizworks.core.forms import TypeaheadSelect
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Role
from businesses.selectors import business_search
from reporting.constants import ALL, NONE, Grain, Measure
from reporting.models import ExportJob
from reporting.selectors.counts import Calendar, Period, Scope
from reporting.selectors.cuts import (
    DIMENSION_WORDS,
    GRAIN_WORDS,
    MEASURE_WORDS,
    OVERLAPS,
    STANDING_WORDS,
    Cut,
    Names,
    inside,
)
from reporting.selectors.files import ExportOptions

_GRAINS = {word: grain for grain, word in GRAIN_WORDS.items()}
_MEASURES = {word: measure for measure, word in MEASURE_WORDS.items()}
_STANDINGS = {word: standing for standing, word in STANDING_WORDS.items()}
FIRST_YEAR, LAST_YEAR = 1990, 2100
WHOLE = "all"
"""What an address says for the whole system, so that it means the same to everybody."""


def _choices(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class CutForm(forms.Form):
    """Reads the address of a number; every word and id must be known. Without a period: the running year."""

    grain = forms.ChoiceField(required=False, choices=_choices(_GRAINS))
    start = forms.DateField(required=False)
    region = forms.CharField(required=False, max_length=20)
    area = forms.CharField(required=False, max_length=20)
    agency = forms.CharField(required=False, max_length=20)
    category = forms.CharField(required=False, max_length=20)
    sector = forms.CharField(required=False, max_length=20)
    standing = forms.ChoiceField(required=False, choices=_choices(_STANDINGS))
    measure = forms.ChoiceField(required=False, choices=_choices(_MEASURES))
    overlap = forms.ChoiceField(required=False, choices=_choices(OVERLAPS))
    cursor = forms.CharField(required=False, max_length=20)

    def __init__(self, data: Mapping[str, Any], *, names: Names, calendar: Calendar) -> None:
        """Take the query string, the tenant's names and its calendar."""
        super().__init__(data)
        self.names, self.calendar = names, calendar

    def clean_start(self) -> date | None:
        """Refuse years that no calendar of ours reaches."""
        start: date | None = self.cleaned_data["start"]
        return _within_reach(start) if start else None

    def clean(self) -> None:
        """Turn ids into numbers; an id the tenant does not know is an error."""
        for word, dimension in DIMENSION_WORDS.items():
            text = self.cleaned_data.get(word, "")
            value = {"": ALL, WHOLE: ALL, "none": NONE}.get(text)
            if value is None:
                value = int(text) if text.isascii() and text.isdigit() else ALL
                if value not in self.names.known[dimension]:
                    self.add_error(word, f"No such {word} is known here.")
            self.cleaned_data[word] = value

    def period(self) -> Period:
        """The period; where the address says nothing usable, the program year that is running."""
        grain = _GRAINS.get(self.cleaned_data.get("grain", ""), Grain.YEAR)
        return self.calendar.period(grain, self.cleaned_data.get("start") or self.calendar.today)

    def cut(self) -> Cut:
        """The number that a valid address names."""
        found = self.cleaned_data
        return Cut(
            period=self.period(),
            scope=Scope(**{dimension: found[word] for word, dimension in DIMENSION_WORDS.items()}),
            measure=_MEASURES.get(found["measure"], Measure.SERVED),
            standing=_STANDINGS.get(found["standing"], ALL),
            overlap=found["overlap"],
        )


class DashboardForm(CutForm):
    """Reads the address of a dashboard: what is missing has a default, what is unknown is left out and said."""

    def __init__(self, data: Mapping[str, Any], *, names: Names, calendar: Calendar, actor: Actor) -> None:
        """Begin with the actor's own region, unless the address says otherwise."""
        super().__init__(data, names=names, calendar=calendar)
        own = own_regions(actor, names)
        self.home = own[0] if own and actor.role in (Role.MANAGER, Role.REPRESENTATIVE) else ALL
        self.is_valid()

    @property
    def region_id(self) -> int:
        """The region shown: that of the address, else of its area, else the actor's own."""
        found = self.cleaned_data
        if self.data.get("region") and "region" not in self.errors:
            return found.get("region", ALL)
        if self.errors.get("region"):
            return ALL
        if area := found.get("area", ALL):
            return next((pk for pk in self.names.regions if self._holds(pk, area)), ALL)
        return self.home

    @property
    def area_id(self) -> int:
        """The area shown; an area of another region than the one shown is left out."""
        area = self.cleaned_data.get("area", ALL)
        return area if area > ALL and self._holds(self.region_id, area) else ALL

    def _holds(self, region_id: int, area_id: int) -> bool:
        return area_id in dict(self.names.areas_of(region_id, self.period()))

    def cut(self) -> Cut:
        """The number at the top of the dashboard. Cells of an area stand alone, without its region."""
        area = self.area_id
        return Cut(self.period(), Scope(area_id=area) if area else Scope(region_id=self.region_id))

    def parameters(self, period: Period) -> dict[str, str]:
        """The query string of the place shown, in a period; nothing is left to defaults."""
        query = {"grain": GRAIN_WORDS[Grain(period.grain)], "start": period.start.isoformat()}
        query |= {"region": _word(self.region_id)}
        return query | ({"area": str(self.area_id)} if self.area_id else {})

    def span(self) -> dict[str, str]:
        """The query string of an export of what is shown."""
        period = self.period()
        query = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        return query | {"region": _word(self.region_id)}

    def notes(self) -> list[str]:
        """What of the address could not be used, in words."""
        words = {"grain": "length of period", "start": "date"}
        unknown = [words.get(name, name) for name in ("grain", "start", "region", "area") if name in self.errors]
        if not unknown:
            return []
        return [f"The address named a {' and a '.join(unknown)} that is not known here, so it was left out."]


class PickerForm(forms.Form):
    """The controls over the dashboard: period, region, area."""

    grain = forms.CharField(widget=forms.HiddenInput)
    start = forms.ChoiceField(label="Period", required=False)
    region = forms.ChoiceField(required=False)
    area = forms.ChoiceField(required=False)

    def __init__(self, *, asked: DashboardForm, first_year: date, actor: Actor) -> None:
        """Offer the periods since the first program year, the tenant's regions, and the region's areas."""
        period, region_id, names = asked.period(), asked.region_id, asked.names
        super().__init__(initial=asked.parameters(period))
        self.fields["start"].choices = period_choices(period, asked.calendar, first_year)
        region, area = self.fields["region"], self.fields["area"]
        region.label, area.label = names.words["region"], names.words["area"]
        region.choices = [(WHOLE, f"All of {names.system}"), *region_choices(actor, names)]
        if region_id == NONE:
            region.choices += [("none", names.without["region_id"])]
        area.choices = [("", f"All {inside(names.words['areas'])}"), *_pairs(names.areas_of(region_id, period))]

    @property
    def has_areas(self) -> bool:
        """Whether there is an area to choose."""
        return len(self.fields["area"].choices) > 1


class QuickLogForm(forms.Form):
    """Begin a log with the business: the home page's shortest way."""

    business = forms.IntegerField(required=False, label="With which business?", min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Mapping[str, Any], *, actor: Actor) -> None:
        """Search among the businesses the actor may see."""
        super().__init__(data)
        self.fields["business"].widget = TypeaheadSelect(
            url=reverse_lazy("businesses:search"),
            add=reverse_lazy("businesses:create") if actor.can.edit_businesses else "",
            find=lambda text: [(row.pk, f"{row.name}, {row.place}") for row in business_search(actor=actor, text=text)],
            resolve=lambda ids: [],
        )

    @property
    def chosen(self) -> int | None:
        """The business chosen, if one was."""
        return self.cleaned_data.get("business") if self.is_valid() else None


class ExportForm(forms.Form):
    """What to export: a span of days, perhaps cut, and the kind of file."""

    start = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(label="Through", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    region_id = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    agency_id = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Agency")
    category = forms.ChoiceField(required=False, label="Federal category")
    format = forms.ChoiceField(
        label="Kind of file",
        choices=ExportJob.Format.choices,
        initial=ExportJob.Format.XLSX,
        widget=forms.RadioSelect(attrs={"data-look": "chips"}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, options: ExportOptions, words: dict[str, str], initial: dict[str, Any]
    ) -> None:
        """Offer the tenant's regions, in its own word for them, its agencies, and the federal categories."""
        super().__init__(data, initial=initial)
        self.fields["region_id"].label = words["region"]
        for name, every, rows in (
            ("region_id", "The whole system", options.regions),
            ("agency_id", "All agencies", options.agencies),
            ("category", "All services", options.categories),
        ):
            self.fields[name].choices = [("", every), *((str(key), label) for key, label in rows.items())]

    def clean_start(self) -> date:
        """Refuse years that no calendar of ours reaches."""
        return _within_reach(self.cleaned_data["start"])

    def clean_end(self) -> date:
        """Refuse years that no calendar of ours reaches."""
        return _within_reach(self.cleaned_data["end"])

    def parameters(self) -> dict[str, Any]:
        """The filters, as the service takes them."""
        return {name: self.cleaned_data[name] for name in ("start", "end", "region_id", "agency_id", "category")}

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what the service refused, by its names."""
        names = {"region": "region_id", "agency": "agency_id"}
        for name, sentences in errors.items():
            self.add_error(names.get(name, name) or None, sentences)


def export_initial(asked: Mapping[str, str], calendar: Calendar) -> dict[str, Any]:
    """What the form begins with: what the address asks for, else the running program year."""
    year = calendar.current(Grain.YEAR)
    found: dict[str, Any] = {"start": year.start, "end": year.end, "region_id": asked.get("region", "")}
    for name in ("start", "end"):
        try:
            found[name] = date.fromisoformat(asked.get(name, ""))
        except ValueError:
            continue
    return found


def _within_reach(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError("That year is out of reach.")
    return day


def own_regions(actor: Actor, names: Names) -> list[int]:
    """The actor's regions, in the order of their names."""
    return [pk for pk in names.regions if pk in actor.region_ids]


def region_choices(actor: Actor, names: Names) -> list[tuple[str, str]]:
    """The regions, the actor's own first."""
    own = own_regions(actor, names)
    return _pairs([(pk, names.regions[pk]) for pk in (*own, *(pk for pk in names.regions if pk not in own))])


def period_choices(shown: Period, calendar: Calendar, first_year: date) -> list[Any]:
    """Every period of the grain from the first year to now, newest first; quarters and months by year."""
    years, year = [], calendar.current(Grain.YEAR)
    while year.start >= first_year and len(years) < 60:
        years.append(year)
        year = calendar.shifted(year, -1)
    if shown.start > calendar.today or shown.end < first_year:
        years.append(calendar.period(Grain.YEAR, shown.start))
    if shown.grain == Grain.YEAR:
        return [(y.start.isoformat(), f"{y.label} ({y.dates})") for y in years]
    groups = []
    for each in years:
        periods = [p for p in calendar.within(each, shown.grain) if p.start <= max(calendar.today, shown.start)]
        groups.append((each.label, [(p.start.isoformat(), _period_label(p)) for p in reversed(periods)]))
    return groups


def _period_label(period: Period) -> str:
    return period.label if period.grain == Grain.MONTH else f"{period.label} ({period.dates})"


def _pairs(rows: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in rows]


def _word(value: int) -> str:
    return {ALL: WHOLE, NONE: "none"}.get(value, str(value))
