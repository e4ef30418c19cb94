"""What the filters of the list offer, read in one query."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from bizworks.directory.models import Agency, Area, Region, Sector, StaffMember
from bizworks.reference.models import County
from businesses.models import Lead, Tag

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class ListOptions:
    """Choices of the filters as pairs (id, name) by filter; agencies also when they have retired."""

    pairs: dict[str, Pairs] = field(default_factory=dict)

    def of(self, name: str) -> Pairs:
        """The choices of one filter."""
        return self.pairs.get(name, [])


def list_options(*, counties: Sequence[str] = ()) -> ListOptions:
    """Read the choices; of counties only those asked for, by FIPS. Queries: 1."""
    today = timezone.now().date()
    leading = Exists(Lead.objects.filter(staff=OuterRef("pk"), ended_on=None))
    parts = [
        *(_pairs(name, model.objects.in_force(today)) for name, model in _DATED.items()),
        _pairs("served", Agency.objects.all()),
        _pairs("tag", Tag.objects.filter(is_retired=False)),
        _pairs("lead", StaffMember.objects.filter(leading)),
    ]
    known = [fips for fips in counties[:200] if fips.isascii() and fips.isdigit()]
    if known:
        parts.append(_pairs("county", County.objects.filter(fips__in=known)))
    pairs: dict[str, Pairs] = {}
    for kind, number, name in parts[0].union(*parts[1:], all=True).order_by("x_name"):
        pairs.setdefault(kind, []).append((number, name))
    return ListOptions(pairs)


_DATED: dict[str, Any] = {"region": Region, "area": Area, "sector": Sector}


def _pairs(kind: str, rows: QuerySet) -> QuerySet:
    text = CharField()
    return (
        rows.order_by()
        .annotate(x_kind=Value(kind, text), x_id=Cast("pk", text), x_name=Cast(F("name"), text))
        .values_list("x_kind", "x_id", "x_name")
    )
