"""Logging a contact with two services, against the bare inserts it comes down to (P3)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, connections

from bizworks.benchmark.bench import Bench, BenchTenant, Result
from bizworks.directory.models import ServiceItem
from bizworks.directory.selectors import tenant_today
from businesses.models import Business
from interactions.constants import Mode
from interactions.services.data import InteractionData, ServiceData
from interactions.services.log import interaction_log

ID = "P3"
NEEDS_SERVICES = False
TIMES = 60


class _Recorder:
    """Notes the statements that pass, and what the first of them answered."""

    def __init__(self) -> None:
        self.inserts: list[tuple[str, tuple]] = []
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if sql.startswith("INSERT"):
            self.inserts.append((sql, tuple(params)))
        return execute(sql, params, many, context)


def measure(bench: Bench) -> Iterator[Result]:
    """Log through the service, and write the same rows with plain SQL, in turn."""
    tenant = bench.tenants["full"]
    with bench.acting(tenant.representative):
        items = list(ServiceItem.objects.filter(is_counted=True, kind="service").values_list("id", flat=True)[:2])
        ids = iter(list(Business.objects.order_by("id").values_list("id", flat=True)[: TIMES * 4]))
    with connections["owner"].cursor() as cursor:  # an id that no other column of the inserts can have
        cursor.execute("SELECT setval(pg_get_serial_sequence('interactions_interaction', 'id'), 700000000)")
    recorder = _Recorder()
    with bench.acting(tenant.representative), connection.execute_wrapper(recorder):
        first = _log(tenant, next(ids), items)
    value, bound = bench.pair(
        lambda: _logged(bench, tenant, next(ids), items),
        lambda: _inserted(bench, tenant, recorder.inserts, first),
        times=TIMES,
    )
    yield Result(
        ID,
        "log a contact with two services",
        tenant.businesses,
        value,
        "the same inserts as plain SQL in one transaction",
        bound,
        goal=4,
        more={"queries": recorder.count, "queries_goal": 15},
    )


def _log(tenant: BenchTenant, business_id: int, items: list[int]) -> int:
    data = InteractionData(
        business_ids=(business_id,),
        occurred_on=tenant_today(),
        mode=Mode.PHONE,
        services=tuple(ServiceData(item_id=item) for item in items),
    )
    return interaction_log(actor=tenant.representative, data=data).interaction_id


def _logged(bench: Bench, tenant: BenchTenant, business_id: int, items: list[int]) -> None:
    with bench.acting(tenant.representative):
        _log(tenant, business_id, items)


def _inserted(bench: Bench, tenant: BenchTenant, inserts: list[tuple[str, tuple]], first: int) -> None:
    """The recorded inserts again, about an interaction of their own."""
    own = first
    with bench.acting(tenant.representative), connection.cursor() as cursor:
        for sql, params in inserts:
            fresh = [uuid4() if isinstance(p, UUID) else own if p == first else p for p in params]
            cursor.execute(sql, fresh)
            if sql.startswith('INSERT INTO "interactions_interaction" '):
                (own,) = cursor.fetchone()
