"""While an import runs: progress, cancel, kill, faults, files."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.context import tenant_context
from businesses.models import Business, ImportBatch, ImportRowProblem
from businesses.services import import_run as running
from businesses.services.import_run import import_run
from businesses.services.imports import (
    batch_path,
    import_cancel,
    import_files_drop,
    import_map,
    import_start,
    imports_due,
)
from businesses.validators import has_ssn
from tests.businesses.conftest import upload
from tests.businesses.test_imports import ACME, BAY, HEADER, counts

# --- progress, cancel, kill


def small_chunks(monkeypatch, size: int = 2) -> str:
    monkeypatch.setattr(running, "IMPORT_CHUNK", size)
    return "id,name,city\n" + "".join(f"{n},Business {n},Springfield\n" for n in range(1, 8))


def test_cancel_is_heard_between_chunks_and_the_rest_can_be_taken(in_north, monkeypatch):
    text = small_chunks(monkeypatch)
    batch = upload(in_north.manager, text)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    seen = []

    def cancel_after_four(done, total):
        seen.append((done, total))
        if done == 4:
            import_cancel(actor=in_north.manager, batch_id=batch.pk)

    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk, on_progress=cancel_after_four)
    batch.refresh_from_db()
    assert (batch.state, batch.progress, batch.rows_new, seen) == ("cancelled", 4, 4, [(2, 7), (4, 7)])
    assert Business.objects.count() == 4
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, counts(batch), Business.objects.count()) == ("done", (7, 0, 0, 0), 7)


@pytest.mark.parametrize("at", range(0, 8, 2))
def test_a_kill_anywhere_costs_nothing_and_doubles_nothing(in_north, monkeypatch, at):
    """The process ends inside a chunk: its transaction is gone, its heartbeat grows old, the sweep finds it."""
    text = small_chunks(monkeypatch) + "9,Business 1,Springfield\n1,Twice,Springfield\n"
    batch = upload(in_north.manager, text)
    import_map(actor=in_north.manager, batch_id=batch.pk, columns=batch.columns | {"row_id": "id"})
    import_start(actor=in_north.manager, batch_id=batch.pk)
    apply = running.plan_apply

    def die(plan, **kwargs):
        apply(plan, **kwargs)
        if ImportBatch.objects.get().progress == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "plan_apply", die)
    with pytest.raises(KeyboardInterrupt):
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    monkeypatch.setattr(running, "plan_apply", apply)
    batch.refresh_from_db()
    assert (batch.state, batch.progress, Business.objects.count()) == ("running", at, at)
    assert imports_due() == []
    ImportBatch.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=31))
    assert imports_due() == [batch.pk]
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("done", (8, 0, 0, 1))
    assert (Business.objects.count(), ImportRowProblem.objects.count()) == (8, 1)


def test_a_second_worker_leaves_a_living_one_alone(in_north, monkeypatch):
    batch = upload(in_north.manager, small_chunks(monkeypatch))
    import_start(actor=in_north.manager, batch_id=batch.pk)
    calls = []

    def another(done, total):
        calls.append(done)
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)

    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk, on_progress=another)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_new, calls) == ("done", 7, [2, 4, 6, 7])


def test_a_fault_of_the_program_stops_it_in_words_and_it_can_go_on(in_north, monkeypatch):
    batch = upload(in_north.manager, small_chunks(monkeypatch))
    import_start(actor=in_north.manager, batch_id=batch.pk)
    apply = running.plan_apply
    monkeypatch.setattr(running, "plan_apply", lambda plan, **kwargs: 1 / 0)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "after row 0 because of a fault in the program (ZeroDivisionError)" in batch.problem
    monkeypatch.setattr(running, "plan_apply", apply)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem, batch.rows_new) == ("done", "", 7)


def test_rows_that_kill_every_worker_end_after_five_starts(in_north):
    batch = upload(in_north.manager, HEADER + ACME)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    ImportBatch.objects.update(attempts=5)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "several times" in batch.problem


def test_a_list_whose_file_is_gone_fails_in_words(in_north):
    batch = upload(in_north.manager, HEADER + ACME)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    batch_path(batch).unlink()
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == ("failed", "The file is no longer kept. Upload it again.")
    with pytest.raises(BusinessRuleError, match="no longer kept"):
        import_start(actor=in_north.manager, batch_id=batch.pk)


def test_a_dropped_list_is_not_taken(in_north):
    batch = upload(in_north.manager, HEADER + ACME)
    import_cancel(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    assert not Business.objects.exists()
    with pytest.raises(BusinessRuleError, match="cancelled"):
        import_cancel(actor=in_north.manager, batch_id=batch.pk)


def test_starting_asks_the_worker_and_the_file_goes_when_all_is_taken(
    in_north, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("bizworks.tenancy.tasks.app.send_task", lambda name, kwargs: sent.append((name, kwargs)))
    batch = upload(in_north.manager, HEADER + ACME)
    with django_capture_on_commit_callbacks(execute=True):
        import_start(actor=in_north.manager, batch_id=batch.pk)
    assert [(name, kwargs["batch_id"]) for name, kwargs in sent] == [("businesses.import_run", batch.pk)]
    assert imports_due() == [batch.pk]
    with django_capture_on_commit_callbacks(execute=True):
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    assert not batch_path(batch).exists()


def test_the_sweep_asks_again_for_every_tenant_and_tasks_do_the_work(north, south, monkeypatch):
    from businesses import tasks

    asked = []
    monkeypatch.setattr(tasks, "enqueue", lambda name, **ids: asked.append((name, ids)))
    batches = {}
    for world in (north, south):
        with tenant_context(world.tenant.pk):
            batches[world.tenant.pk] = upload(world.manager, HEADER + ACME)
            import_start(actor=world.manager, batch_id=batches[world.tenant.pk].pk)
    tasks.sweep_imports()
    ids = {ids["batch_id"] for name, ids in asked if name == "businesses.import_run"}
    assert ids >= {batch.pk for batch in batches.values()}
    for tenant_id, batch in batches.items():
        tasks.run_import(tenant_id=tenant_id, batch_id=batch.pk)
        with tenant_context(tenant_id):
            assert Business.objects.get().name == "Acme Precision"
    tasks.follow_map()


def test_files_are_dropped_when_no_import_needs_them_any_more(in_north, files):
    import os

    kept, old = (upload(in_north.manager, HEADER + ACME) for _ in range(2))
    stray = batch_path(kept).with_name("stray.csv")
    stray.write_text("x")
    week = (timezone.now() - timedelta(days=8)).timestamp()
    for path in (batch_path(kept), batch_path(old), stray):
        os.utime(path, (week, week))
    ImportBatch.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert import_files_drop(tenant_id=in_north.tenant.pk) == 2
    assert [p.name for p in files.rglob("*.csv")] == [batch_path(kept).name]


JUNK = [
    "\x00",
    '"',
    ",",
    "\n",
    "\r",
    "\u202e",
    "\ufeff",
    "é",
    "𝄞",
    "=1+1",
    "900-12-3456",
    "9" * 400,
    "\t;|",
    "'" * 3,
    "\x1f",
    "NaN",
    "-0",
    "٣",
]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 12), st.sampled_from(JUNK) | st.text(max_size=6)), max_size=8
    ),
    st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig"]),
)
def test_a_damaged_list_is_refused_in_words_or_accounts_for_every_row(in_north, changes, encoding):
    text = HEADER + ACME + BAY + "3,Zenith,,,Pittsfield,MA,1201,,,,,\n"
    for place, length, junk in changes:
        text = text[:place] + junk + text[place + length :]
    raw = text.encode(encoding, "ignore")
    with transaction.atomic():
        try:
            batch = upload(in_north.manager, raw)
            import_start(actor=in_north.manager, batch_id=batch.pk)
        except BusinessRuleError:
            return
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
        batch.refresh_from_db()
        assert batch.state == "done", batch.problem
        assert sum(counts(batch)) == batch.total
        assert Business.objects.count() == batch.rows_new
        assert ImportRowProblem.objects.filter(is_rejected=True).count() == batch.rows_rejected
        kept = ImportRowProblem.objects.values_list("cells", flat=True)
        assert [cell for cells in kept for cell in cells if has_ssn(cell)] == []
        transaction.set_rollback(True)
