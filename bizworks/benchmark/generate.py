"""Invented tenants of a size: businesses in the towns of a state, people to act, services if they are needed."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

from django.db import connection, connections
from django.utils import timezone

from bizworks.accounts.models import User
from bizworks.benchmark.bench import BenchTenant
from bizworks.benchmark.loading import bare, load
from bizworks.benchmark.names import BenchNames
from bizworks.directory.models import Agency, Region, ServiceItem, StaffMember, StaffRegion
from bizworks.directory.selectors import actor_for_user, tenant_today
from bizworks.directory.services.presets import preset_apply, preset_read
from bizworks.reference.models import Municipality, NaicsCode, ZipCode
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role
from businesses.constants import Source, Status
from businesses.models import Business, BusinessActivity, Employer
from businesses.services.derivation import Derivation
from businesses.services.search import search_rebuild
from interactions.models import ServiceDelivered
from reporting.services.rebuild import counts_rebuild

SHARES = {"full": 1, "tenth": 10, "hundredth": 100}
SERVICES_PER_BUSINESS = 10
YEARS = 10
BIG_TOWNS = 40
STEP = 100_000

_SERVICES = """
INSERT INTO interactions_servicedelivered (tenant_id, business_id, item_id, agency_id, staff_id, started_on, ended_on,
       status, assisted, program, area_id, region_id, visibility, recorded_by_id, created_at, source_key, version, void_reason)
SELECT %(tenant)s, b.id, (%(items)s::bigint[])[1 + floor(random() * %(n_items)s)::int],
       (%(agencies)s::bigint[])[1 + floor(power(random(), 2) * %(n_agencies)s)::int], %(staff)s, d.day,
       CASE WHEN d.long < 0.15 THEN least(d.day + (d.long * 2200)::int, %(today)s) ELSE d.day END, 'completed', 'staff', '',
       b.area_id, b.region_id, 'shared', %(staff)s, d.day + interval '17 hours', '', 1, ''
  FROM (SELECT %(first)s + floor(power(random(), 2.5) * %(businesses)s)::bigint AS business_id,
               %(today)s - floor(random() * %(days)s)::int AS day, random() AS long
          FROM generate_series(1, %(number)s)) d
  JOIN businesses_business b ON b.tenant_id = %(tenant)s AND b.id = d.business_id
"""


def generate(*, businesses: int, with_services: bool, say: Callable[[str], None]) -> dict[str, BenchTenant]:
    """Make three tenants: of this many businesses, of a tenth and of a hundredth; returns them by size."""
    sizes = {name: max(20, businesses // share) for name, share in SHARES.items()}
    made = {name: _tenant(name) for name in sizes}
    people = {name: _people(tenant) for name, tenant in made.items()}
    first = dict.fromkeys(sizes, 0)
    with bare(Employer, Business, BusinessActivity):
        for name, number in sizes.items():
            with tenant_context(made[name].pk):
                first[name] = _businesses(number, seed=number, say=say)
    if with_services:
        with bare(ServiceDelivered):
            for name, number in sizes.items():
                with tenant_context(made[name].pk):
                    _services(people[name][0], first[name], number, say=say)
    _statistics(say)
    tenants = {}
    for name, number in sizes.items():
        with tenant_context(made[name].pk):
            _after_loading(say, with_services=with_services)
        services = number * SERVICES_PER_BUSINESS if with_services else 0
        tenants[name] = BenchTenant(made[name].pk, name, number, services, *people[name])
    _statistics(say)
    return tenants


def _statistics(say: Callable[[str], None]) -> None:
    say("statistics")
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _tenant(name: str) -> Tenant:
    tenant = Tenant.objects.create(slug=f"benchmark-{name}", name=f"Benchmark {name}")
    preset_apply(tenant=tenant, preset=preset_read("massachusetts"))
    return tenant


def _people(tenant: Tenant) -> list[Actor]:
    """A representative, a manager, and one of the state's staff."""
    with tenant_context(tenant.pk):
        return [person(tenant, role) for role in (Role.REPRESENTATIVE, Role.MANAGER, Role.STATE)]


def person(tenant: Tenant, role: str) -> Actor:
    """Somebody of this role in the tenant, which must be in force; a representative works in the first region."""
    user = User(email=f"{role}@{tenant.slug}.example", name=str(Role(role).label), tenant=tenant)
    user.set_unusable_password()
    user.save()
    staff = StaffMember.objects.create(user=user, name=user.name, role=role, agency=Agency.objects.order_by("id")[0])
    if role == Role.REPRESENTATIVE:
        StaffRegion.objects.create(staff=staff, region=Region.objects.order_by("id")[0])
    return actor_for_user(user)


def _businesses(number: int, *, seed: int, say: Callable[[str], None]) -> int:
    """Employers, businesses and their last contacts; returns the first business's id, the rest follow it."""
    employer, business = _reserve(Employer, number), _reserve(Business, number)
    for start in range(0, number, STEP):
        size = min(STEP, number - start)
        maker = _Maker(seed=seed * 1_000 + start, skip=start)
        rows = list(maker.businesses(size, business + start, employer + start))
        load(Employer, (row.employer for row in rows))
        load(Business, rows)
        load(BusinessActivity, maker.activity(rows))
        say(f"{start + size:,} of {number:,} businesses")
    return business


def _reserve(model: type, number: int) -> int:
    """Take so many ids of a table; returns the first."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, first + number])
    return first


class _Maker:
    """Makes businesses from one seed; the tenant must be in force."""

    def __init__(self, *, seed: int, skip: int) -> None:
        self.rng, self.names, self.today = random.Random(seed), _names(), tenant_today()  # noqa: S311  invented data
        self.feins, self.skip = self.names.feins(), skip
        zips: dict[int, str] = {}
        for town, code in ZipCode.objects.exclude(municipality=None).values_list("municipality_id", "code"):
            zips.setdefault(town, code)
        self.towns = [(town, zips.get(town.pk, "")) for town in Municipality.objects.filter(state="MA").order_by("id")]
        order = random.Random(7)  # noqa: S311  the same big towns whatever the seed
        self.weights = [1 / (1 + rank) for rank in order.sample(range(len(self.towns)), len(self.towns))]
        self.codes = list(NaicsCode.objects.filter(edition=2022, code__regex=r"^\d{6}$").values_list("code", flat=True))
        self.derivation = Derivation(self.today)
        self.place = cache(lambda town, county: self.derivation.place(municipality_id=town, county_id=county))
        for _ in range(skip):
            next(self.feins)

    def businesses(self, number: int, first: int, first_employer: int) -> Iterator[Business]:
        rng, names = self.rng, self.names
        for place, (town, zip_code) in enumerate(rng.choices(self.towns, self.weights, k=number)):
            name, fein = names.business(town.name), next(self.feins)
            employer = Employer(pk=first_employer + place, name=name, fein=fein if rng.random() < 0.6 else "")
            employer.fein_source = Source.STAFF if employer.fein else ""
            row = Business(
                pk=first + place,
                employer=employer,
                name=name,
                alias=names.alias(),
                address=names.address(),
                town=town.name,
                municipality_id=town.pk,
                county_id=town.county_id,
                state="MA",
                zip_code=zip_code,
                naics_id=rng.choice(self.codes),
                naics_source=Source.PUBLIC,
                status=Status.ACTIVE,
                employees=int(rng.paretovariate(0.9)) if rng.random() < 0.8 else None,
                employees_source=Source.PUBLIC,
                phone=names.phone() if rng.random() < 0.7 else "",
                created_at=timezone.now() - timedelta(days=rng.randrange(365 * YEARS)),
            )
            row.employees = min(row.employees, 40_000) if row.employees else None
            self.derivation.apply(row)
            yield row

    def activity(self, rows: list[Business]) -> Iterator[BusinessActivity]:
        """A last contact for four in ten."""
        for row in rows:
            if self.rng.random() < 0.4:
                day = self.today - timedelta(days=int(self.rng.random() ** 2 * 365 * YEARS))
                yield BusinessActivity(business=row, last_contact_on=day, last_service_on=day)


@cache
def _names() -> BenchNames:
    return BenchNames(seed=2024)


def _services(actor: Actor, first: int, businesses: int, *, say: Callable[[str], None]) -> None:
    """Services over ten years: a few businesses get many, most get few."""
    items = list(ServiceItem.objects.filter(is_counted=True).order_by("id").values_list("id", flat=True))
    agencies = list(Agency.objects.order_by("id").values_list("id", flat=True))
    number, done = businesses * SERVICES_PER_BUSINESS, 0
    values = {
        "tenant": actor.tenant_id, "items": items, "n_items": len(items), "agencies": agencies, "n_agencies": len(agencies),
        "staff": actor.staff_id, "today": tenant_today(), "days": 365 * YEARS, "first": first, "businesses": businesses,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT setseed(0.42)")
        while done < number:
            step = min(1_000_000, number - done)
            cursor.execute(_SERVICES, values | {"number": step})
            done += step
            say(f"{done:,} of {number:,} services")


def _after_loading(say: Callable[[str], None], *, with_services: bool) -> None:
    """What triggers would have kept, computed at once; the tenant must be in force."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    say("search")
    search_rebuild()
    if with_services:
        say("published counts")
        counts_rebuild()
