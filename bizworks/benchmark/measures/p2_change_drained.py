"""One change until the published counts follow it: independent of how much there is (P2, P12)."""

import statistics
from collections.abc import Iterator

from django.db import connection

from bizworks.benchmark.bench import Bench, BenchTenant, Result, percentile
from interactions.models import ServiceDelivered
from reporting.services.drain import counts_drain

ID = "P2"
NEEDS_SERVICES = True
TIMES = 40


def measure(bench: Bench) -> Iterator[Result]:
    """Change one service's day, drain, in every size; the largest is held to the smallest."""
    readings = {name: _drains(bench, tenant) for name, tenant in bench.tenants.items()}
    full = bench.tenants["full"]
    medians = {name: statistics.median(times) for name, times in readings.items()}
    yield Result(
        ID,
        "one change drained, median",
        full.services,
        medians["full"],
        "the same at a hundredth of the size",
        medians["hundredth"],
        goal=1.5,
        more={"p95_s": round(percentile(readings["full"], 0.95), 5), "at_a_tenth_s": round(medians["tenth"], 5)},
    )
    yield Result(ID, "one change drained, median seconds", full.services, medians["full"], goal=0.010)


def _drains(bench: Bench, tenant: BenchTenant) -> list[float]:
    with bench.acting(tenant.manager):
        ids = list(ServiceDelivered.objects.order_by("id").values_list("id", flat=True)[: TIMES * 97 : 97])
        while counts_drain().marks:
            pass
    readings = []
    for pk in ids:
        with bench.acting(tenant.manager), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE interactions_servicedelivered SET started_on = started_on - 40, ended_on = ended_on - 40"
                " WHERE tenant_id = %s AND id = %s",
                [tenant.tenant_id, pk],
            )
        readings += bench.times(lambda: _drain_once(bench, tenant), times=1)
    return readings


def _drain_once(bench: Bench, tenant: BenchTenant) -> None:
    with bench.acting(tenant.manager):
        counts_drain()
