"""Rows of one list that are businesses of another, or that staff brought (BR-12): found, linked, never doubled silently."""

import pytest

from businesses.models import Business, BusinessIdentifier, Employer, ImportRowProblem
from businesses.services.import_match import address_key
from businesses.services.import_run import import_run
from businesses.services.imports import import_start
from businesses.validators import one_line
from tests.businesses.conftest import add, upload
from tests.businesses.test_imports import ACME, BAY, HEADER, check, counts, reasons, take

OTHER = "ref,firm,street,city,zip,ein,phone\n"


def take_other(actor, text: str, policy: str | None = None):
    """Take a list of another name."""
    batch = upload(actor, text.replace("firm", "name").replace("street", "address"), source_name="Chamber")
    import_start(actor=actor, batch_id=batch.pk, policy=policy)
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a,The ACME Precision Co.,1 Main Street,Springfield,01103,,\n", "the same name at the same address"),
        ("a,Other Name LLC,1 MAIN ST. Suite 4,Springfield,,04-1111111,\n", "the same FEIN at the same address"),
        ("a,Acme Precision,,Springfield,,,\n", "one of them has no address"),
    ],
)
def test_a_row_another_list_brought_is_linked_not_added(in_north, row, why):
    take(in_north.manager, HEADER + ACME + BAY)
    batch = upload(
        in_north.manager, (OTHER + row).replace("firm", "name").replace("street", "address"), source_name="C"
    )
    check(in_north.manager, batch)
    assert batch.forecast["counts"]["matched"] == 1
    assert why in batch.forecast["examples"]["matched"][0][2]
    assert "Acme Precision (Springfield, MA)" in batch.forecast["examples"]["matched"][0][2]
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.rows_matched, batch.rows_new, Business.objects.count()) == (1, 0, 2)
    acme = Business.objects.get(name="Acme Precision")
    assert set(acme.identifiers.values_list("value", flat=True)) == {
        "Licences:1",
        next(iter(acme.identifiers.exclude(value="Licences:1"))).value,
    }


@pytest.mark.parametrize(
    ("row", "doubtful"),
    [
        ("a,Acme Precision,9 Sea St,Springfield,01103,,\n", 1),  # the same name at another address
        ("a,Acme Precision,1 Main St,Boston,02110,,\n", 0),  # another town
        ("a,Acme Precision,1 Main St,Springfield,01103,05-9999999,\n", 0),  # another legal entity
        ("a,Acme North,9 Sea St,Springfield,,04-1111111,\n", 0),  # another location of the employer
    ],
)
def test_what_is_not_sure_is_added_and_said(in_north, row, doubtful):
    take(in_north.manager, HEADER + ACME)
    batch = take_other(in_north.manager, OTHER + row)
    assert (batch.rows_new, batch.rows_matched, batch.rows_doubtful) == (1, 0, doubtful)
    assert Business.objects.count() == 2
    assert any("put up for review" in reason for reason in reasons(batch)) == bool(doubtful)


def test_what_is_empty_there_is_filled_and_nothing_else(in_north):
    known = add(in_north.rep, name="Acme Precision", phone="413 555-0199")
    batch = take_other(
        in_north.manager, OTHER + "a,Acme Precision,1 Main St,Springfield,01103,04-1111111,413 555-0100\n"
    )
    known.refresh_from_db()
    assert batch.rows_matched == 1
    assert (known.address, known.zip_code, known.phone, known.version) == ("1 Main St", "01103", "413 555-0199", 2)
    assert Employer.objects.get(pk=known.employer_id).fein == "041111111"


def test_a_link_alone_changes_nothing_and_adding_adds(in_north):
    known = add(in_north.rep, name="Acme Precision")
    row = OTHER + "a,Acme Precision,1 Main St,Springfield,01103,,413 555-0100\n"
    assert take_other(in_north.manager, row, policy="link").rows_matched == 1
    known.refresh_from_db()
    assert (known.address, known.version) == ("", 1)
    BusinessIdentifier.objects.all().delete()
    batch = take_other(in_north.manager, row, policy="add")
    assert (batch.rows_new, batch.rows_matched, batch.rows_doubtful) == (1, 0, 1)
    assert Business.objects.count() == 2


def test_the_same_list_again_knows_its_links(in_north):
    add(in_north.rep, name="Acme Precision")
    row = OTHER + "a,Acme Precision,1 Main St,Springfield,01103,,413 555-0100\n"
    assert counts(take_other(in_north.manager, row)) == (0, 0, 0, 0)
    assert counts(take_other(in_north.manager, row)) == (0, 0, 1, 0)
    newer = take_other(in_north.manager, row.replace("0100", "0177"))
    assert counts(newer) == (0, 1, 0, 0)
    assert Business.objects.get().phone == "413 555-0177"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_one_business_is_one_row_of_a_list_whatever_the_chunks(in_north, monkeypatch, size):
    from businesses.services import import_run as running

    monkeypatch.setattr(running, "IMPORT_CHUNK", size)
    add(in_north.rep, name="Acme Precision")
    rows = "".join(f"{n},Acme Precision,1 Main St,Springfield,01103,,\n" for n in "abc")
    batch = upload(
        in_north.manager, (OTHER + rows).replace("firm", "name").replace("street", "address").replace("ref", "id")
    )
    check(in_north.manager, batch)
    assert (batch.forecast["counts"]["matched"], batch.forecast["counts"]["new"]) == (1, 2)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.rows_matched, batch.rows_new, Business.objects.count()) == (1, 2, 3)


def test_a_merged_business_is_not_matched(in_north):
    known = add(in_north.rep, name="Acme Precision")
    Business.objects.filter(pk=known.pk).update(status="merged")
    batch = take_other(in_north.manager, OTHER + "a,Acme Precision,,Springfield,,,\n")
    assert (batch.rows_new, batch.rows_matched) == (1, 0)


def test_another_tenants_businesses_are_not_matched(north, south):
    from bizworks.tenancy.context import tenant_context

    with tenant_context(south.tenant.pk):
        add(south.rep, name="Acme Precision")
    with tenant_context(north.tenant.pk):
        batch = take_other(north.manager, OTHER + "a,Acme Precision,,Springfield,,,\n")
        assert (batch.rows_new, batch.rows_matched, batch.rows_doubtful) == (1, 0, 0)


def test_names_are_compared_alike_in_the_database_and_here(in_north):
    from django.db import connection

    from businesses.selectors.matches import name_key

    names = [
        "The Acme Co., Inc.",
        "Café Étoile",
        "O'Brien & Sons LLC",
        "The The",
        "Ünï-Çode  Ltd",
        "Company",
        "A&B",
        "ACME\u00a0INC",
        "№ 5",
        "李",
    ]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT businesses_name_key(%s)", [name])
            assert cursor.fetchone()[0] == name_key(one_line(name)), name


def test_addresses_are_compared_without_marks_and_suites():
    assert address_key("12 North Main Street, Suite #4") == address_key("12 N. MAIN ST") == "12 n main st"
    assert address_key("12 Main St") != address_key("14 Main St")


def test_no_remark_is_stored_for_a_plain_link(in_north):
    add(in_north.rep, name="Acme Precision")
    take_other(in_north.manager, OTHER + "a,Acme Precision,,Springfield,,,\n")
    assert not ImportRowProblem.objects.exists()
