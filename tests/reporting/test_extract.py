"""The system-wide extract (R26): who may, what is in it, that it is whole, and what Excel makes of it."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.http import Http404
from django.utils import timezone
from python_calamine import CalamineWorkbook

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.context import tenant_context
from businesses.models import Employer
from interactions.models import ServiceDelivered
from reporting.models import ExportJob
from reporting.services import exports
from reporting.services.exports import export_cancel, export_open, export_request, export_run, exports_sweep
from reporting.services.extract_files import COLUMNS
from tests.factories import make_business

YEAR = {"start": date(2024, 7, 1), "end": date(2025, 6, 30)}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def world(in_north):
    """One business with awkward texts and three services: in the year, after it, voided."""
    employer = Employer.objects.create(name="=cmd|' /C calc'!A0", fein="001234567", fein_source="self")
    business = make_business(in_north, "+Plus & Söhne", employer=employer)
    business.zip_code = "01105"
    business.save()
    serve(in_north, business, date(2024, 8, 1))
    serve(in_north, business, date(2025, 8, 1))
    serve(in_north, business, date(2024, 9, 1), voided_at=timezone.now())
    return in_north


def serve(world, business, day, **fields):
    return ServiceDelivered.objects.create(
        business=business,
        started_on=day,
        ended_on=day,
        **{"agency": world.agency, "item": world.items.lmi, "area": world.area, "region": world.region} | fields,
    )


def made(world, actor=None, kind="csv", **more) -> ExportJob:
    job = export_request(actor=actor or world.state, format=kind, parameters=YEAR | more)
    export_run(tenant_id=world.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    return job


def rows_of(files, job) -> list[dict]:
    with zipfile.ZipFile(files / job.file_path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read("data.csv").decode("utf-8-sig"))))


@pytest.mark.parametrize("role", ["rep", "manager", "admin", "partner"])
def test_only_state_staff_may_export(world, role):
    with pytest.raises(NotAllowedError):
        export_request(actor=getattr(world, role), format="csv", parameters=YEAR)
    assert export_request(actor=world.state, format="csv", parameters=YEAR).state == "queued"


def test_mistakes_are_named(world):
    for parameters, field in (
        ({"start": date(2025, 1, 1)}, "start"),
        ({"start": date(2025, 1, 2), "end": date(2025, 1, 1)}, "end"),
        (YEAR | {"region_id": 987654321}, "region"),
        (YEAR | {"category": "XYZ"}, "category"),
    ):
        with pytest.raises(BusinessRuleError) as caught:
            export_request(actor=world.state, format="csv", parameters=parameters)
        assert list(caught.value.errors) == [field]
    with pytest.raises(BusinessRuleError):
        export_request(actor=world.state, format="pdf", parameters=YEAR)


def test_csv_has_the_services_of_the_days_with_zeros_kept_and_formulas_tamed(world, files):
    job = made(world)
    (row,) = rows_of(files, job)
    assert list(row) == [name for name, _ in COLUMNS]
    assert (row["fein"], row["zip_code"], row["started_on"]) == ("001234567", "01105", "2024-08-01")
    assert row["employer"] == "'=cmd|' /C calc'!A0"
    assert row["business"] == "'+Plus & Söhne"
    assert (row["counted"], row["federal_category"] != "", row["region"]) == ("Yes", True, "North West")
    assert (job.state, job.progress, job.total) == ("done", 1, 1)
    with zipfile.ZipFile(files / job.file_path) as archive:
        cover = archive.read("cover.csv").decode("utf-8-sig")
        assert set(archive.namelist()) == {"data.csv", "cover.csv", "data-dictionary.csv"}
    assert "2024-07-01 to 2025-06-30" in cover
    assert world.state.name in cover


def test_the_workbook_keeps_texts_as_texts(world, files):
    job = made(world, kind="xlsx")
    book = CalamineWorkbook.from_path(str(files / job.file_path))
    assert book.sheet_names == ["Cover", "Data", "Data dictionary"]
    header, row = book.get_sheet_by_name("Data").to_python()
    cells = dict(zip(header, row, strict=True))
    assert (cells["fein"], cells["zip_code"], cells["employer"]) == ("001234567", "01105", "=cmd|' /C calc'!A0")
    with zipfile.ZipFile(files / job.file_path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet2.xml")


def test_values_of_the_unemployment_agency_stay_out(world, files):
    Employer.objects.update(fein_source="uc")
    assert [row["fein"] for row in rows_of(files, made(world))] == [""]


def test_filters_narrow(world, files):
    other = serve(
        world,
        make_business(world, town="Boston"),
        date(2025, 1, 5),
        agency=world.other_agency,
        region=world.other_region,
        item=world.items.training,
    )
    numbers = lambda **cut: [int(row["service_id"]) for row in rows_of(files, made(world, **cut))]  # noqa: E731
    assert len(numbers()) == 2
    for cut in ({"region_id": world.other_region.pk}, {"agency_id": world.other_agency.pk}, {"category": "TRN"}):
        assert numbers(**cut) == [other.pk]


def test_many_pieces_make_the_same_file_in_a_constant_number_of_queries_each(world, files, monkeypatch):
    business = make_business(world)
    serves = [serve(world, business, date(2024, 10, 1) + timedelta(days=n)) for n in range(25)]
    whole = rows_of(files, made(world))
    monkeypatch.setattr(exports, "PIECE_ROWS", 4)
    assert rows_of(files, made(world)) == whole
    assert len(whole) == len(serves) + 1


def test_cancel_before_and_during_leaves_no_file(world, files, monkeypatch):
    job = export_request(actor=world.state, format="csv", parameters=YEAR)
    export_cancel(actor=world.state, export_id=job.pk)
    export_run(tenant_id=world.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_path) == ("cancelled", "")
    running = export_request(actor=world.state, format="csv", parameters=YEAR)
    piece = exports.extract_piece

    def cancelling(*args, **kwargs):
        ExportJob.objects.filter(pk=running.pk).update(cancel_requested=True)
        return piece(*args, **kwargs)

    monkeypatch.setattr(exports, "extract_piece", cancelling)
    export_run(tenant_id=world.tenant.pk, job_id=running.pk)
    running.refresh_from_db()
    assert running.state == "cancelled"
    assert [p for p in files.rglob("*") if p.is_file()] == []


def test_a_failure_on_the_way_leaves_no_file_and_says_so(world, files, monkeypatch):
    job = export_request(actor=world.state, format="csv", parameters=YEAR)

    def full(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(exports, "extract_piece", full)
    export_run(tenant_id=world.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.problem), [p for p in files.rglob("*") if p.is_file()]) == ("failed", True, [])


def test_the_sweep_runs_what_was_forgotten_and_what_a_dead_worker_left(world):
    past = timezone.now() - timedelta(minutes=10)
    forgotten, dead = (export_request(actor=world.state, format="csv", parameters=YEAR) for _ in range(2))
    ExportJob.objects.filter(pk=forgotten.pk).update(created_at=past)
    ExportJob.objects.filter(pk=dead.pk).update(state="running", heartbeat_at=past)
    assert exports_sweep() == 2
    assert set(ExportJob.objects.values_list("state", flat=True)) == {"done"}
    assert exports_sweep() == 0


def test_files_past_their_day_are_removed_and_the_record_stays(world, files):
    job = made(world)
    ExportJob.objects.update(expires_on=date(2020, 1, 1))
    exports_sweep()
    job.refresh_from_db()
    assert (job.file_path, [p for p in files.rglob("*") if p.is_file()], job.state) == ("", [], "done")
    with pytest.raises(BusinessRuleError):
        export_open(actor=world.state, export_id=job.pk)


def test_every_download_is_counted(world):
    job = made(world)
    _, path = export_open(actor=world.state, export_id=job.pk)
    assert path.is_file()
    job.refresh_from_db()
    assert (job.downloads, len(job.sha256)) == (1, 64)


def test_another_tenants_export_is_not_found(north, south):
    with tenant_context(north.tenant.pk, user_id=north.state.user_id):
        job = export_request(actor=north.state, format="csv", parameters=YEAR)
    with tenant_context(south.tenant.pk), pytest.raises(Http404):
        export_open(actor=south.state, export_id=job.pk)


def test_restricted_services_are_in_the_extract_of_those_who_may_read_them(world, files):
    serve(world, make_business(world), date(2024, 11, 1), visibility="restricted")
    assert len(rows_of(files, made(world))) == 2
    job = export_request(actor=world.state, format="csv", parameters=YEAR)
    job.parameters["includes_restricted"] = False
    job.save()
    export_run(tenant_id=world.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    assert len(rows_of(files, job)) == 1
