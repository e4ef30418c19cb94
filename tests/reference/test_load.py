"""Reference facts come from files, once each."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from bizworks.reference.models import (
    County,
    FederalCategory,
    Municipality,
    NaicsCode,
    PlaceAlias,
    ReferenceLoad,
    State,
    ZipCode,
)
from bizworks.reference.services import DATA_DIRECTORY, TABLES, ReferenceFileError, _read_rows, reference_load

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_every_file_is_loaded_with_as_many_rows_as_its_header_says():
    counts = dict(ReferenceLoad.objects.values_list("name", "row_count"))
    assert set(counts) == {table.name for table in TABLES} == {path.stem for path in DATA_DIRECTORY.glob("*.csv")}
    for table in TABLES:
        assert table.model._default_manager.count() == counts[table.name], table.name


def test_every_file_names_its_source_publisher_licence_and_date():
    for table in TABLES:
        head = [
            line for line in (DATA_DIRECTORY / f"{table.name}.csv").read_text().splitlines() if line.startswith("#")
        ]
        for word in ("source", "publisher", "licence", "got", "rows"):
            assert any(line.startswith(f"# {word}: ") for line in head), (table.name, word)


def test_the_figures_the_domain_knows():
    assert Municipality.objects.filter(state="MA", kind="town").count() == 351
    assert County.objects.filter(state="IL").count() == 102
    assert County.objects.filter(state="WA").count() == 39
    assert list(FederalCategory.objects.values_list("code", flat=True)) == [
        "EIS",
        "WRA",
        "SPE",
        "ULP",
        "TRN",
        "IWT",
        "RRD",
        "PLR",
    ]
    assert set(State.objects.values_list("code", flat=True)) == {"MA", "IL", "WA"}
    assert {"31", "32", "33", "44", "45", "48", "49"} <= set(NaicsCode.objects.values_list("code", flat=True))
    assert NaicsCode.objects.get(code="511210").edition == 2017
    assert NaicsCode.objects.get(code="513210").edition == 2022


def test_every_place_agrees_with_its_county_and_state():
    for town in Municipality.objects.select_related("county"):
        assert town.county is not None
        assert town.county.state_id == town.state_id, town
    for code in ZipCode.objects.select_related("county", "municipality"):
        assert code.county.state_id == code.state_id == code.municipality.state_id, code
        assert code.county_id == code.municipality.county_id, code
    town_keys = set(Municipality.objects.values_list("state", "name_key"))
    for alias in PlaceAlias.objects.select_related("municipality"):
        assert alias.municipality.state_id == alias.state_id
        assert (alias.state_id, alias.name_key) not in town_keys, alias


def test_a_second_load_reads_two_queries_and_writes_nothing():
    before = dict(ReferenceLoad.objects.values_list("name", "loaded_at"))
    with CaptureQueriesContext(connections["owner"]) as queries:
        tables = reference_load(database="owner")
    assert not any(table.changed for table in tables)
    assert len(queries) == 2
    assert dict(ReferenceLoad.objects.values_list("name", "loaded_at")) == before


def test_a_changed_file_alone_is_loaded_again(tmp_path):
    for table in TABLES:
        text = (DATA_DIRECTORY / f"{table.name}.csv").read_text()
        if table.name == "place_aliases":
            text = text.replace("MA,Allston,35,neighborhood\n", "").replace(
                f"# rows: {PlaceAlias.objects.count()}", f"# rows: {PlaceAlias.objects.count() - 1}"
            )
        if table.name == "naics_codes":
            text = text.replace("Soybean Farming", "Farming of Soybeans")
        (tmp_path / f"{table.name}.csv").write_text(text)
    with transaction.atomic(using="owner"):
        tables = reference_load(database="owner", directory=tmp_path)
        assert {table.name for table in tables if table.changed} == {"place_aliases", "naics_codes"}
        assert NaicsCode.objects.using("owner").get(code="111110").title == "Farming of Soybeans"
        assert not PlaceAlias.objects.using("owner").filter(state="MA", name_key="allston").exists()
        transaction.set_rollback(True, using="owner")


def test_a_file_that_contradicts_its_header_is_refused():
    with pytest.raises(ReferenceFileError, match=r"has 1 rows; its header line .* says 2"):
        _read_rows("towns", b"# rows: 2\nid,name\n1,Springfield\n")
    with pytest.raises(ReferenceFileError, match="says nothing"):
        _read_rows("towns", b"id,name\n1,Springfield\n")
    with pytest.raises(ReferenceFileError, match="line 3: wrong number of columns"):
        _read_rows("towns", b"# rows: 1\nid,name\n1,Springfield,extra\n")


def test_the_application_role_may_read_and_not_write():
    assert State.objects.exists()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        State.objects.create(code="ZZ", name="Nowhere", fips="99")
    assert connection.settings_dict["USER"] != settings.DATABASES["owner"]["USER"]


def test_the_command_says_what_it_found():
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert "naics_codes: 2386 rows, unchanged" in out.getvalue()
    silent = StringIO()
    call_command("load_reference", verbosity=0, stdout=silent)
    assert silent.getvalue() == ""
