"""Valid rows with the fewest fields. Everything here is fictitious."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

from bizworks.accounts.models import User
from bizworks.directory.models import (
    Agency,
    Area,
    AreaRegion,
    AreaTerritory,
    Region,
    Sector,
    SectorPrefix,
    ServiceItem,
    Slate,
    SlateLine,
    StaffMember,
    StaffRegion,
    TenantProfile,
)
from bizworks.directory.selectors import actor_for_user
from bizworks.reference.models import Municipality
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role
from businesses.models import Business, Contact, Employer

_number = itertools.count(1)


@dataclass
class World:
    """A tenant with its map and one actor per role."""

    tenant: Tenant
    rep: Actor
    manager: Actor
    state: Actor
    admin: Actor
    partner: Actor
    other_rep: Actor
    """A representative of the second agency."""
    region: Region
    other_region: Region
    area: Area
    other_area: Area
    agency: Agency
    other_agency: Agency
    items: SimpleNamespace = field(default_factory=SimpleNamespace)
    slate: Slate | None = None
    sector: Sector | None = None


def make_staff(*, name: str, role: str, agency: Agency, tenant: Tenant, regions: tuple[Region, ...] = ()) -> Actor:
    """Make a user with a place in the tenant in force; the password is `correct horse battery`."""
    slug = name.lower().replace(" ", ".")
    user = User.objects.create_user(
        f"{slug}.{next(_number)}@{tenant.slug}.example", "correct horse battery", name=name, tenant=tenant
    )
    staff = StaffMember.objects.create(user=user, name=name, role=role, agency=agency)
    for region in regions:
        StaffRegion.objects.create(staff=staff, region=region)
    return actor_for_user(user)


def make_world(slug: str) -> World:
    """Make a tenant: two regions with one area each (Springfield, Boston), two agencies, all roles."""
    tenant = Tenant.objects.create(slug=f"{slug}-{next(_number)}", name=slug.title())
    with tenant_context(tenant.pk):
        TenantProfile.objects.create(state_codes=["MA"])
        regions = [Region.objects.create(code=c, name=f"{slug.title()} {n}") for c, n in (("w", "West"), ("e", "East"))]
        areas = [
            Area.objects.create(code=c, name=f"{slug.title()} {n}") for c, n in (("wa", "Valley"), ("ea", "Harbor"))
        ]
        for area, region, town in zip(areas, regions, ("Springfield", "Boston"), strict=True):
            AreaRegion.objects.create(area=area, region=region)
            AreaTerritory.objects.create(area=area, municipality=Municipality.objects.get(state="MA", name=town))
        agencies = [
            Agency.objects.create(code=c, name=f"{slug.title()} {n}")
            for c, n in (("cc", "Career Center"), ("ed", "Development"))
        ]
        people = {
            role: make_staff(name=f"{slug.title()} {role.label}", role=role, agency=agencies[0], tenant=tenant)
            for role in Role
        }
        other = make_staff(
            name=f"{slug.title()} Developer", role=Role.REPRESENTATIVE, agency=agencies[1], tenant=tenant
        )
        items = SimpleNamespace(
            lmi=ServiceItem.objects.create(code="lmi", name="Labor market information", federal_category_id="EIS"),
            job_order=ServiceItem.objects.create(code="job-order", name="Job order taken", federal_category_id="WRA"),
            training=ServiceItem.objects.create(
                code="ojt", name="On-the-job training contract", federal_category_id="TRN"
            ),
            outreach=ServiceItem.objects.create(
                code="outreach", name="General outreach", kind=ServiceItem.Kind.OUTREACH, is_counted=False
            ),
            orientation=ServiceItem.objects.create(
                code="orientation", name="Orientation", kind=ServiceItem.Kind.ORIENTATION, federal_category_id="EIS"
            ),
            partial=ServiceItem.objects.create(
                code="partial", name="Partial overview", kind=ServiceItem.Kind.PARTIAL, is_counted=False
            ),
        )
        slate = Slate.objects.create(code="slate-1", name="Slate of services", starts_on=date(2017, 3, 22))
        for position in range(1, 8):
            SlateLine.objects.create(slate=slate, position=position, name=f"Line {position}")
        sector = Sector.objects.create(code="manufacturing", name="Manufacturing", is_priority=True)
        for prefix in ("31", "32", "33"):
            SectorPrefix.objects.create(sector=sector, prefix=prefix)
    return World(
        tenant=tenant,
        rep=people[Role.REPRESENTATIVE],
        manager=people[Role.MANAGER],
        state=people[Role.STATE],
        admin=people[Role.ADMIN],
        partner=people[Role.PARTNER],
        other_rep=other,
        region=regions[0],
        other_region=regions[1],
        area=areas[0],
        other_area=areas[1],
        agency=agencies[0],
        other_agency=agencies[1],
        items=items,
        slate=slate,
        sector=sector,
    )


def make_business(
    world: World, name: str = "", *, town: str = "Springfield", employer: Employer | None = None
) -> Business:
    """Make a business in the tenant in force, placed in the world's area of that town."""
    name = name or f"Business {next(_number)}"
    area, region = (world.area, world.region) if town == "Springfield" else (world.other_area, world.other_region)
    return Business.objects.create(
        employer=employer or Employer.objects.create(name=name),
        name=name,
        town=town,
        state="MA",
        municipality=Municipality.objects.get(state="MA", name=town),
        area=area,
        region=region,
        search_text=f"{name} {town}".lower(),
    )


def make_contact(business: Business, name: str = "Kim Doe", *, is_key: bool = True) -> Contact:
    """Make a contact of a business."""
    return Contact.objects.create(business=business, name=name, is_key_representative=is_key)
