"""Lists as they come: encodings, separators, damage, and things that are no lists."""

import contextlib
import csv
import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizworks.core.errors import BusinessRuleError
from businesses.constants import MAX_IMPORT_LINE
from businesses.services.import_files import ListFile, column_labels, file_examine, file_store, list_open


def refusal(raw: bytes, **kwargs) -> str:
    with pytest.raises(BusinessRuleError) as caught:
        file_examine(io.BytesIO(raw), **kwargs)
    return caught.value.errors["file"][0]


def read(tmp_path, raw: bytes) -> tuple[ListFile, list]:
    source = io.BytesIO(raw)
    target = tmp_path / "list.csv"
    file_store(source, target, file_examine(source))
    with list_open(target) as rows:
        return rows, list(rows.rows())


# --- refusals first


def _zip(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (_zip("xl/workbook.xml"), "damaged workbook or zip file"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old Excel"),
        (gzip.compress(b"a,b"), "compressed"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"name,town\nAc\x00me,Boston\n", "not a text file"),
        (b"n\x00a\x00m\x00e\x00", "not a text file"),
        (b"\x7fELF\x00\x00\x00", "not a text file"),
    ],
)
def test_what_is_no_list_is_refused_in_words(raw, words):
    assert words in refusal(raw)


def test_a_file_over_the_limit_is_refused_before_it_is_read_whole():
    assert "larger than 1 MB" in refusal(b"x" * (1024 * 1024 + 1), limit=1024 * 1024)


def test_undecodable_text_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(BusinessRuleError):
        read(tmp_path, b"\xff\xfen\x00a\x00m\x00\x00\xd8")  # a lone surrogate in UTF-16
    with pytest.raises(BusinessRuleError):
        read(tmp_path, b"name\n\x81\x8d\n")  # bytes Windows-1252 does not know
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\n\n\n", "names of the columns"),
        (b",,,\n1,2,3\n", "names of the columns"),
        (b",".join(b"c%d" % n for n in range(2000)) + b"\n1\n", "2,000 columns"),
        (b"," * 1_000_000 + b"\n", "columns"),
        (b'"' + b"x" * 200_000 + b'"\n', "first line"),
    ],
)
def test_a_first_line_that_names_no_columns_is_refused(tmp_path, raw, words):
    with pytest.raises(BusinessRuleError) as caught:
        read(tmp_path, raw)
    assert words in caught.value.errors["file"][0]


def test_a_file_that_is_gone_says_so(tmp_path):
    with pytest.raises(BusinessRuleError, match="no longer kept"), list_open(tmp_path / "gone.csv"):
        pass


# --- what is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_usual_encoding_reads_the_same(tmp_path, encoding):
    text = "name,town\nCafé “Étoile”,Boston\n"
    raw = text.encode(encoding)
    if encoding.startswith("utf-16-"):
        raw = ("\ufeff" + text).encode(encoding)
    rows, found = read(tmp_path, raw)
    assert rows.header == ["name", "town"]
    assert found[0].cells == ["Café “Étoile”", "Boston"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_and_line_ends_are_found(tmp_path, separator, end):
    text = end.join([f"name{separator}town", f'"A{separator}B"{separator}Boston', "", f"C{separator}Lynn", ""])
    rows, found = read(tmp_path, text.encode())
    assert rows.separator == separator
    assert [(row.number, row.cells) for row in found] == [(1, [f"A{separator}B", "Boston"]), (2, ["C", "Lynn"])]


def test_a_mark_twice_blank_lines_first_and_cells_over_lines(tmp_path):
    rows, found = read(tmp_path, b'\xef\xbb\xbf\xef\xbb\xbfname,note\n"Acme","two\nlines"\n , \nZ,\n')
    assert rows.header == ["name", "note"]
    assert [row.cells for row in found] == [["Acme", "two\nlines"], ["Z", ""]]
    rows, _ = read(tmp_path, b"\n\r\n  \nname,town\nA,B\n")
    assert rows.header == ["name", "town"]


def test_rows_of_another_width(tmp_path):
    _, found = read(tmp_path, b"a,b,c\n1\n1,2,3,,,\n1,2,3,4\n")
    assert found[0].cells == ["1", "", ""]
    assert found[1].cells == ["1", "2", "3"]
    assert "4 cells, the header has 3" in found[2].broken
    assert found[2].cells == ["1", "2", "3", "4"]


def test_damage_costs_its_own_rows_only(tmp_path):
    huge = b"x" * 300_000
    longer = b"y" * (MAX_IMPORT_LINE * 3)
    raw = b'a,b\n1,ok\n2,"' + huge + b'"\n3,ok\n4,' + longer + b"\n5,ok\n" + b"," * 5_000 + b"6\n7,ok\n"
    _, found = read(tmp_path, raw)
    assert [row.cells[0] for row in found if not row.broken] == ["1", "3", "5", "7"]
    assert len([row for row in found if row.broken]) == 3
    assert all(len(row.cells) <= 7 and max(map(len, row.cells)) <= 2_000 for row in found)


def test_a_quotation_mark_never_closed_does_not_swallow_the_rest(tmp_path):
    body = b"".join(b"%d,ok\n" % n for n in range(60_000))
    _, found = read(tmp_path, b'a,b\n1,"open\n' + body)
    assert found[0].broken
    assert [row.cells[0] for row in found[-2:]] == ["59998", "59999"]


def test_columns_of_the_same_name_or_none_are_told_apart():
    assert column_labels(["City", "", "City", "City", "City (2)"]) == [
        "City", "Column 2", "City (2)", "City (3)", "City (2) (2)",
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "ignore")))
def test_no_bytes_at_all_make_it_fail_other_than_in_words(tmp_path_factory, raw):
    with contextlib.suppress(BusinessRuleError):
        rows, found = read(tmp_path_factory.getbasetemp(), raw)
        assert len(rows.header) <= 300
        assert [row.number for row in found] == list(range(1, len(found) + 1))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=8), min_size=2, max_size=2))
)
def test_what_was_written_as_csv_is_read_as_it_was(tmp_path_factory, rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "b"], *rows])
    _, found = read(tmp_path_factory.getbasetemp(), out.getvalue().encode())
    assert [row.cells for row in found] == [row for row in rows if any(cell.strip() for cell in row)]
