"""Reads of businesses: the list, and one business."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.shortcuts import get_object_or_404

from bizworks.directory.models import Area
from bizworks.directory.selectors import profile, tenant_today
from bizworks.directory.services.map_changes import MapScope
from bizworks.reference.models import NaicsCode, State
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Scheme, Source
from businesses.models import Business, BusinessIdentifier, Contact
from businesses.permissions import may_see_fein, may_see_identifier, may_see_value

COUNT_CAP = 10_000


def business_list(*, actor: Actor) -> QuerySet[Business]:
    """Every business the directory shows, by name; merged ones are left out (BR-2: all staff see all).

    Errors: NotAllowedError. Queries: 1 when read.
    """
    actor.require(Permission.VIEW_BUSINESSES)
    return Business.objects.listed().with_display_joins()


def business_get_for(*, actor: Actor, business_id: int) -> Business:
    """One business with what its page shows. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    joined = Business.objects.with_display_joins().select_related(
        "area_override", "employer__recorded_by", "merged_into"
    )
    return get_object_or_404(joined, pk=business_id)


def business_count_capped(businesses: QuerySet[Business]) -> tuple[int, bool]:
    """How many there are, exact up to the cap: (number, whether there are more). Queries: 1."""
    number = businesses.order_by()[: COUNT_CAP + 1].count()
    return min(number, COUNT_CAP), number > COUNT_CAP


@dataclass(frozen=True)
class BusinessPage:
    """A page of the list; the cursors are empty where there is no further page."""

    rows: list[Business]
    previous: str = ""
    next: str = ""


def business_page(businesses: QuerySet[Business], *, cursor: str = "", size: int = 50) -> BusinessPage:
    """One page by position, not by number: page 1 and page 20,000 cost the same.

    Order is (search_text, id): the name whatever its case. The cursor is "a" (after) or "b" (before)
    and the id of a business; any other begins at the top. Queries: 1, and 1 with a cursor.
    """
    anchor = _anchor(cursor)
    backwards = anchor is not None and cursor.startswith("b")
    rows = businesses
    if anchor is not None:
        rows = rows.before(*anchor) if backwards else rows.after(*anchor)
    rows = rows.order_by("-search_text", "-id") if backwards else rows.order_by("search_text", "id")
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        return BusinessPage([])
    is_first = not more if backwards else anchor is None
    is_last = False if backwards else not more
    return BusinessPage(found, "" if is_first else f"b{found[0].pk}", "" if is_last else f"a{found[-1].pk}")


def _anchor(cursor: str) -> tuple[str, int] | None:
    direction, number = cursor[:1], cursor[1:]
    if direction not in ("a", "b") or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    text = Business.objects.filter(pk=int(number)).values_list("search_text", flat=True).first()
    return None if text is None else (text, int(number))


def business_count_in(scope: MapScope) -> int:
    """How many businesses a change of the map would touch (registered in `apps.py`). Queries: 1."""
    condition = Q(municipality__in=scope.municipality_ids)
    if scope.county_ids:
        elsewhere = Q(municipality=None) | ~Q(municipality__in=scope.except_municipality_ids)
        condition |= Q(county__in=scope.county_ids) & elsewhere
    condition |= _naics_begins_with(scope.naics_included) & ~_naics_begins_with(scope.naics_excluded)
    return Business.objects.listed().filter(condition).count()


def naics_shown(*, actor: Actor, businesses: QuerySet[Business]) -> QuerySet[Business]:
    """Those of the businesses whose industry code the actor may see (BR-6). Queries: 0."""
    return businesses if actor.may(Permission.SEE_UC_VALUES) else businesses.exclude(naics_source=Source.UC)


def _naics_begins_with(prefixes: Iterable[str]) -> Q:
    """The condition for a NAICS code that begins with one of the prefixes."""
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(naics__code__startswith=prefix)
    return condition


def state_choices() -> list[tuple[str, str]]:
    """The tenant's own states first, then the others with known places. Queries: 2."""
    home = profile().state_codes
    states = State.objects.values_list("code", "name")
    return sorted(states, key=lambda state: (home.index(state[0]) if state[0] in home else len(home), state[1]))


def area_choices() -> list[tuple[int, str]]:
    """Areas in force today. Queries: 2."""
    return list(Area.objects.in_force(tenant_today()).values_list("id", "name"))


def naics_search(text: str, *, limit: int = 12) -> list[tuple[str, str]]:
    """Industry codes for a typeahead, as (code, title): by the digits they begin with, or by words of the title.

    Codes of the current edition, the longest first. Queries: 1, none for less than two characters.
    """
    words = text.lower().split()[:6]
    if len("".join(words)) < 2 or "\x00" in text:
        return []
    codes = NaicsCode.objects.filter(edition=2022)
    if words[0].isascii() and words[0].isdigit():
        codes = codes.filter(code__startswith=words[0])
    else:
        for word in words:
            codes = codes.filter(title__icontains=word)
    return list(codes.order_by(-Length("code"), "code").values_list("code", "title")[:limit])


def naics_named(codes: list[str]) -> list[tuple[str, str]]:
    """Codes with their titles, as (code, "code title"); unknown ones, whatever was typed, as they are. Queries: 1."""
    digits = [code for code in codes if code.isascii() and code.isdigit()]
    titles = dict(NaicsCode.objects.filter(code__in=digits).values_list("code", "title"))
    return [(code, f"{code} {titles.get(code, '')}".strip()) for code in codes]


@dataclass(frozen=True)
class Fact:
    """A value as this actor may read it; `source` in words, empty where it is not known."""

    label: str
    value: str
    source: str = ""
    hidden: bool = False


HIDDEN = "Held back: it came from the unemployment agency"
HIDDEN_NUMBER = "Held back: shown to state staff only"


def business_facts(*, actor: Actor, business: Business) -> list[Fact]:
    """FEIN, NAICS, employees and other systems' numbers as the actor may read them, with their source (BR-6).

    FEIN is masked to its last four digits unless `may_see_fein`. Queries: 1.
    """
    facts = [_fein_fact(actor, business)] if business.employer.fein else []
    if business.naics:
        facts.append(
            _fact(actor, "NAICS", str(business.naics), business.naics_source, business.get_naics_source_display())
        )
    if business.employees is not None:
        source = business.get_employees_source_display()
        facts.append(_fact(actor, "Employees here", f"{business.employees:,}", business.employees_source, source))
    return facts + [
        _identifier_fact(actor, row) for row in BusinessIdentifier.objects.filter(business=business).defer("listed")
    ]


def _identifier_fact(actor: Actor, row: BusinessIdentifier) -> Fact:
    seen = may_see_identifier(actor, scheme=row.scheme, source=row.source)
    shown = _known_by(row) if seen else HIDDEN if row.source == Source.UC else HIDDEN_NUMBER
    return Fact(row.get_scheme_display(), shown, row.get_source_display(), hidden=not seen)


def _known_by(row: BusinessIdentifier) -> str:
    """The number, or for a row of a list the list's name and, if it has one, its own number there."""
    source, _, key = row.value.rpartition(":")
    if row.scheme != Scheme.LIST:
        return row.value
    return source if key.startswith("#") else f"{source}, number {key}"


def _fein_fact(actor: Actor, business: Business) -> Fact:
    employer = business.employer
    agency_id = employer.recorded_by.agency_id if employer.recorded_by else None
    seen = may_see_fein(actor, source=employer.fein_source, recorded_by_agency_id=agency_id)
    shown = f"{employer.fein[:2]}-{employer.fein[2:]}" if seen else f"••-•••{employer.fein[-4:]}"
    return Fact("FEIN", shown, employer.get_fein_source_display(), hidden=not seen)


def _fact(actor: Actor, label: str, value: str, source: str, source_label: str) -> Fact:
    if may_see_value(actor, source=source):
        return Fact(label, value, source_label)
    return Fact(label, HIDDEN, source_label, hidden=True)


def employer_locations(*, business: Business, limit: int = 20) -> list[Business]:
    """The employer's other businesses, by name. Queries: 1."""
    return list(Business.objects.listed().filter(employer=business.employer_id).exclude(pk=business.pk)[:limit])


def contact_list(*, business: Business) -> QuerySet[Contact]:
    """The people of a business: key representatives first, those who left last. Queries: 1 when read."""
    return Contact.objects.filter(business=business).in_order()


def contact_get_for(*, actor: Actor, contact_id: int) -> Contact:
    """One contact with its business. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    return get_object_or_404(Contact.objects.select_related("business"), pk=contact_id)
