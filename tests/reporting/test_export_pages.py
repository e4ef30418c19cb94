"""Exports on pages: who may, what is asked, how it is watched, stopped and fetched (R26)."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.directory.models import StaffMember
from bizworks.tenancy.context import tenant_context
from reporting.models import ExportJob
from reporting.services.exports import export_run
from tests.factories import make_staff
from tests.reporting.golden import make_golden
from tests.reporting.pages import drain, heading_total, words

EXPORTS = reverse("reporting:exports")
YEAR = {"start": "2024-07-01", "end": "2025-06-30", "format": "csv"}


@pytest.fixture
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def make_job(actor, **fields) -> ExportJob:
    staff = StaffMember.objects.get(pk=actor.staff_id)
    parameters = {"start": "2024-07-01", "end": "2025-06-30", "region_id": None, "agency_id": None, "category": ""}
    given = {"format": "csv", "file_name": "services.zip", "parameters": parameters, "expires_on": date(2099, 1, 1)}
    return ExportJob.objects.create(requested_by=staff, **given | fields)


def addresses(job_id: int) -> dict[str, str]:
    return {name: reverse(f"reporting:export_{name}", args=[job_id]) for name in ("progress", "cancel", "download")}


def page_of(client: Client) -> str:
    response = client.get(EXPORTS)
    assert response.status_code == 200
    return words(response.content.decode())


# --- refusals


def test_nobody_signed_out_exports(in_north):
    job = make_job(in_north.state)
    for address in (EXPORTS, *addresses(job.pk).values()):
        assert Client().get(address).status_code == 302


@pytest.mark.parametrize("role", ["rep", "manager", "admin", "partner"])
def test_other_roles_are_told_who_may(in_north, client_for, files, role):
    job, client = make_job(in_north.state), client_for(getattr(in_north, role))
    refused = client.get(EXPORTS)
    assert refused.status_code == 403
    assert "Export row-level data of the whole system: kept for state staff." in words(refused.content.decode())
    assert client.post(EXPORTS, YEAR).status_code == 403
    links = addresses(job.pk)
    assert [client.get(links["progress"]).status_code, client.get(links["download"]).status_code] == [403, 403]
    assert client.post(links["cancel"]).status_code == 403
    assert ExportJob.objects.count() == 1
    assert client_for(in_north.state).get(EXPORTS).status_code == 200


def test_another_tenants_export_is_as_absent_as_none(north, south, client_for):
    with tenant_context(south.tenant.pk):
        theirs = make_job(south.state, file_name="southern.zip")
    client = client_for(north.state)
    for pk in (theirs.pk, 987654321):
        links = addresses(pk)
        assert client.get(links["progress"]).status_code == 404
        assert client.get(links["download"]).status_code == 404
        assert client.post(links["cancel"]).status_code == 404
    assert "southern" not in page_of(client)
    assert "southern" in page_of(client_for(south.state))


def test_exports_stay_within_the_agency(in_north, client_for):
    other = make_staff(name="Otto Other", role="state", agency=in_north.other_agency, tenant=in_north.tenant)
    job = make_job(other, file_name="theirs.zip")
    assert "theirs.zip" not in page_of(client_for(in_north.state))
    assert client_for(in_north.state).get(addresses(job.pk)["progress"]).status_code == 404
    assert "theirs.zip" in page_of(client_for(other))


def test_reading_an_address_never_stops_an_export(in_north, client_for):
    job = make_job(in_north.state, state="queued")
    client = client_for(in_north.state)
    assert client.get(addresses(job.pk)["cancel"]).status_code == 405
    job.refresh_from_db()
    assert job.state == "queued"


BAD = [
    ({}, "From"),
    ({**YEAR, "start": "soon"}, "Enter a valid date"),
    ({**YEAR, "end": "2024-01-01"}, "The last day lies before the first."),
    ({**YEAR, "end": "9999-01-01"}, "That year is out of reach."),
    ({**YEAR, "format": "pdf"}, "Select a valid choice"),
    ({**YEAR, "region_id": "987654321"}, "Select a valid choice"),
    ({**YEAR, "region_id": "²"}, "Select a valid choice"),
    ({**YEAR, "agency_id": "x"}, "Select a valid choice"),
    ({**YEAR, "category": "XXX"}, "Select a valid choice"),
]


@pytest.mark.parametrize(("sent", "told"), BAD)
def test_a_bad_request_says_why_and_makes_nothing(in_north, client_for, sent, told):
    response = client_for(in_north.state).post(EXPORTS, sent)
    assert response.status_code == 422
    assert told in words(response.content.decode())
    assert not ExportJob.objects.exists()


def test_another_tenants_region_is_no_choice(north, south, client_for):
    response = client_for(north.state).post(EXPORTS, {**YEAR, "region_id": south.region.pk})
    assert response.status_code == 422
    assert "South" not in response.content.decode()


# --- from asking to fetching


def test_an_export_of_what_the_dashboard_shows_holds_the_same_businesses(in_north, client_for, files):
    golden = make_golden(in_north)
    drain()
    client, region = client_for(in_north.state), golden.regions["Pioneer Valley"]
    answer = client.post(EXPORTS, {**YEAR, "region_id": region})
    assert answer["Location"] == EXPORTS
    job = ExportJob.objects.get()
    assert "Waiting CSV Jul 1, 2024 to Jun 30, 2025 · Pioneer Valley · all agencies · all services" in page_of(client)
    export_run(tenant_id=in_north.tenant.pk, job_id=job.pk)
    assert "Done CSV" in words(client.get(addresses(job.pk)["progress"]).content.decode())
    fetched = client.get(addresses(job.pk)["download"])
    assert fetched["Content-Disposition"] == f'attachment; filename="{job.file_name}"'
    assert "no-store" in fetched["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("data.csv").decode("utf-8-sig"))))
    counted = {row["business_id"] for row in rows if row["counted"] == "Yes"}
    shown = client.get(
        reverse("reporting:served"), {"grain": "year", "start": "2024-07-01", "region": region}
    ).content.decode()
    assert len(counted) == heading_total(shown) == 3
    job.refresh_from_db()
    assert job.downloads == 1
    assert "Fetched 1 time; kept until" in page_of(client)


def test_the_form_begins_with_what_the_dashboard_showed(in_north, client_for):
    asked = {"start": "2024-07-01", "end": "2025-06-30", "region": in_north.region.pk}
    html = client_for(in_north.state).get(EXPORTS, asked).content.decode()
    assert 'value="2024-07-01"' in html
    assert f'<option value="{in_north.region.pk}" selected>' in html
    for bad in ({"start": "x", "region": "all"}, {"end": "2025-99-99", "region": "7" * 30}):
        assert client_for(in_north.state).get(EXPORTS, bad).status_code == 200


def test_progress_is_watched_until_it_ends(in_north, client_for):
    job = make_job(in_north.state, state="running", progress=4000, total=11518)
    client = client_for(in_north.state)
    running = client.get(addresses(job.pk)["progress"]).content.decode()
    assert 'hx-trigger="every 2s"' in running
    assert 'max="11518" value="4000"' in running
    ExportJob.objects.update(state="failed", problem="The disk is full.")
    ended = client.get(addresses(job.pk)["progress"]).content.decode()
    assert "hx-trigger" not in ended
    assert "The disk is full." in ended


def test_a_waiting_export_is_stopped(in_north, client_for):
    job, client = make_job(in_north.state, state="queued"), client_for(in_north.state)
    page = client.post(addresses(job.pk)["cancel"], follow=True).content.decode()
    assert "The export is stopped." in page
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_file_that_is_gone_is_said_to_be_gone(in_north, client_for, files):
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011
    job = make_job(in_north.state, state="done", expires_on=yesterday)
    client = client_for(in_north.state)
    assert "The file was removed on" in page_of(client)
    told = client.get(addresses(job.pk)["download"], follow=True)
    assert "its time has run out" in words(told.content.decode())
    job.refresh_from_db()
    assert job.downloads == 0


def test_queries_do_not_grow_with_the_list(in_north, client_for):
    client, counts = client_for(in_north.state), []
    for total in (1, 10):
        for _ in range(total):
            make_job(in_north.state, state="done")
        client.get(EXPORTS)
        with CaptureQueriesContext(connection) as captured:
            client.get(EXPORTS)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 20
