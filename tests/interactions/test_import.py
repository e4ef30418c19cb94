"""Services from another system's file: the same rules, every refusal with its reason, twice the same as once."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bizworks.core.errors import NotAllowedError
from bizworks.tenancy.context import tenant_context
from businesses.constants import Scheme, Source, Status
from businesses.models import Business, BusinessIdentifier
from interactions.models import ServiceDelivered
from interactions.services import ImportRow, services_import
from interactions.services.importing import COLUMNS
from tests.factories import make_business
from tests.interactions.helpers import day

GOOD = {"id": "S1", "business": "E1", "agency": "cc", "item": "lmi", "start": "2024-07-15"}


@pytest.fixture
def acme(in_north):
    business = make_business(in_north, "Acme")
    BusinessIdentifier.objects.create(business=business, scheme=Scheme.LIST, value="E1", source=Source.PUBLIC)
    return business


def take(actor, *cells):
    return services_import(actor=actor, rows=[ImportRow(n, GOOD | c) for n, c in enumerate(cells, 1)])


def test_who_may_not_log_may_not_import(in_north, acme):
    with pytest.raises(NotAllowedError):
        take(in_north.partner, {})


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ({"id": ""}, "needs an id"),
        ({"id": "x" * 121}, "needs an id"),
        ({"id": "a\tb"}, "needs an id"),
        ({"business": "E9"}, "The business is not known: E9."),
        ({"business": ""}, "The business is not known: empty."),
        ({"agency": "zz"}, "The agency is not known: zz."),
        ({"item": "zz"}, "The item is not known: zz."),
        ({"start": ""}, "The start is empty."),
        ({"start": "07/15/2024"}, "The start is not a date like 2026-03-31: 07/15/2024."),
        ({"end": "soon"}, "The end is not a date"),
        ({"end": "2024-07-14"}, "cannot end"),
        ({"start": "2999-01-01"}, "can only be planned"),
        ({"status": "gone"}, "The status is not known: gone."),
        ({"assisted": "robot"}, "Assisted by whom is not known"),
        ({"visibility": "world"}, "The visibility is not known"),
    ],
)
def test_each_row_not_taken_says_why_and_the_others_are_taken(in_north, acme, cell, reason):
    report = take(in_north.rep, cell, {"id": "S2"})
    ((row, why),) = report.refused
    assert (row.number, report.taken) == (1, 1)
    assert reason in why


def test_br14_a_closed_business_takes_no_service_from_a_file_either(in_north, acme):
    Business.objects.filter(pk=acme.pk).update(status=Status.CLOSED, closed_on="2024-01-01")
    assert "closed" in take(in_north.rep, {}).refused[0][1]


def test_an_id_twice_in_one_file_is_taken_once_and_reported(in_north, acme):
    report = take(in_north.rep, {}, {"item": "job-order"})
    assert (report.taken, [why for _, why in report.refused]) == (1, ["The id S1 stands twice in this file."])


def test_a_second_import_changes_nothing(in_north, acme):
    rows = [{"id": f"S{n}"} for n in range(5)]
    assert take(in_north.rep, *rows).taken == 5
    again = take(in_north.rep, *rows)
    assert (again.taken, again.known, again.refused) == (0, 5, ())
    assert ServiceDelivered.objects.count() == 5


def test_rows_become_services_as_told(in_north, acme):
    take(
        in_north.rep,
        {"id": "done"},
        {"id": "long", "end": "2024-08-31", "business": str(acme.pk)},
        {"id": "open", "status": "in progress"},
        {"id": "self", "assisted": "self-service"},
        {"id": "kept", "visibility": "Restricted", "program": "Title I", "agency": "ED"},
    )
    found = {s.source_key: s for s in ServiceDelivered.objects.all()}
    assert [(k, str(s.ended_on), s.status, s.assisted) for k, s in sorted(found.items())] == [
        ("done", "2024-07-15", "completed", "staff"),
        ("kept", "2024-07-15", "completed", "staff"),
        ("long", "2024-08-31", "completed", "staff"),
        ("open", "None", "in_progress", "staff"),
        ("self", "2024-07-15", "completed", "self"),
    ]
    kept = found["kept"]
    assert (kept.visibility, kept.program, kept.agency, kept.area) == (
        "restricted",
        "Title I",
        in_north.other_agency,
        in_north.area,
    )


def test_br13_a_merged_business_leads_to_its_survivor(in_north, acme):
    survivor = make_business(in_north, "Acme Holding")
    Business.objects.filter(pk=acme.pk).update(status=Status.MERGED, merged_into=survivor)
    take(in_north.rep, {})
    assert ServiceDelivered.objects.get().business == survivor


def test_another_tenants_business_is_not_known(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    with tenant_context(north.tenant.pk):
        report = take(north.rep, {"business": str(theirs.pk)})
        assert "not known" in report.refused[0][1]


def test_queries_do_not_grow_with_rows(in_north, acme):
    counts = []
    for start, number in ((0, 2), (100, 90)):
        with CaptureQueriesContext(connection) as queries:
            take(in_north.rep, *({"id": f"S{start + n}"} for n in range(number)))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# the command


def write(path, *cells, columns=COLUMNS):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(GOOD | cell for cell in cells)
    return path


def run(*args, **options) -> str:
    out = StringIO()
    call_command("import_services", *map(str, args), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def committed_acme(north):
    with tenant_context(north.tenant.pk):
        business = make_business(north, "Acme")
        BusinessIdentifier.objects.create(business=business, scheme=Scheme.LIST, value="E1", source=Source.PUBLIC)
    return business


def test_the_command_names_a_missing_tenant_file_or_column(north, tmp_path):
    file = write(tmp_path / "a.csv")
    with pytest.raises(CommandError, match="no tenant"):
        run(file, tenant="nowhere")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv", tenant=north.tenant.slug)
    with pytest.raises(CommandError, match="lacks the column agency"):
        run(write(tmp_path / "b.csv", columns=("id", "business", "item", "start")), tenant=north.tenant.slug)
    (tmp_path / "c.csv").write_bytes(b"id,business\xff\xfe")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "c.csv", tenant=north.tenant.slug)


def test_the_command_takes_reports_and_takes_its_own_report_again(north, committed_acme, tmp_path):
    file = write(tmp_path / "a.csv", {}, {"id": "=S2", "item": "zz"})
    report = tmp_path / "report.csv"
    out = run(file, tenant=north.tenant.slug, report=report)
    assert out.startswith("1 taken, 0 here already, 1 not taken")
    text = report.read_text(encoding="utf-8-sig")
    assert "'=S2" in text
    assert "The item is not known: zz." in text
    report.write_text(text.replace("zz,", "lmi,"), encoding="utf-8")
    assert run(report, tenant=north.tenant.slug).startswith("1 taken")
    other = write(tmp_path / "b.csv", {}, {"id": "S3", "item": "zz"})
    assert "row 2: The item is not known" in run(other, tenant=north.tenant.slug)
    with tenant_context(north.tenant.pk):
        assert set(ServiceDelivered.objects.values_list("source_key", flat=True)) == {"S1", "=S2"}
        assert ServiceDelivered.objects.first().started_on < day(0)
