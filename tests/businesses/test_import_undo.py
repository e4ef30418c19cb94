"""A whole import is undone: what it brought goes, what it changed goes back, what was touched since stays and is named."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business, BusinessIdentifier, Contact, DuplicatePair, Employer, ImportBatch, ImportEffect
from businesses.selectors.imports import import_kept
from businesses.services import import_undo as undoing
from businesses.services.businesses import business_update
from businesses.services.import_run import import_run
from businesses.services.import_undo import import_undo, import_undo_check
from businesses.services.import_uses import keys_to
from businesses.services.imports import import_cancel, import_start
from tests.businesses.conftest import add, data
from tests.businesses.test_import_match import OTHER, take_other
from tests.businesses.test_import_pages import url
from tests.businesses.test_imports import ACME, BAY, HEADER, counts, take


def state_of_the_directory() -> tuple:
    """Everything an import writes, as values, without the numbers that grow."""
    businesses = Business.objects.order_by("id").values(
        *("id", "name", "alias", "address", "town", "zip_code", "phone", "website", "naics_id", "naics_source"),
        *(
            "employees",
            "employees_source",
            "size_band",
            "search_text",
            "area_id",
            "region_id",
            "sector_id",
            "employer_id",
        ),
    )
    employers = Employer.objects.order_by("id").values("id", "name", "fein", "fein_source")
    numbers = BusinessIdentifier.objects.order_by("id").values("id", "business_id", "value", "listed", "fingerprint")
    return list(businesses), list(employers), list(numbers)


def undo(actor, batch) -> ImportBatch:
    import_undo(actor=actor, batch_id=batch.pk)
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "done", batch.problem
    return batch


def look(actor, batch) -> dict:
    import_undo_check(actor=actor, batch_id=batch.pk)
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch.undo_report


# --- refusals first


def test_only_those_who_import_undo_and_only_what_was_taken(in_north):
    batch = take(in_north.manager, HEADER + ACME)
    for actor in (in_north.rep, in_north.partner):
        for act in (import_undo, import_undo_check):
            with pytest.raises(NotAllowedError):
                act(actor=actor, batch_id=batch.pk)
    again = take(in_north.manager, HEADER + ACME)
    with pytest.raises(BusinessRuleError, match="left nothing behind"):
        import_undo(actor=in_north.manager, batch_id=again.pk)


def test_a_second_undoing_finds_nothing(in_north):
    batch = undo(in_north.manager, take(in_north.manager, HEADER + ACME))
    before = state_of_the_directory()
    with pytest.raises(BusinessRuleError, match="undone already"):
        import_undo(actor=in_north.manager, batch_id=batch.pk)
    with pytest.raises(BusinessRuleError):
        import_start(actor=in_north.manager, batch_id=batch.pk)
    assert state_of_the_directory() == before


# --- what goes, what goes back


def test_what_it_brought_goes_with_its_employers_and_the_history_stays(in_north):
    kept = add(in_north.rep, name="Here Before", fein="04-1111111")
    before = state_of_the_directory()
    batch = take(in_north.manager, HEADER + ACME + BAY)
    assert Business.objects.count() == 3
    report = look(in_north.manager, batch)
    assert (report["counts"], report["checked"], batch.state) == ({"removed": 2}, True, "done")
    assert Business.objects.count() == 3
    undo(in_north.manager, batch)
    assert state_of_the_directory() == before
    assert Business.objects.get() == kept
    assert batch.undone_by_id == in_north.manager.staff_id
    gone = AuditEvent.objects.filter(table_name="businesses_business", operation="delete")
    assert {event.changes["name"] for event in gone} == {"Acme Precision", "Bay Biotech"}
    assert counts(take(in_north.manager, HEADER + ACME + BAY)) == (2, 0, 0, 0)


def test_what_a_newer_list_changed_goes_back(in_north):
    take(in_north.manager, HEADER + ACME + BAY)
    before = state_of_the_directory()
    newer = ACME.replace("48", "55").replace("1 Main St,SPRINGFIELD,MA,1103", "9 Sea St,Boston,MA,2110")
    newer = newer.replace("04-1111111", "04-2222222").replace("Acme Precision", "Acme Works")
    batch = take(in_north.manager, HEADER + newer + BAY)
    assert counts(batch) == (0, 1, 1, 0)
    undo(in_north.manager, batch)
    assert state_of_the_directory() == before
    assert counts(take(in_north.manager, HEADER + newer + BAY)) == (0, 1, 1, 0)


def test_a_link_with_another_list_goes_and_what_it_filled_is_empty_again(in_north):
    add(in_north.rep, name="Acme Precision")
    before = state_of_the_directory()
    batch = take_other(
        in_north.manager, OTHER + "a,Acme Precision,1 Main St,Springfield,01103,04-1111111,413 555-0100\n"
    )
    assert batch.rows_matched == 1
    undo(in_north.manager, batch)
    assert state_of_the_directory() == before
    linked = take_other(in_north.manager, OTHER + "a,Acme Precision,1 Main St,Springfield,,,\n", policy="link")
    assert undo(in_north.manager, linked).undo_report["counts"] == {"unlinked": 1}
    assert state_of_the_directory() == before


# --- what stays


def _edit(world, business):
    business_update(actor=world.rep, business_id=business.pk, version=1, data=data(name=business.name, phone="1"))


def _merge(world, business):
    Business.objects.filter(pk=business.pk).update(status="merged")


def _contact(world, business):
    Contact.objects.create(business=business, name="Kim")


def _other_list(world, business):
    assert take_other(world.manager, OTHER + "z,Acme Precision,1 Main St,Springfield,,,\n", "link").rows_matched == 1


def _other_number(world, business):
    BusinessIdentifier.objects.create(business=business, scheme="moses", value="7", source="staff")


def _decision(world, business):
    other = add(world.rep, name="Other One")
    left, right = sorted((business.pk, other.pk))
    DuplicatePair.objects.create(left_id=left, right_id=right, state="distinct")
    BusinessIdentifier.objects.create(business=other, scheme="moses", value="8", source="staff")


@pytest.mark.parametrize(
    ("touch", "reason"),
    [
        (_edit, "It was changed since."),
        (_merge, "It was merged with another since."),
        (_contact, "It has people."),
        (_other_list, "It has numbers and list rows."),
        (_other_number, "It has numbers and list rows."),
        (_decision, "It has duplicate pairs."),
    ],
)
def test_what_was_touched_since_is_named_and_left_alone(in_north, touch, reason):
    batch = take(in_north.manager, HEADER + ACME + BAY)
    acme = Business.objects.get(name="Acme Precision")
    touch(in_north, acme)
    report = look(in_north.manager, batch)
    assert (report["counts"], report["reasons"]) == ({"removed": 1, "kept": 1}, {reason: 1})
    assert report["examples"] == [[1, "Acme Precision", "Springfield, MA", acme.pk, reason]]
    undo(in_north.manager, batch)
    assert list(Business.objects.exclude(name="Other One").values_list("name", flat=True)) == ["Acme Precision"]
    assert [(row.row_number, row.name, row.reason) for row in import_kept(batch=batch)] == [
        (1, "Acme Precision", reason)
    ]


def test_every_foreign_key_to_a_business_is_looked_at(in_north):
    """A new relation needs no line anywhere: it counts as a use until its app says that it is derived."""
    found = {f"{key.model._meta.label}.{key.name}" for key in keys_to(Business)}
    direct = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Business._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.one_to_many
    }
    assert found == direct
    assert {"interactions.FollowUp.business", "businesses.Lead.business", "businesses.Contact.business"} <= found


def test_a_likeness_nobody_decided_on_goes_along(in_north):
    known = add(in_north.rep, name="Acme Precision", town="Boston")
    batch = take(in_north.manager, HEADER + ACME)
    new = Business.objects.exclude(pk=known.pk).get()
    DuplicatePair.objects.create(left=known, right=new, probability=0.9)
    undo(in_north.manager, batch)
    assert not DuplicatePair.objects.exists()
    assert Business.objects.get() == known


def test_a_value_edited_after_the_change_stays(in_north):
    take(in_north.manager, HEADER + ACME)
    batch = take(in_north.manager, HEADER + ACME.replace("48", "55"))
    acme = Business.objects.get()
    business_update(actor=in_north.rep, business_id=acme.pk, version=2, data=data(name=acme.name, employees=60))
    undo(in_north.manager, batch)
    acme.refresh_from_db()
    assert (acme.employees, batch.undo_report["counts"]) == (60, {"kept": 1})


def test_a_later_import_is_undone_first(in_north):
    first = take(in_north.manager, HEADER + ACME)
    second = take(in_north.manager, HEADER + ACME.replace("48", "55"))
    assert look(in_north.manager, first)["reasons"] == {"It was changed since.": 1}
    undo(in_north.manager, second)
    assert Business.objects.get().employees == 48


# --- kill, cancel, half an import


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_kill_while_undoing_costs_nothing(in_north, monkeypatch, at):
    monkeypatch.setattr(undoing, "UNDO_CHUNK", 2)
    text = "id,name,city\n" + "".join(f"{n},Business {n},Springfield\n" for n in range(1, 8))
    before = state_of_the_directory()
    batch = take(in_north.manager, text)
    import_undo(actor=in_north.manager, batch_id=batch.pk)
    calls = []
    mark = undoing._mark

    def die(*args):
        mark(*args)
        calls.append(1)
        if len(calls) == at + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(undoing, "_mark", die)
    with pytest.raises(KeyboardInterrupt):
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    monkeypatch.setattr(undoing, "_mark", mark)
    batch.refresh_from_db()
    assert (batch.state, Business.objects.count()) == ("running", 7 - 2 * at)
    ImportBatch.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.undo_report["counts"], batch.undo_report["done"]) == ("done", {"removed": 7}, 7)
    assert state_of_the_directory() == before


def test_undoing_is_cancelled_and_gone_on_with(in_north, monkeypatch):
    monkeypatch.setattr(undoing, "UNDO_CHUNK", 2)
    text = "id,name,city\n" + "".join(f"{n},Business {n},Springfield\n" for n in range(1, 8))
    batch = take(in_north.manager, text)
    import_undo(actor=in_north.manager, batch_id=batch.pk)

    def cancel(done, total):
        assert total == 7
        if done == 4:
            import_cancel(actor=in_north.manager, batch_id=batch.pk)

    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk, on_progress=cancel)
    batch.refresh_from_db()
    assert (batch.state, Business.objects.count()) == ("cancelled", 3)
    undo(in_north.manager, batch)
    assert (Business.objects.count(), batch.undo_report["counts"]) == (0, {"removed": 7})


def test_looking_leaves_a_cancelled_import_as_it_was_and_half_of_it_can_be_undone(in_north, monkeypatch):
    from businesses.services import import_run as running

    monkeypatch.setattr(running, "IMPORT_CHUNK", 2)
    text = "id,name,city\n" + "".join(f"{n},Business {n},Springfield\n" for n in range(1, 8))
    from tests.businesses.conftest import upload

    batch = upload(in_north.manager, text)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(
        tenant_id=in_north.tenant.pk,
        batch_id=batch.pk,
        on_progress=lambda done, total: done == 4 and import_cancel(actor=in_north.manager, batch_id=batch.pk),
    )
    batch.refresh_from_db()
    assert look(in_north.manager, batch)["counts"] == {"removed": 4}
    assert (batch.state, batch.phase, batch.progress, batch.is_startable) == ("cancelled", "take", 4, True)
    undo(in_north.manager, batch)
    assert (Business.objects.count(), Employer.objects.count(), BusinessIdentifier.objects.count()) == (0, 0, 0)
    assert not batch.is_startable


def test_thousands_cost_as_many_queries_as_one(in_north):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for number, rows in enumerate((1, 900)):
        text = "id,name,city,ein\n" + "".join(
            f"{number}-{n},Firm {number} {n},Springfield,{number * 1000 + n:09}\n" for n in range(1, rows + 1)
        )
        batch = take(in_north.manager, text)
        import_undo(actor=in_north.manager, batch_id=batch.pk)
        with CaptureQueriesContext(connection) as captured:
            import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
        spent.append(len(captured))
    assert Business.objects.count() == 0
    assert spent[1] == spent[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                ACME,
                BAY,
                ACME.replace("48", "55"),
                ACME.replace("1,", "9,", 1),
                BAY.replace("Boston", "Springfield").replace("2110", "1103"),
            ]
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_taking_and_undoing_any_list_leaves_the_directory_as_it_was(in_north, rows, known):
    from django.db import transaction

    with transaction.atomic():
        if known:
            take(in_north.manager, HEADER + ACME + BAY)
            add(in_north.rep, name="Acme Precision", town="Boston")
        before = state_of_the_directory()
        batch = take(in_north.manager, HEADER + "".join(rows))
        if ImportEffect.objects.filter(batch=batch).exists():
            undo(in_north.manager, batch)
        assert state_of_the_directory() == before
        transaction.set_rollback(True)


def test_the_pages_say_what_would_be_undone_and_undo_it(north, client_for):
    client = client_for(north.manager)
    with tenant_context(north.tenant.pk):
        batch = take(north.manager, HEADER + ACME + BAY)
        _edit(north, Business.objects.get(name="Acme Precision"))
    page = url("import_undo", batch.pk)
    assert "Undo this import" in client.get(url("import_detail", batch.pk)).content.decode()
    assert "See what would be undone" in client.get(page).content.decode()
    for act, words in (("look", "Left alone"), ("undo", "Undone")):
        client.post(page, {act: "1"})
        assert "Waiting for the worker" in client.get(page).content.decode()
        with tenant_context(north.tenant.pk):
            import_run(tenant_id=north.tenant.pk, batch_id=batch.pk)
        shown = client.get(page, follow=True).content.decode()
        assert words in shown
        assert "It was changed since." in shown
    kept = client.get(url("import_rows", batch.pk), {"kind": "kept"})
    assert b"Acme Precision" in b"".join(kept.streaming_content)
    assert "Undone" in client.get(url("imports")).content.decode()
    client.post(page, {"undo": "1"}, follow=True)
    with tenant_context(north.tenant.pk):
        assert Business.objects.count() == 1
