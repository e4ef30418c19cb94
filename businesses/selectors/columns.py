"""Rows of the list as people read them: the columns there are, and what stands in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from bizworks.tenancy.actor import Actor
from businesses.constants import TagLook
from businesses.models import Business, BusinessActivity, BusinessTag, Lead
from businesses.permissions import may_see_fein, may_see_value


@dataclass(frozen=True)
class Column:
    """A column that can be chosen; `sort` = (order upwards, order downwards) where the list can go by it.

    `label` may be the name of one of the tenant's words.
    """

    key: str
    label: str
    meaning: str
    sort: tuple[str, str] = ("", "")
    is_number: bool = False
    is_day: bool = False


NAME = Column("name", "Business", "Name of the business.", ("name", "-name"))
COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("where", "Town", "Town and state of the business.", ("town", "town")),
        Column("region", "region", "Region the business lies in today (BR-11)."),
        Column("area", "area", "Workforce area the business lies in today (BR-11)."),
        Column("industry", "Industry", "Sector, or the title of the industry code where there is none."),
        Column("naics", "NAICS", "Industry code; empty if unknown or from the unemployment agency (BR-6)."),
        Column("size", "Employees", "Size band of people employed there.", ("size", "size"), is_number=True),
        Column("status", "Status", "Prospect, active, inactive or closed."),
        Column(
            "contact", "Last contact", "Day of the newest contact by any agency.", ("contact", "-contact"), is_day=True
        ),
        Column("service", "Last service", "Day the newest service started, by any agency.", is_day=True),
        Column("tags", "Tags", "Tags, by name."),
        Column("lead", "Lead", "Who leads the relationship (BR-15)."),
        Column("address", "Address", "Street address."),
        Column("zip", "ZIP", "ZIP code, five digits."),
        Column("phone", "Telephone", "Telephone of the business."),
        Column("website", "Website", "Website of the business."),
        Column("employer", "Employer", "Legal entity the business belongs to (BR-31)."),
        Column("fein", "FEIN", "Federal employer number; the last four digits unless the role may see it (BR-6)."),
        Column("added", "Added", "Day the business was added to the directory.", ("added", "-added"), is_day=True),
    )
}
DEFAULT_COLUMNS = ("where", "area", "industry", "size", "contact", "tags")


def columns_chosen(keys: Iterable[Any]) -> tuple[Column, ...]:
    """The columns of these keys in the order of the list; the usual ones if none is known."""
    wanted = {key for key in keys if isinstance(key, str)} & COLUMNS.keys()
    return tuple(column for key, column in COLUMNS.items() if key in (wanted or DEFAULT_COLUMNS))


def columns_named(columns: Iterable[Column], words: dict[str, str]) -> tuple[Column, ...]:
    """The columns with the tenant's words above them."""
    return tuple(replace(column, label=words.get(column.label, column.label)) for column in columns)


@dataclass(frozen=True)
class ShownTag:
    """A tag as it is drawn."""

    id: int
    name: str
    look: str

    @property
    def sign(self) -> str:
        """The sign of its look."""
        return TagLook(self.look).sign


@dataclass(frozen=True)
class ListRow:
    """A business of the list with what the chosen columns say; dates are dates, the rest is text."""

    business: Business
    cells: list[tuple[Column, Any]]
    tags: list[ShownTag]


def business_rows(*, actor: Actor, ids: Sequence[int], columns: Sequence[Column]) -> list[ListRow]:
    """The rows of these businesses, in this order, as the actor may read them (BR-6). Queries: 1, none for none."""
    if not ids:
        return []
    found = {business.pk: business for business in _display().filter(id__in=ids)}
    return [
        ListRow(business, [(c, cell(actor, business, c.key)) for c in columns], _tags(business))
        for pk in ids
        if (business := found.get(pk))
    ]


def _display() -> QuerySet[Business]:
    mine = {"business": OuterRef("pk")}
    activity = BusinessActivity.objects.filter(**mine)
    tags = BusinessTag.objects.filter(**mine).order_by("tag__name")
    leads = Lead.objects.filter(**mine, ended_on=None).order_by("id")
    return (
        Business.objects.select_related("employer__recorded_by", "region", "area", "sector", "naics")
        .annotate(
            x_contact=Subquery(activity.values("last_contact_on")[:1]),
            x_service=Subquery(activity.values("last_service_on")[:1]),
            x_tags=ArraySubquery(tags.values(tag_json=JSONObject(id="tag_id", name="tag__name", look="tag__look"))),
            x_leads=ArraySubquery(leads.values("staff__name")),
        )
        .order_by()
    )


def _tags(business: Any) -> list[ShownTag]:
    return [ShownTag(tag["id"], tag["name"], tag["look"]) for tag in business.x_tags]


def cell(actor: Actor, business: Any, key: str) -> Any:
    """What a column says of a business from `business_rows`, as the actor may read it."""
    return _READERS[key](actor, business)


def _fein(actor: Actor, business: Business) -> str:
    employer = business.employer
    if not employer.fein or not may_see_value(actor, source=employer.fein_source):
        return ""
    agency_id = employer.recorded_by.agency_id if employer.recorded_by else None
    seen = may_see_fein(actor, source=employer.fein_source, recorded_by_agency_id=agency_id)
    return f"{employer.fein[:2]}-{employer.fein[2:]}" if seen else f"••-•••{employer.fein[-4:]}"


def _industry(actor: Actor, business: Business) -> str:
    if business.sector:
        return business.sector.name
    shown = business.naics and may_see_value(actor, source=business.naics_source)
    return business.naics.title if shown else ""


_READERS: dict[str, Any] = {
    "where": lambda actor, b: b.place,
    "region": lambda actor, b: b.region.name if b.region else "",
    "area": lambda actor, b: b.area.name if b.area else "",
    "industry": _industry,
    "naics": lambda actor, b: b.naics_id if b.naics_id and may_see_value(actor, source=b.naics_source) else "",
    "size": lambda actor, b: b.size_band,
    "status": lambda actor, b: b.get_status_display(),
    "contact": lambda actor, b: b.x_contact,
    "service": lambda actor, b: b.x_service,
    "tags": lambda actor, b: ", ".join(tag["name"] for tag in b.x_tags),
    "lead": lambda actor, b: ", ".join(b.x_leads),
    "address": lambda actor, b: b.address,
    "zip": lambda actor, b: b.zip_code,
    "phone": lambda actor, b: b.phone,
    "website": lambda actor, b: b.website,
    "employer": lambda actor, b: b.employer.name,
    "fein": _fein,
    "added": lambda actor, b: b.created_at.date(),
}
