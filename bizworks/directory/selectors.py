"""Reads of a tenant's map: who acts, which words, which area and sector."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from bizworks.accounts.models import ApiToken, User
from bizworks.directory.models import (
    Agency,
    Area,
    AreaRegion,
    AreaTerritory,
    Center,
    Region,
    Sector,
    ServiceItem,
    Slate,
    StaffMember,
    TenantProfile,
)
from bizworks.tenancy.actor import Actor, permissions_for
from bizworks.tenancy.policy import Permission

SCOPE_PERMISSIONS: dict[str, frozenset[str]] = {
    ApiToken.Scope.READ: frozenset({Permission.VIEW_BUSINESSES, Permission.SEE_FEIN, Permission.READ_RESTRICTED}),
    ApiToken.Scope.WRITE: frozenset(
        {Permission.EDIT_BUSINESSES, Permission.LOG_INTERACTION, Permission.EDIT_ANY_INTERACTION}
    ),
    ApiToken.Scope.COUNTS: frozenset({Permission.VIEW_DASHBOARD}),
}


def profile() -> TenantProfile:
    """The tenant's words and options. Errors: DoesNotExist for a tenant that was never set up. Queries: 1."""
    return TenantProfile.objects.get()


def tenant_today() -> date:
    """Today where the tenant is: business dates are local dates. Queries: 1."""
    return timezone.now().astimezone(ZoneInfo(profile().time_zone)).date()


def labels() -> dict[str, str]:
    """The tenant's words for region, area, center and representative, singular and plural. Queries: 1."""
    row = TenantProfile.objects.first() or TenantProfile()
    names = ("region", "area", "center", "representative")
    return {n: getattr(row, f"{n}_label") for n in names} | {f"{n}s": getattr(row, f"{n}_label_plural") for n in names}


def _actor(staff: StaffMember | None, *, token: ApiToken | None = None) -> Actor | None:
    if staff is None or not staff.user.is_active or (staff.ended_on and staff.ended_on <= timezone.now().date()):
        return None
    permissions = permissions_for(staff.role)
    if token is not None:
        permissions &= frozenset().union(*(SCOPE_PERMISSIONS.get(scope, frozenset()) for scope in token.scopes))
    return Actor(
        tenant_id=staff.tenant_id,
        user_id=staff.user_id,
        staff_id=staff.pk,
        name=staff.name,
        email=staff.user.email,
        role=staff.role,
        agency_id=staff.agency_id,
        agency_name=staff.agency.name,
        region_ids=frozenset(staff.staffregion_region_ids),
        permissions=permissions,
        token_id=token.pk if token else None,
        time_zone=staff.time_zone or "UTC",
    )


def _staff(user_id: int) -> StaffMember | None:
    zone = Subquery(TenantProfile.objects.values("time_zone")[:1])
    staff = (
        StaffMember.objects.select_related("user", "agency").annotate(time_zone=zone).filter(user_id=user_id).first()
    )
    if staff is not None:
        staff.staffregion_region_ids = list(
            staff.regions.through.objects.filter(staff=staff).values_list("region", flat=True)
        )
    return staff


def actor_for_user(user: User) -> Actor | None:
    """Make the actor of a signed-in user; None once access has ended. Queries: 2."""
    return _actor(_staff(user.pk))


def actor_for_token(digest: str) -> Actor | None:
    """Make the actor of an API token; None if unknown, expired or revoked. Queries: 3, once a day 4."""
    token = ApiToken.objects.usable().filter(digest=digest).first()
    if token is None:
        return None
    today = timezone.now().date()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return _actor(_staff(token.user_id), token=token)


@dataclass(frozen=True)
class Placement:
    """The area and region something lies in on a date; None where the map has no answer."""

    area_id: int | None
    region_id: int | None


class PlacementMap:
    """The tenant's territory in memory, for placing many businesses (BR-11). Queries to load: 2.

    A town's own territory row wins over its county's.
    """

    def __init__(self) -> None:
        """Read every territory and membership of the tenant, retired ones too."""
        self._towns: dict[int, list[AreaTerritory]] = {}
        self._counties: dict[str, list[AreaTerritory]] = {}
        for row in AreaTerritory.objects.all():
            if row.municipality_id is not None:
                self._towns.setdefault(row.municipality_id, []).append(row)
            else:
                self._counties.setdefault(row.county_id, []).append(row)
        self._regions: dict[int, list[AreaRegion]] = {}
        for membership in AreaRegion.objects.all():
            self._regions.setdefault(membership.area_id, []).append(membership)

    def region_of_area(self, area_id: int | None, on: date) -> int | None:
        """The area's region on a date."""
        rows = self._regions.get(area_id, []) if area_id else []
        return next((row.region_id for row in rows if row.is_in_force(on)), None)

    def place(self, *, municipality_id: int | None, county_id: str | None, on: date) -> Placement:
        """The area and region of a town or county on a date."""
        candidates = self._towns.get(municipality_id, []) if municipality_id else []
        area = next((row.area_id for row in candidates if row.is_in_force(on)), None)
        if area is None and county_id:
            area = next((row.area_id for row in self._counties.get(county_id, []) if row.is_in_force(on)), None)
        return Placement(area, self.region_of_area(area, on))


class SectorMap:
    """The tenant's sectors in memory. Queries to load: 2.

    One sector per business: among sectors in force whose included prefix begins the code and none
    of whose excluded prefixes does, the longest included prefix wins, then the lower name (BR-36).
    """

    def __init__(self, on: date) -> None:
        """Read the sectors in force on a date."""
        self._rules: list[tuple[int, str, int, tuple[str, ...]]] = []
        for sector in Sector.objects.in_force(on).order_by("name").prefetch_related("prefixes"):
            prefixes = list(sector.prefixes.all())
            excluded = tuple(p.prefix for p in prefixes if p.is_excluded)
            self._rules += [(-len(p.prefix), p.prefix, sector.pk, excluded) for p in prefixes if not p.is_excluded]
        self._rules.sort(key=lambda rule: rule[0])

    def sector_of(self, naics: str | None) -> int | None:
        """The sector of a NAICS code, or None."""
        if not naics:
            return None
        for _, prefix, sector_id, excluded in self._rules:
            if naics.startswith(prefix) and not (excluded and naics.startswith(excluded)):
                return sector_id
        return None


def staff_active() -> Q:
    """Condition for staff who still have access today."""
    return Q(ended_on=None) | Q(ended_on__gt=timezone.now().date())


def directory_rows(kind: str) -> QuerySet:
    """Rows of one kind of the tenant's map, with what a list of them shows.

    `kind` is region, area, agency, center, sector, service_item or slate. Queries: 1, and 1 for the
    lines of areas, sectors and slates.
    """
    models = {
        "region": (Region, ()),
        "area": (Area, ("memberships",)),
        "agency": (Agency, ()),
        "center": (Center, ()),
        "sector": (Sector, ("prefixes",)),
        "service_item": (ServiceItem, ()),
        "slate": (Slate, ("lines",)),
    }
    model, related = models[kind]
    return model.objects.prefetch_related(*related)
