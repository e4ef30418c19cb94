"""From a list to businesses: what is taken, what is handed back, and that the same again changes nothing."""

import io
from pathlib import Path

import pytest

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.exports import problem_rows
from businesses.models import Business, BusinessIdentifier, Employer, ImportBatch, ImportMapping, ImportRowProblem
from businesses.selectors import import_report
from businesses.services.businesses import business_update
from businesses.services.import_run import import_run
from businesses.services.imports import (
    import_cancel,
    import_check,
    import_map,
    import_sample,
    import_start,
    report_path,
)
from tests.businesses.conftest import add, data, upload

HEADER = "id,name,dba,address,city,state,zip,naics,jobs,ein,phone,website\n"
ACME = "1,Acme Precision,AP,1 Main St,SPRINGFIELD,MA,1103,332710,48,04-1111111,413 555-0100,www.example.org\n"
BAY = "2,Bay Biotech,,2 Sea St,Boston,MA,2110,541714,12,,,\n"
WATCHED = ("businesses_business", "businesses_employer", "businesses_businessidentifier", "businesses_importrowproblem")


def take(actor, text, **kwargs) -> ImportBatch:
    """Upload, start and run."""
    batch = upload(actor, text, **kwargs)
    import_start(actor=actor, batch_id=batch.pk)
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def counts(batch) -> tuple[int, int, int, int]:
    """New, changed, unchanged, not taken."""
    return batch.rows_new, batch.rows_changed, batch.rows_unchanged, batch.rows_rejected


def reasons(batch, **kind) -> list[str]:
    """What is said about rows."""
    return list(ImportRowProblem.objects.filter(batch=batch, **kind).values_list("reason", flat=True))


def audited() -> int:
    return AuditEvent.objects.filter(table_name__in=WATCHED).count()


# --- refusals first


def test_a_representative_and_a_partner_may_not_import(in_north):
    batch = upload(in_north.manager, HEADER + ACME)
    for actor in (in_north.rep, in_north.partner):
        for act in (
            lambda a: upload(a, HEADER + ACME),
            lambda a: import_map(actor=a, batch_id=batch.pk, columns={}),
            lambda a: import_sample(actor=a, batch=batch, columns={}),
            lambda a: import_check(actor=a, batch_id=batch.pk),
            lambda a: import_start(actor=a, batch_id=batch.pk),
            lambda a: import_cancel(actor=a, batch_id=batch.pk),
        ):
            with pytest.raises(NotAllowedError):
                act(actor)


@pytest.mark.parametrize(
    ("text", "kwargs", "field"),
    [
        ("", {}, "file"),
        (HEADER, {}, "file"),
        (HEADER + ACME, {"source_name": " "}, "source_name"),
        (HEADER + ACME, {"source_name": "a:b"}, "source_name"),
        (HEADER + ACME, {"source_name": "x" * 81}, "source_name"),
        (HEADER + ACME, {"source": "rumour"}, "source"),
        (HEADER + ACME, {"limit": 20}, "file"),
    ],
)
def test_an_upload_that_is_no_list_is_refused_and_leaves_no_file(in_north, files, text, kwargs, field):
    with pytest.raises(BusinessRuleError) as caught:
        upload(in_north.manager, text, **kwargs)
    assert list(caught.value.errors) == [field]
    assert not ImportBatch.objects.exists()
    assert list(files.rglob("*.csv")) == []


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({}, "name"),
        ({"name": "name"}, "town"),
        ({"name": "name", "town": "no such"}, "town"),
        ({"name": "name", "town": "city", "zip_code": "city"}, "zip_code"),
        ({"name": "name", "town": "city", "colour": "id"}, ""),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_by_its_field(in_north, columns, field):
    batch = upload(in_north.manager, HEADER + ACME)
    with pytest.raises(BusinessRuleError) as caught:
        import_map(actor=in_north.manager, batch_id=batch.pk, columns=columns)
    assert field in caught.value.errors
    assert not ImportMapping.objects.exists()


def test_another_tenants_import_does_not_exist(north, south):
    with tenant_context(south.tenant.pk):
        theirs = upload(south.manager, HEADER + ACME)
    with tenant_context(north.tenant.pk):
        for act in (import_start, import_cancel):
            with pytest.raises(ImportBatch.DoesNotExist):
                act(actor=north.manager, batch_id=theirs.pk)
    with tenant_context(south.tenant.pk):
        import_start(actor=south.manager, batch_id=theirs.pk)
    import_run(tenant_id=north.tenant.pk, batch_id=theirs.pk)
    with tenant_context(south.tenant.pk):
        theirs.refresh_from_db()
        assert (theirs.state, Business.objects.count()) == ("queued", 0)


def test_two_lists_of_one_source_do_not_run_at_once(in_north):
    first, second = (upload(in_north.manager, HEADER + ACME) for _ in range(2))
    import_start(actor=in_north.manager, batch_id=first.pk)
    with pytest.raises(BusinessRuleError, match="Another list"):
        import_start(actor=in_north.manager, batch_id=second.pk)
    with pytest.raises(BusinessRuleError, match="waiting"):
        import_start(actor=in_north.manager, batch_id=first.pk)


# --- what is taken


def test_a_row_becomes_a_business_with_all_that_follows(in_north):
    batch = take(in_north.manager, HEADER + ACME)
    assert (batch.state, counts(batch), batch.percent) == ("done", (1, 0, 0, 0), 100)
    business = Business.objects.get()
    assert (business.name, business.alias, business.town, business.zip_code) == (
        "Acme Precision",
        "AP",
        "Springfield",
        "01103",
    )
    assert (business.area, business.region, business.sector) == (in_north.area, in_north.region, in_north.sector)
    assert (business.employees, business.size_band, business.website) == (48, "20-49", "https://www.example.org")
    assert (business.naics_source, business.employees_source, business.employer.fein_source) == ("public",) * 3
    assert business.employer.fein == "041111111"
    assert business.recorded_by_id == in_north.manager.staff_id
    assert BusinessIdentifier.objects.get().value == "Licences:1"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,,1 Main St,Boston,MA,2110,,,,,", "no name"),
        ("1," + "x" * 201 + ",,,Boston,MA,2110,,,,,", "longer than 200"),
        ("1,Acme,,,Atlantis,MA,,,,,,", "no town or village"),
        ("1,Acme,,,,,,,,,,", "Neither town nor ZIP"),
        ("1,Acme,,,Nashua,NH,03060,,,,,", "not one of this system's"),
        ("1,Acme 900-12-3456,,,Boston,MA,2110,,,,,", "Social Security"),
        ("1,Acme,,,Boston,MA,2110,,,900-12-3456,,", "Social Security"),
        ("1,Ac\x07me,,,Boston,MA,2110,,,,,", "cannot be printed"),
        ("1,Acme,,,Boston,MA,2110,,,,,,,,extra", "the header has 12"),
        ('1,"' + "x" * 200_000 + '",,,Boston,MA,2110,,,,,', "cannot be read"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(in_north, row, reason):
    batch = take(in_north.manager, HEADER + BAY + row + "\n")
    assert counts(batch) == (1, 0, 0, 1)
    assert reason in reasons(batch, is_rejected=True)[0]
    assert Business.objects.get().name == "Bay Biotech"


@pytest.mark.parametrize(
    ("row", "remark"),
    [
        ("1,43108176,,,Boston,MA,2110,541110,3,,,", "only a number"),
        ("1,=1+1,,,Boston,MA,2110,541110,3,,,", "like a formula"),
        ("1,Acme,,,Boston,MA,2110,999990,3,,,", "not a known code"),
        ("1,Acme,,,Boston,MA,2110,541110,,,,", "not given"),
        ("1,Acme,,,Boston,MA,2110,541110,about 20,,,", "not a number"),
        ("1,Acme,,,Boston,MA,2110,541110,-3,,,", "not a number"),
        ("1,Acme,,,BOSTONN,MA,2110,541110,3,,,", "read as Boston"),
        ("1,Acme,,,Boston,MA,2110,541110,3,12345,,", "FEIN has not nine digits"),
        ("1,Acme,,,Boston,MA,2110,541110,3,,,javascript:alert(1)", "website is not an address"),
        ("1,Acme,,,Boston,MA,2110,541110,3,," + "1" * 31 + ",", "longer than 30"),
    ],
)
def test_a_row_may_be_taken_with_a_remark(in_north, row, remark):
    batch = take(in_north.manager, HEADER + row + "\n")
    assert counts(batch) == (1, 0, 0, 0)
    assert remark in reasons(batch, is_rejected=False)[0]


def test_what_spreadsheets_did_to_cells_is_undone(in_north):
    take(in_north.manager, HEADER + '1,\'=Sum Bakery,,,Boston,MA,2110.0,541110.0,"1,200.0",41111111,,\n')
    business = Business.objects.get()
    assert (business.name, business.zip_code, business.naics_id, business.employees) == (
        "=Sum Bakery",
        "02110",
        "541110",
        1200,
    )
    assert business.employer.fein == "041111111"


def test_a_town_on_no_map_is_taken_and_explained(in_north):
    batch = take(in_north.manager, HEADER + "1,Acme,,,Pittsfield,MA,1201,332710,4,,,\n")
    assert (counts(batch), batch.rows_unplaced) == ((1, 0, 0, 0), 1)
    assert reasons(batch, is_unplaced=True) == ["Pittsfield (MA) is in no workforce area of the map today."]


def test_a_list_without_states_is_of_the_tenants_own(in_north):
    batch = take(in_north.manager, "name,city\nAcme,Springfield\nZenith,\n")
    assert counts(batch) == (1, 0, 0, 1)
    assert Business.objects.get().state == "MA"


def test_the_same_fein_in_a_list_is_one_employer(in_north):
    known = add(in_north.rep, fein="04-1111111")
    take(in_north.manager, HEADER + ACME + ACME.replace("1,Acme", "3,Acme East").replace("1 Main", "9 Main"))
    assert Business.objects.count() == 2  # the known one, which had no address, and the one at another
    assert Employer.objects.get() == known.employer


def test_a_business_that_stands_twice_is_taken_once(in_north):
    batch = take(in_north.manager, "name,address,city\nAcme,1 Main St,Boston\nZ,,Boston\nACME Inc.,1  MAIN ST,boston\n")
    assert counts(batch) == (2, 0, 0, 1)
    assert "Row 1 of this file" in reasons(batch, is_rejected=True)[0]


def test_a_number_that_repeats_is_not_guessed_to_be_the_rows_own(in_north):
    assert upload(in_north.manager, HEADER + ACME + BAY).columns["row_id"] == "id"
    assert "row_id" not in upload(in_north.manager, HEADER + ACME + BAY.replace("2,", "1,", 1)).columns
    assert "row_id" not in upload(in_north.manager, HEADER + ACME + BAY[1:]).columns


def test_the_mapping_is_remembered_for_the_source(in_north):
    text = "firm,place,name\nAcme,Springfield,x\n"
    batch = upload(in_north.manager, text)
    assert batch.columns == {"name": "name"}
    import_map(actor=in_north.manager, batch_id=batch.pk, columns={"name": "firm", "town": "place", "zip_code": ""})
    assert upload(in_north.manager, text).columns == {"name": "firm", "town": "place"}
    assert upload(in_north.manager, text, source_name="Other").columns == {"name": "name"}


# --- the same again, and a newer one


def test_the_same_list_again_writes_nothing(in_north, django_assert_max_num_queries):
    text = HEADER + ACME + BAY + "3,Acme,,,Pittsfield,MA,1201,332710,,,,\n"
    take(in_north.manager, text)
    before = audited()
    batch = upload(in_north.manager, text)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    with django_assert_max_num_queries(42):
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (counts(batch), batch.rows_unplaced) == ((0, 0, 3, 0), 1)
    assert audited() == before + 1  # the one row that is in no area, said again
    assert Business.objects.filter(version=1).count() == 3


def test_a_newer_list_changes_what_it_changed(in_north):
    take(in_north.manager, HEADER + ACME + BAY)
    newer = ACME.replace("48", "55").replace("1 Main St,SPRINGFIELD,MA,1103", "9 Sea St,Boston,MA,2110")
    batch = take(in_north.manager, HEADER + newer.replace("04-1111111", "04-2222222") + BAY)
    assert counts(batch) == (0, 1, 1, 0)
    business = Business.objects.get(name="Acme Precision")
    assert (business.employees, business.address, business.area) == (55, "9 Sea St", in_north.other_area)
    assert (business.version, business.employer.fein) == (2, "042222222")
    assert counts(take(in_north.manager, HEADER + newer.replace("04-1111111", "04-2222222") + BAY)) == (0, 0, 2, 0)


def test_what_staff_changed_is_kept_and_said(in_north):
    take(in_north.manager, HEADER + ACME)
    business = Business.objects.get()
    kept = {"phone": "413 555-0199", "employees": 60, "address": "7 New St", "naics": "332710", "alias": "AP"}
    business_update(
        actor=in_north.rep,
        business_id=business.pk,
        version=1,
        data=data(**kept, zip_code="01103", website="example.org"),
    )
    newer = (
        ACME.replace("48", "55")
        .replace("0100", "0177")
        .replace("1 Main", "2 Main")
        .replace("Acme Precision", "Acme Works")
    )
    batch = take(in_north.manager, HEADER + newer)
    business.refresh_from_db()
    assert (business.phone, business.employees, business.address) == ("413 555-0199", 60, "7 New St")
    assert (business.name, business.employer.name) == ("Acme Works", "Acme Works")
    assert business.search_text == "acme works ap springfield"
    assert reasons(batch) == ["Kept as staff changed it: address, phone, number of employees."]
    assert counts(take(in_north.manager, HEADER + newer)) == (0, 0, 1, 0)


def test_an_empty_cell_takes_nothing_away(in_north):
    take(in_north.manager, HEADER + ACME)
    take(in_north.manager, HEADER + "1,Acme Precision,,,Springfield,MA,1103,,,,,\n")
    business = Business.objects.get()
    assert (business.naics_id, business.employees, business.phone) == ("332710", 48, "413 555-0100")
    assert business.employer.fein == "041111111"


def test_a_business_placed_by_hand_is_not_said_to_be_in_no_area(in_north):
    text = HEADER + "1,Acme,,,Pittsfield,MA,1201,332710,4,,,\n"
    take(in_north.manager, text)
    Business.objects.update(area=in_north.area, area_override=in_north.area)
    assert take(in_north.manager, text).rows_unplaced == 0


# --- preview, report, rows handed back


def check(actor, batch) -> ImportBatch:
    """Have every row of an uploaded list checked."""
    import_check(actor=actor, batch_id=batch.pk)
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_check_says_what_would_happen_to_every_row_and_writes_nothing(in_north):
    take(in_north.manager, HEADER + ACME + BAY)
    before = audited()
    text = HEADER + ACME + BAY.replace("12", "13") + "3,New One,,,Pittsfield,MA,1201,,,,,\n4,,,,Boston,MA,2110,,,,,\n"
    batch = check(in_north.manager, upload(in_north.manager, text))
    assert (batch.state, batch.is_checked) == ("draft", True)
    assert batch.forecast["counts"] == {"new": 1, "matched": 0, "changed": 1, "unchanged": 1, "rejected": 1}
    assert (batch.forecast["unplaced"], batch.forecast["reasons"]) == (1, [["The row has no name.", 1]])
    assert batch.forecast["examples"]["changed"] == [[2, "Bay Biotech", "New: number of employees."]]
    assert (audited(), Business.objects.count()) == (before, 2)
    lines = report_path(batch).read_text("utf-8-sig").splitlines()
    assert lines[0] == HEADER.strip() + ",what happens,why"
    assert [line.split(",")[-2] for line in lines[1:]] == ["Unchanged", "Changed", "New", "Not taken"]
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
    assert (counts(batch), batch.rows_unplaced) == ((1, 1, 1, 1), 1)


def test_the_first_rows_show_how_they_are_read(in_north):
    batch = upload(in_north.manager, HEADER + ACME + "4,,,,Boston,MA,2110,,,,,900-12-3456\n")
    first, second = import_sample(actor=in_north.manager, batch=batch, columns=batch.columns)
    assert (first.values["zip_code"], first.values["town"], first.values["fein"]) == (
        "01103",
        "Springfield",
        "041111111",
    )
    assert "900-12-3456" not in str(second.values)
    assert second.refusal


def test_another_mapping_needs_another_check(in_north):
    batch = check(in_north.manager, upload(in_north.manager, HEADER + ACME))
    import_map(actor=in_north.manager, batch_id=batch.pk, columns=batch.columns | {"phone": ""})
    batch.refresh_from_db()
    assert not batch.is_checked


def test_rows_come_back_as_they_were_with_the_reason_and_can_be_corrected(in_north):
    header = HEADER.replace(",", ";").replace("name", "firma name")
    bad = "7;=2+3;;'+x;Atlantis;MA;;;;;;\n8;;;;Boston;MA;02110;;;;900-12-3456;\n"
    batch = upload(in_north.manager, header + bad)
    import_map(
        actor=in_north.manager, batch_id=batch.pk, columns=batch.columns | {"name": "firma name", "row_id": "id"}
    )
    import_start(actor=in_north.manager, batch_id=batch.pk)
    import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
    text = problem_rows(batch, "rejected").read().decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == header.strip() + ";problem"
    assert lines[1].startswith("7;'=2+3;;'+x;Atlantis;MA;;;;;;;")
    assert "900-12-3456" not in text
    assert "***-**-****" in lines[2]
    corrected = text.replace("Atlantis", "Boston")
    again = take(in_north.manager, corrected)
    assert counts(again) == (1, 0, 0, 1)
    assert Business.objects.get().name == "=2+3"


def test_the_report_groups_reasons(in_north):
    batch = take(
        in_north.manager, HEADER + "1,,,,Boston,MA,,,,,,\n2,,,,Boston,MA,,,,,,\n" + ACME.replace("1,", "3,", 1)
    )
    report = import_report(batch=batch)
    assert report["rejected"].reasons == [("The row has no name.", 2)]
    assert (report["rejected"].number, report["unplaced"].number) == (2, 0)


def test_no_social_security_number_of_a_list_is_stored_anywhere(in_north):
    take(in_north.manager, "name,city,secret\nAcme,Boston,900-12-3456\n,Boston,900-12-3456\n")
    for event in AuditEvent.objects.all():
        assert "900-12-3456" not in str(event.changes)


def test_a_thousand_rows_cost_as_many_queries_as_one(in_north):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for number, rows in enumerate((1, 900)):
        text = "id,name,city,ein\n" + "".join(
            f"{number}-{n},Firm {number} {n},Springfield,{n:09}\n" for n in range(1, rows + 1)
        )
        batch = upload(in_north.manager, text)
        import_start(actor=in_north.manager, batch_id=batch.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
        spent.append(len(captured))
    assert Business.objects.count() == 901
    assert spent[1] <= spent[0] + 3


def test_the_sample_of_the_page_shows_every_kind_of_dirt(in_north):
    sample = Path(__file__).resolve().parents[2] / "static" / "samples" / "sample-businesses.csv"
    batch = take(in_north.manager, sample.read_bytes())
    assert (batch.total, batch.rows_new, batch.rows_rejected) == (121, 115, 6)
    said = " ".join(reasons(batch))
    for words in (
        "no name",
        "Social Security",
        "“NH”",
        "Atlantis",
        "same business",
        "New Bedford",
        "only a number",
        "formula",
    ):
        assert words in said
    assert counts(take(in_north.manager, sample.read_bytes())) == (0, 0, 115, 6)


def test_utf_16_and_separators_go_all_the_way(in_north):
    raw = "name\tcity\r\nCafé Étoile Imaginaire\tSpringfield\r\n".encode("utf-16")
    batch = take(in_north.manager, raw)
    assert counts(batch) == (1, 0, 0, 0)
    assert Business.objects.get().name == "Café Étoile Imaginaire"
    assert io.StringIO(problem_rows(batch, "rejected").read().decode("utf-8-sig")).read() == "name\tcity\tproblem\r\n"
