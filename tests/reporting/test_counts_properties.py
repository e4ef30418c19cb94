"""Whatever happens, the published cells equal a brute-force count (BR-18, BR-19, BR-30..BR-37)."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bizworks.directory.models import ServiceItem, TenantProfile
from bizworks.tenancy.context import tenant_context
from businesses.models import Business, Employer
from interactions.models import Interaction, InteractionBusiness, OrientationJudgement, ServiceDelivered
from reporting.models import CountMark, ServedCell, ServedFact
from reporting.services.drain import counts_drain
from reporting.services.rebuild import counts_rebuild
from reporting.services.recount import counts_recount
from tests.factories import World, make_business, make_world

FIRST = date(2022, 1, 1)
ACTS = (
    "serve", "serve", "serve", "serve", "open", "edit", "void", "move", "employer", "sector", "relocate", "uncount",
    "self", "orient", "delete", "drain",
)  # fmt: skip


class Life:
    """Random writes, of every kind that can move a number, straight to the tables and in bulk."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)
        employers = [Employer.objects.create(name=f"Employer {n}") for n in range(3)]
        self.businesses = [
            make_business(world, town=self.rng.choice(["Springfield", "Boston"]), employer=self.rng.choice(employers))
            for _ in range(5)
        ]
        self.employers = employers

    def day(self) -> date:
        return FIRST + timedelta(days=self.rng.randrange(0, 1_900))

    def business(self) -> Business:
        return self.rng.choice(self.businesses)

    def service(self) -> ServiceDelivered | None:
        ids = list(ServiceDelivered.objects.values_list("pk", flat=True))
        return ServiceDelivered.objects.get(pk=self.rng.choice(ids)) if ids else None

    def create(self, **fields) -> ServiceDelivered:
        w, start = self.world, self.day()
        area, region = self.rng.choice([(w.area, w.region), (w.other_area, w.other_region), (None, None)])
        values = {
            "business": self.business(),
            "item": self.rng.choice([w.items.lmi, w.items.job_order, w.items.training, w.items.outreach]),
            "agency": self.rng.choice([w.agency, w.other_agency]),
            "started_on": start,
            "ended_on": start + timedelta(days=self.rng.choice([0, 0, 0, 20, 400])),
            "status": self.rng.choice(["completed", "completed", "in_progress", "planned", "cancelled"]),
            "assisted": self.rng.choice(["staff", "staff", "staff", "self"]),
            "visibility": self.rng.choice(["shared", "restricted"]),
            "area": area,
            "region": region,
        }
        return ServiceDelivered.objects.create(**values | fields)

    def act(self, name: str) -> None:
        getattr(self, f"do_{name}")()

    def do_serve(self) -> None:
        self.create()

    def do_open(self) -> None:
        self.create(ended_on=None, status="in_progress", started_on=date(2026, 3, 1))

    def do_edit(self) -> None:
        if service := self.service():
            service.started_on = self.day()
            service.ended_on = service.started_on + timedelta(days=self.rng.randrange(0, 90))
            service.status = self.rng.choice(["completed", "cancelled", "planned"])
            service.agency = self.rng.choice([self.world.agency, self.world.other_agency])
            service.save()

    def do_void(self) -> None:
        if service := self.service():
            ServiceDelivered.objects.filter(pk=service.pk).update(voided_at=timezone.now())

    def do_move(self) -> None:
        if service := self.service():
            ServiceDelivered.objects.filter(pk=service.pk).update(business=self.business())

    def do_employer(self) -> None:
        Business.objects.filter(pk=self.business().pk).update(employer=self.rng.choice(self.employers))

    def do_sector(self) -> None:
        sector = self.rng.choice([self.world.sector, None])
        Business.objects.filter(pk__in=[self.business().pk, self.business().pk]).update(sector=sector)

    def do_relocate(self) -> None:
        """A boundary changed for days already past: many services at once."""
        since = self.day()
        ServiceDelivered.objects.filter(started_on__gte=since, area=self.world.area).update(
            area=self.world.other_area, region=self.world.other_region
        )

    def do_uncount(self) -> None:
        item = self.rng.choice([self.world.items.lmi, self.world.items.training])
        ServiceItem.objects.filter(pk=item.pk).update(
            is_counted=self.rng.random() < 0.5, federal_category_id=self.rng.choice(["EIS", "TRN", None])
        )

    def do_self(self) -> None:
        TenantProfile.objects.update(
            counts_self_service=self.rng.random() < 0.5, lookback_quarters=self.rng.choice([4, 12]),
            program_year_start_month=self.rng.choice([7, 7, 10]),
        )  # fmt: skip

    def do_orient(self) -> None:
        w, day, business = self.world, self.day(), self.business()
        held = Interaction.objects.create(occurred_on=day, mode="group", agency=w.agency, recorded_by_id=w.rep.staff_id)
        InteractionBusiness.objects.create(interaction=held, business=business)
        service = self.create(
            business=business, item=w.items.orientation, started_on=day, ended_on=day, interaction=held
        )
        OrientationJudgement.objects.create(
            interaction=held, business=business, service=service, slate=w.slate, lines_covered=4, lines_needed=4,
            lines_total=7, outcome=self.rng.choice(["qualifying", "partial"]), has_direct_contact=True,
            has_key_representative=True, is_substantial=True,
        )  # fmt: skip

    def do_delete(self) -> None:
        ids = ServiceDelivered.objects.filter(judgements=None).values_list("pk", flat=True)
        if ids:
            ServiceDelivered.objects.filter(pk=self.rng.choice(list(ids))).delete()

    def do_drain(self) -> None:
        counts_drain(limit=self.rng.choice([1, 2, 1000]))


def snapshot() -> tuple[list, list]:
    names = [f.name for f in ServedCell._meta.concrete_fields]
    return sorted(ServedCell.objects.values_list(*names)), sorted(
        ServedFact.objects.values_list(
            "business_id", "month", "measure", "agency_id", "category", "employer_id", "records"
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 2**32), acts=st.lists(st.sampled_from(ACTS), min_size=5, max_size=40))
def test_cells_equal_a_recount_and_a_rebuild_after_any_life(in_north, seed, acts):
    point = transaction.savepoint()
    try:
        life = Life(in_north, seed)
        for name in acts:
            life.act(name)
        assert counts_recount().differences == ()
        assert CountMark.objects.count() == 0
        drained = snapshot()
        counts_rebuild()
        assert snapshot() == drained
        assert not ServedCell.objects.filter(businesses__lte=0).exists()
    finally:
        transaction.savepoint_rollback(point)


def test_draining_twice_changes_nothing(in_north):
    life = Life(in_north, 7)
    for _ in range(20):
        life.do_serve()
    while counts_drain().marks:
        pass
    before = snapshot()
    CountMark.objects.bulk_create(CountMark(subject=1, subject_id=b.pk) for b in life.businesses)
    while counts_drain().marks:
        pass
    assert snapshot() == before


def test_an_aborted_drain_keeps_its_marks_and_changes_no_number(in_north):
    life = Life(in_north, 8)
    for _ in range(10):
        life.do_serve()
    marks, before = CountMark.objects.count(), snapshot()
    with pytest.raises(RuntimeError), transaction.atomic():
        counts_drain()
        raise RuntimeError("killed in the middle")
    assert (CountMark.objects.count(), snapshot()) == (marks, before)
    assert counts_recount().differences == ()


def test_writers_and_drains_at_the_same_time_lose_nothing(committed):
    world = make_world("racing")
    with tenant_context(world.tenant.pk):
        Life(world, 1)
        ids = list(Business.objects.values_list("pk", flat=True))
    problems: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            rng = random.Random(seed)
            for _ in range(25):
                with tenant_context(world.tenant.pk):
                    life = Life.__new__(Life)
                    life.world, life.rng = world, rng
                    life.businesses = list(Business.objects.filter(pk__in=ids))
                    life.act(rng.choice(["serve", "serve", "void", "edit", "move"]))
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    def drain() -> None:
        try:
            for _ in range(40):
                with tenant_context(world.tenant.pk):
                    counts_drain(limit=5)
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)] + [
        threading.Thread(target=drain) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert problems == []
    with tenant_context(world.tenant.pk):
        assert ServiceDelivered.objects.count() > 10
        assert counts_recount().differences == ()


_DRAINER = """
import django; django.setup()
from bizworks.tenancy.context import tenant_context
from reporting.services.drain import counts_drain
print("ready", flush=True)
while True:
    with tenant_context({tenant}):
        counts_drain(limit=1)
"""


def test_a_drainer_killed_at_any_moment_leaves_the_numbers_exact(committed):
    world = make_world("killed")
    database = connection.settings_dict
    host = database["HOST"]
    where = f"?host={host}" if host.startswith("/") else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    address = "" if where else f"{host}{port}"
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    url = f"postgresql://{database['USER']}{password}@{address}/{database['NAME']}{where}"
    with tenant_context(world.tenant.pk):
        life = Life(world, 3)
    for round_ in range(4):
        with tenant_context(world.tenant.pk):
            for _ in range(60):
                life.do_serve()
        drainer = subprocess.Popen(
            [sys.executable, "-c", _DRAINER.format(tenant=world.tenant.pk)],
            env=os.environ | {"DATABASE_URL": url},
            stdout=subprocess.PIPE,
        )
        assert drainer.stdout.readline() == b"ready\n"
        threading.Event().wait(0.05 + 0.1 * round_)
        drainer.send_signal(signal.SIGKILL)
        drainer.wait()
        drainer.stdout.close()
    with tenant_context(world.tenant.pk):
        assert counts_recount().differences == ()
        assert ServedCell.objects.exists()
