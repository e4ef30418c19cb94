"""Files of lists: exactly what is shown, without what may not leave, on record; and the map of counties and tiles."""

import csv
import io
import zipfile

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business, ListExport
from businesses.services import list_exports
from businesses.services.list_exports import (
    list_export_cancel,
    list_export_open,
    list_export_request,
    list_export_run,
)
from tests.factories import make_business


def ask(actor, **changes) -> ListExport:
    wanted = {"format": "csv", "parameters": {}, "sentences": [], "sort": "name", "columns": ["where", "naics", "fein"]}
    return list_export_request(actor=actor, **(wanted | changes))


def made(world, job: ListExport, actor) -> dict[str, list[list[str]]]:
    list_export_run(tenant_id=world.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")
    _, path = list_export_open(actor=actor, export_id=job.pk)
    with zipfile.ZipFile(path) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in archive.namelist()
        }


def test_the_file_holds_the_rows_order_and_columns_of_the_list(in_north, monkeypatch):
    monkeypatch.setattr(list_exports, "PIECE_ROWS", 2)
    for name in ("Cee", "=Aye()", "Bee", "Dee", "Eee"):
        make_business(in_north, name)
    make_business(in_north, "Boston only", town="Boston")
    job = ask(
        in_north.rep,
        parameters={"region": [str(in_north.region.pk)]}, sentences=[("Region", "North West")], sort="-name",
    )  # fmt: skip
    files = made(in_north, job, in_north.rep)
    header, *rows = files["data.csv"]
    assert header == ["business_id", "Business", "Town", "NAICS", "FEIN"]
    assert [row[1] for row in rows] == ["Eee", "Dee", "Cee", "Bee", "'=Aye()"]
    cover = dict(files["cover.csv"])
    assert (cover["Region"], cover["Rows"], cover["Order"]) == ("North West", "5", "Name, Z to A")
    assert in_north.rep.name in cover["Asked for by"]
    assert [row[0] for row in files["data-dictionary.csv"]] == ["column", *header]


def test_values_of_the_unemployment_agency_leave_in_no_file_and_choose_no_row(in_north):
    business = make_business(in_north, "Secret")
    Business.objects.filter(pk=business.pk).update(naics="541714", naics_source="uc")
    business.employer.fein, business.employer.fein_source = "041111111", "uc"
    business.employer.save()
    files = made(in_north, ask(in_north.state), in_north.state)
    assert files["data.csv"][1][3:] == ["", ""]
    files = made(in_north, ask(in_north.state, parameters={"naics": ["54"]}), in_north.state)
    assert len(files["data.csv"]) == 1


def test_a_workbook_has_the_same_rows(in_north):
    make_business(in_north, "Acme")
    job = ask(in_north.rep, format="xlsx", columns=["contact"])
    list_export_run(tenant_id=in_north.tenant.pk, job_id=job.pk)
    _, path = list_export_open(actor=in_north.rep, export_id=job.pk)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Cover", "Data", "Data dictionary"]
    assert book.get_sheet_by_name("Data").to_python()[1][1] == "Acme"


def test_who_may_and_how_many(in_north, monkeypatch):
    for actor in (in_north.partner, in_north.admin):
        with pytest.raises(NotAllowedError):
            ask(actor)
    monkeypatch.setattr(list_exports, "EXPORT_ROWS", 1)
    for name in ("A", "B"):
        make_business(in_north, name)
    with pytest.raises(BusinessRuleError):
        ask(in_north.rep)
    assert ask(in_north.state).state == "queued"
    with pytest.raises(BusinessRuleError):
        ask(in_north.state, format="exe")


def test_a_file_is_on_record_stopped_and_only_its_owners(in_north, client_for):
    make_business(in_north, "Acme")
    job = ask(in_north.rep, parameters={"q": ["acme"]})
    event = AuditEvent.objects.get(table_name="businesses_listexport", operation="insert")
    assert event.changes["parameters"]["filters"] == {"q": ["acme"]}
    list_export_cancel(actor=in_north.rep, export_id=job.pk)
    list_export_run(tenant_id=in_north.tenant.pk, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_path) == ("cancelled", "")
    assert (
        client_for(in_north.manager).get(reverse("businesses:list_export_progress", args=[job.pk])).status_code == 404
    )


def test_the_page_asks_for_the_list_of_its_address(in_north, client_for):
    make_business(in_north, "Acme")
    client, path = client_for(in_north.rep), reverse("businesses:list_exports") + "?q=acme&sort=-added&cols=zip"
    assert "Search" in client.get(path).content.decode()
    assert client.post(path, {"format": "exe"}).status_code == 422
    assert client.post(path, {"format": "csv"}).status_code == 302
    job = ListExport.objects.get()
    assert (job.parameters["filters"], job.sort, job.columns) == ({"q": ["acme"]}, "-added", ["zip"])
    list_export_run(tenant_id=in_north.tenant.pk, job_id=job.pk)
    download = client.get(reverse("businesses:list_export_download", args=[job.pk]))
    assert download.status_code == 200
    assert b"".join(download.streaming_content)[:2] == b"PK"


# --- the map


def test_towns_make_tiles_that_count_filter_and_have_their_table(in_north, client_for):
    make_business(in_north, "West")
    lost = make_business(in_north, "Nowhere")
    Business.objects.filter(pk=lost.pk).update(area=None, region=None)
    response = client_for(in_north.rep).get(reverse("businesses:list"), {"map": "1", "region": "", "view": "none"})
    drawn = response.context["map"]["drawn"]
    assert {shape.key: shape.number for shape in drawn.shapes} == {
        str(in_north.area.pk): 1,
        str(in_north.other_area.pk): 0,
    }
    assert drawn.elsewhere == 1
    page = response.content.decode()
    assert f"area={in_north.area.pk}" in page
    assert "1 more lies elsewhere" in page
    assert "Businesses by workforce area" in page
    chosen = client_for(in_north.rep).get(reverse("businesses:list"), {"map": "1", "area": in_north.area.pk})
    assert [row.business.name for row in chosen.context["rows"]] == ["West"]
    assert {s.number for s in chosen.context["map"]["drawn"].shapes} == {0, 1}


def test_counties_make_shapes(in_north, client_for):
    from bizworks.directory.models import AreaTerritory

    AreaTerritory.objects.all().delete()
    for area, county in ((in_north.area, "25013"), (in_north.other_area, "25025")):
        AreaTerritory.objects.create(area=area, county_id=county)
    business = make_business(in_north, "Acme")
    Business.objects.filter(pk=business.pk).update(county="25013")
    response = client_for(in_north.rep).get(reverse("businesses:list"), {"map": "1", "view": "none"})
    drawn = response.context["map"]["drawn"]
    assert drawn.by == "county"
    assert {shape.key: shape.number for shape in drawn.shapes} == {"25013": 1, "25025": 0}
    assert all(shape.path.startswith("M") for shape in drawn.shapes)
    assert client_for(in_north.rep).get(reverse("businesses:list"), {"county": "25025"}).context["rows"] == []


@given(
    places=st.dictionaries(
        st.integers(1, 10**6), st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)), min_size=1, max_size=60
    )
)
def test_every_area_has_a_tile_of_its_own(places):
    from businesses.selectors.map import _grid

    cells = _grid(places)
    assert cells.keys() == places.keys()
    assert len(set(cells.values())) == len(places)
