"""Workbooks: what is read as typed, what comes back, and what is refused with nothing written."""

import datetime
import io
import zipfile

import pytest
from django.urls import reverse
from python_calamine import load_workbook
from xlsxwriter import Workbook

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.context import tenant_context
from businesses.exports import problem_rows
from businesses.models import Business, ImportBatch
from businesses.services import import_workbooks
from businesses.services.import_run import import_run
from businesses.services.import_workbooks import workbook_check, workbook_read
from businesses.services.imports import batch_path, import_sheet, import_start, workbook_path
from tests.businesses.conftest import upload
from tests.businesses.test_import_pages import send, url
from tests.businesses.test_imports import counts

COLUMNS = ["id", "name", "city", "zip", "ein", "jobs"]
ACME = ["1", "Acme Precision", "Springfield", 1103, "041111111", 48]


def workbook(*sheets: tuple[str, list[list]], **options) -> bytes:
    """A workbook of sheets of rows; texts as texts, numbers as numbers."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False} | options)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    page.write_datetime(number, place, cell, day)
                elif cell is not None:
                    page.write(number, place, cell)
    book.close()
    return out.getvalue()


def with_part(raw: bytes, name: str, content: bytes = b"x") -> bytes:
    """The workbook with one part more."""
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def read(tmp_path, raw: bytes, **kwargs):
    path = tmp_path / "book.xlsx"
    path.write_bytes(raw)
    workbook_check(io.BytesIO(raw))
    facts = workbook_read(path, tmp_path / "list.csv", **kwargs)
    return facts, (tmp_path / "list.csv").read_text().splitlines()


def run(actor, batch) -> ImportBatch:
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def take_book(actor, raw: bytes) -> ImportBatch:
    batch = run(actor, upload(actor, raw, file_name="list.xlsx"))
    import_start(actor=actor, batch_id=batch.pk)
    return run(actor, batch)


# --- refusals first

SMALL = workbook(("List", [COLUMNS, ACME]))


def _encrypted() -> bytes:
    raw = bytearray(SMALL)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(mark, at + 1)) >= 0:
            raw[at + place] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (SMALL[:200], "damaged"),
        (SMALL[:-30], "damaged"),
        (b"PK\x03\x04" + b"\x00" * 5_000, "damaged"),
        (_encrypted(), "password"),
        (with_part(SMALL, "xl/vbaProject.bin"), "macros"),
        (with_part(SMALL, "xl/externalLinks/externalLink1.xml"), "other files"),
        (with_part(SMALL, "xl/media/a.bin", bytes(601 * 1024 * 1024)), "more than can be read"),
        (with_part(io.BytesIO(b"PK\x05\x06" + bytes(18)).getvalue(), "word/document.xml"), "not an Excel workbook"),
    ],
)
def test_a_workbook_that_is_not_safe_to_open_is_refused_unread(in_north, files, raw, words):
    with pytest.raises(BusinessRuleError, match=words):
        upload(in_north.manager, raw)
    assert not ImportBatch.objects.exists()
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_a_table_of_contents_without_end_is_refused_unread():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(import_workbooks.MAX_WORKBOOK_PARTS + 1):
            archive.writestr(f"xl/{number}", b"")
        archive.writestr("xl/workbook.xml", b"")
    with pytest.raises(BusinessRuleError, match="more than can be read"):
        workbook_check(out)
    raw = bytearray(SMALL)
    place = raw.rfind(b"PK\x05\x06") + 12
    raw[place : place + 4] = (500_000_000).to_bytes(4, "little")
    with pytest.raises(BusinessRuleError, match="more than can be read"):
        workbook_check(io.BytesIO(bytes(raw)))


def test_two_cells_that_span_the_whole_sheet_do_not_fill_the_memory(tmp_path):
    out = io.BytesIO()
    book = Workbook(out)
    page = book.add_worksheet()
    page.write(0, 0, "name")
    page.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(BusinessRuleError, match="more than can be read"):
        read(tmp_path, out.getvalue())
    assert not (tmp_path / "list.csv").exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no rows"),
        ([[f"c{n}" for n in range(301)], ["x"] * 301], "columns"),
        ([["name"]], "no rows"),
    ],
)
def test_a_sheet_that_is_no_list_stops_in_words_with_nothing_written(in_north, rows, words):
    batch = run(in_north.manager, upload(in_north.manager, workbook(("S", rows))))
    assert (batch.state, batch.phase) == ("failed", "read")
    assert words in batch.problem
    with pytest.raises(BusinessRuleError):
        import_start(actor=in_north.manager, batch_id=batch.pk)
    assert not Business.objects.exists()


def test_damage_inside_a_part_stops_in_words(in_north):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: 40 if name.endswith("sheet1.xml") else None])
    batch = run(in_north.manager, upload(in_north.manager, out.getvalue()))
    assert batch.state == "failed"
    assert "damaged" in batch.problem or "no rows" in batch.problem


# --- what is read


def test_cells_are_read_as_they_were_typed(tmp_path):
    rows = [["a", "b", "c", "d", "e", "f"], ["012345678", 2110, 12.5, datetime.date(2026, 1, 31), True, "=1+1"]]
    _, lines = read(tmp_path, workbook(("S", rows)))
    assert lines == ["a,b,c,d,e,f", "012345678,2110,12.5,2026-01-31,TRUE,=1+1"]


def test_titles_above_the_columns_are_no_columns(tmp_path):
    rows = [[], ["Licences of 2026"], [], ["name", "city", "zip"], ["Acme", "Boston", 2110], ["Zenith", "Lynn", None]]
    facts, lines = read(tmp_path, workbook(("Notes", [["read me"]]), ("List", rows)))
    assert (facts.sheet, facts.header_line) == ("List", 4)
    assert [name for name, _ in facts.sheets] == ["Notes", "List"]
    assert lines == ["name,city,zip", "Acme,Boston,2110", "Zenith,Lynn,"]


def test_zip_codes_and_feins_keep_or_regain_their_zeros(in_north):
    rows = [COLUMNS, ACME, ["2", "Bay Biotech", "Boston", "02110", 41234567, 12]]
    batch = take_book(in_north.manager, workbook(("List", rows)))
    assert counts(batch) == (2, 0, 0, 0)
    found = {b.name: (b.zip_code, b.employer.fein) for b in Business.objects.select_related("employer")}
    assert found == {"Acme Precision": ("01103", "041111111"), "Bay Biotech": ("02110", "041234567")}


def test_the_same_workbook_again_changes_nothing_even_in_another_order_or_as_text(in_north):
    bay = ["2", "Bay Biotech", "Boston", "02110", "", 12]
    take_book(in_north.manager, workbook(("List", [COLUMNS, ACME, bay])))
    again = take_book(in_north.manager, workbook(("List", [COLUMNS, bay, ACME])))
    assert counts(again) == (0, 0, 2, 0)
    text = "id,name,city,zip,ein,jobs\n2,Bay Biotech,Boston,02110,,12\n1,Acme Precision,Springfield,1103,041111111,48\n"
    batch = upload(in_north.manager, text)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    assert counts(run(in_north.manager, batch)) == (0, 0, 2, 0)


def test_another_sheet_can_be_chosen_until_rows_are_taken(in_north):
    sheets = ("Old", [["name", "city"], ["Zenith", "Lynn"]]), ("New", [COLUMNS, ACME])
    batch = run(in_north.manager, upload(in_north.manager, workbook(*sheets)))
    assert (batch.state, batch.sheet, batch.total) == ("draft", "Old", 1)
    with pytest.raises(BusinessRuleError):
        import_sheet(actor=in_north.manager, batch_id=batch.pk, sheet="None")
    import_sheet(actor=in_north.manager, batch_id=batch.pk, sheet="New")
    run(in_north.manager, batch)
    assert (batch.state, batch.sheet, batch.header) == ("draft", "New", COLUMNS)
    import_start(actor=in_north.manager, batch_id=batch.pk)
    run(in_north.manager, batch)
    assert Business.objects.get().name == "Acme Precision"
    with pytest.raises(BusinessRuleError):
        import_sheet(actor=in_north.manager, batch_id=batch.pk, sheet="Old")


def test_rows_not_taken_come_back_as_a_workbook_that_can_be_corrected(
    in_north, tmp_path, django_capture_on_commit_callbacks
):
    bad = ["7", "=SUM(A1)", "Atlantis", "00501", "012345678", 3]
    with django_capture_on_commit_callbacks(execute=True):
        batch = take_book(in_north.manager, workbook(("A/B".replace("/", "-"), [COLUMNS, ACME, bad])))
    assert counts(batch) == (1, 0, 0, 1)
    assert not workbook_path(batch).exists()
    assert not batch_path(batch).exists()
    file = problem_rows(batch, "rejected")
    rows = load_workbook(file).get_sheet_by_index(0).to_python()
    assert rows[0] == [*COLUMNS, "problem"]
    assert rows[1][:6] == ["7", "=SUM(A1)", "Atlantis", "00501", "012345678", "3"]
    assert "Atlantis" in rows[1][6]
    rows[1][2], rows[1][3] = "Boston", "02110"
    again = take_book(in_north.manager, workbook(("A-B", rows)))
    assert counts(again) == (1, 0, 0, 0)
    assert Business.objects.filter(name="=SUM(A1)").exists()


def test_a_workbook_goes_all_the_way_through_the_pages(north, client_for):
    client = client_for(north.manager)
    raw = workbook(("List", [COLUMNS, ACME, ["2", "", "Boston", "", "", ""]]), ("More", [COLUMNS, ACME]))
    detail = send(client, raw, name="list.xlsx").url
    assert "Waiting for the worker" in client.get(detail).content.decode()
    with tenant_context(north.tenant.pk):
        batch = ImportBatch.objects.get()
        run(north.manager, batch)
    page = client.get(client.get(detail).url).content.decode()
    assert "Read this sheet" in page
    chosen = {"name": "name", "town": "city", "row_id": "id", "check": "1"}
    client.post(url("import_columns", batch.pk), chosen)
    with tenant_context(north.tenant.pk):
        run(north.manager, batch)
    client.post(url("import_continue", batch.pk), {"policy": "fill"})
    with tenant_context(north.tenant.pk):
        run(north.manager, batch)
    rows = client.get(reverse("businesses:import_rows", args=[batch.pk]))
    assert rows["Content-Disposition"] == 'attachment; filename="list-rejected.xlsx"'
    assert b"".join(rows.streaming_content).startswith(b"PK")
