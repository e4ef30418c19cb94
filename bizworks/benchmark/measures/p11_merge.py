"""Merging a business with 1,000 interactions, and undoing it, against 1,000 plain row updates (P11)."""

import statistics
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from bizworks.benchmark.bench import Bench, BenchTenant, Result
from bizworks.directory.models import ServiceItem
from bizworks.directory.selectors import tenant_today
from businesses.models import Business, BusinessMerge, Employer
from businesses.services.merges import MergeData, business_merge, business_unmerge
from interactions.constants import Mode
from interactions.models import Interaction, InteractionBusiness, ServiceDelivered

ID = "P11"
NEEDS_SERVICES = False
INTERACTIONS = 1_000
TIMES = 5
_PLAIN = "UPDATE interactions_servicedelivered SET program = %s WHERE tenant_id = %s AND business_id = %s"


def measure(bench: Bench) -> Iterator[Result]:
    """Merge and undo in turn, a service beside each interaction; everything is rolled back."""
    tenant = bench.tenants["full"]
    few = _readings(bench, tenant, interactions=10, times=2)
    many = _readings(bench, tenant, interactions=INTERACTIONS, times=TIMES)
    queries = {"queries": many["queries"][0], "queries_of_10": few["queries"][0], "plain_updates_s": many["plain"]}
    for name, what in (("merge", "merge a business with 1,000 interactions"), ("undo", "undo that merge")):
        yield Result(ID, what, tenant.businesses, statistics.median(many[name]), goal=2, more=queries)


def _readings(bench: Bench, tenant: BenchTenant, *, interactions: int, times: int) -> dict[str, Any]:
    """Seconds of every merge and undo, the statements of each merge, and the median of the plain updates."""
    found: dict[str, Any] = {"merge": [], "undo": [], "queries": []}
    with bench.acting(tenant.state), transaction.atomic():
        survivor, absorbed = (_business(tenant, name) for name in ("Benchmark Survivor", "Benchmark Double"))
        _fill(tenant, absorbed, interactions)
        statements: list[str] = []
        act = MergeData(survivor.pk, absorbed.pk)
        for _ in range(times):
            statements.clear()
            with connection.execute_wrapper(_noting(statements)):
                found["merge"] += bench.times(lambda: business_merge(actor=tenant.state, data=act), times=1)
            found["queries"].append(len(statements))
            found["undo"] += bench.times(lambda: _undo(tenant, absorbed), times=1)
        found["plain"] = round(statistics.median(bench.times(lambda: _plainly(tenant, absorbed), times=times)), 4)
        transaction.set_rollback(True)
    return found


def _noting(statements: list[str]) -> Any:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    return note


def _business(tenant: BenchTenant, name: str) -> Business:
    employer = Employer.objects.create(name=name)
    return Business.objects.create(
        employer=employer, name=name, town="Springfield", state="MA", search_text=name.lower()
    )


def _fill(tenant: BenchTenant, business: Business, number: int) -> None:
    today, agency = tenant_today(), tenant.state.agency_id
    item = ServiceItem.objects.filter(is_counted=True, kind=ServiceItem.Kind.SERVICE).values_list("id", flat=True)[0]
    held = Interaction.objects.bulk_create(
        Interaction(occurred_on=today, mode=Mode.PHONE, agency_id=agency, recorded_by_id=tenant.state.staff_id)
        for _ in range(number)
    )
    InteractionBusiness.objects.bulk_create(InteractionBusiness(interaction=row, business=business) for row in held)
    ServiceDelivered.objects.bulk_create(
        ServiceDelivered(
            business=business, item_id=item, agency_id=agency, interaction=row, started_on=today, ended_on=today
        )
        for row in held
    )


def _undo(tenant: BenchTenant, absorbed: Business) -> None:
    merge = BusinessMerge.objects.only("pk").get(absorbed=absorbed, undone_at=None)
    business_unmerge(actor=tenant.state, merge_id=merge.pk)


def _plainly(tenant: BenchTenant, business: Business) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, ["WOTC", tenant.tenant_id, business.pk])
