"""The sections of the administration: for each kind of entry its words, its form and its list's columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bizworks.directory.forms import entries as forms
from bizworks.directory.models import ServiceItem

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One column of a list: its head, the text of a cell, and whether that is a number."""

    head: str | Callable[[Labels], str]
    cell: Callable[[Any], Any]
    is_number: bool = False

    def title(self, labels: Labels) -> str:
        """The head in the tenant's words."""
        return self.head(labels) if callable(self.head) else self.head


@dataclass(frozen=True)
class Section:
    """What the general pages need to know about one kind of entry."""

    kind: str
    slug: str
    form: type[forms.EntryForm]
    one: Callable[[Labels], str]
    several: Callable[[Labels], str]
    help: str
    columns: tuple[Column, ...] = ()
    is_searchable: bool = False


def _said(text: str) -> Callable[[Labels], str]:
    return lambda labels: text


def _word(name: str) -> Callable[[Labels], str]:
    return lambda labels: labels[name]


def _prefixes(sector: Any) -> str:
    rows = list(sector.prefixes.all())
    inside = ", ".join(row.prefix for row in rows if not row.is_excluded)
    outside = ", ".join(row.prefix for row in rows if row.is_excluded)
    return f"{inside} without {outside}" if outside else inside


SECTIONS: dict[str, Section] = {
    section.kind: section
    for section in (
        Section(
            kind="region",
            slug="regions",
            form=forms.RegionForm,
            one=_word("region"),
            several=_word("regions"),
            help="The largest parts of the territory. Every area lies in exactly one, so their counts add up.",
            columns=(Column(_word("areas"), lambda row: row.areas, is_number=True),),
        ),
        Section(
            kind="area",
            slug="areas",
            form=forms.AreaForm,
            one=_word("area"),
            several=_word("areas"),
            help="The territories of local boards, made of towns or whole counties. Open one to see its territory.",
            columns=(
                Column(_word("region"), lambda row: row.region_name or "None"),
                Column("Towns and counties", lambda row: row.places, is_number=True),
            ),
        ),
        Section(
            kind="center",
            slug="centers",
            form=forms.CenterForm,
            one=_word("center"),
            several=_word("centers"),
            help="Where people and businesses come in. They open, move and merge; retired ones stay in past records.",
            columns=(Column(_word("area"), lambda row: row.area.name),),
        ),
        Section(
            kind="agency",
            slug="agencies",
            form=forms.AgencyForm,
            one=_said("Agency"),
            several=_said("Agencies"),
            help="Organizations that deliver business services. Each gets full credit for what it delivers.",
            columns=(
                Column("Kind", lambda row: row.kind),
                Column("People", lambda row: row.people, is_number=True),
            ),
        ),
        Section(
            kind="item",
            slug="catalogue",
            form=forms.ItemForm,
            one=_said("Service"),
            several=_said("Service catalog"),
            help="What can be logged, with its state and its federal category, and whether it makes a business served.",
            columns=(
                Column("State category", lambda row: row.state_category),
                Column("Federal category", lambda row: row.federal_category.name if row.federal_category else "None"),
                Column("Kind", lambda row: ServiceItem.Kind(row.kind).label.split(" (", maxsplit=1)[0]),
                Column("Counted", lambda row: "Yes" if row.is_counted else "No"),
                Column("Minimum menu", lambda row: "Yes" if row.is_minimum_menu else ""),
            ),
            is_searchable=True,
        ),
        Section(
            kind="slate",
            slug="slates",
            form=forms.SlateForm,
            one=_said("Slate"),
            several=_said("Slates"),
            help="The services an orientation presents. A change is a new version from a date.",
            columns=(Column("Lines", lambda row: row.line_count, is_number=True),),
        ),
        Section(
            kind="sector",
            slug="sectors",
            form=forms.SectorForm,
            one=_said("Sector"),
            several=_said("Sectors"),
            help="Groups of industries by NAICS prefixes. The longest prefix wins, so a business is in one sector.",
            columns=(
                Column("Industries", _prefixes),
                Column("Priority", lambda row: "Yes" if row.is_priority else ""),
            ),
        ),
    )
}
