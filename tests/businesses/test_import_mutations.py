"""Ten thousand damaged files: each is refused in words with nothing written, or accounts for every row.

Here a slice of them; all with `BIZWORKS_MUTATIONS=10000`. File number n is always the same file.
"""

import io
import os
import random

import pytest
from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from businesses.models import Business, BusinessIdentifier, Employer, ImportBatch, ImportEffect, ImportRowProblem
from businesses.services.import_files import column_labels, file_examine, file_store, list_open
from businesses.services.import_rows import RowInterpreter, RowRefusedError
from businesses.services.import_run import import_run
from businesses.services.import_workbooks import workbook_check, workbook_read
from businesses.services.imports import import_check, import_map, import_start
from businesses.validators import has_ssn
from tests.businesses.conftest import upload
from tests.businesses.test_import_workbooks import COLUMNS, workbook
from tests.businesses.test_imports import ACME, BAY, HEADER

FILES = int(os.environ.get("BIZWORKS_MUTATIONS", "1500"))
WORKBOOK_EVERY = 10
"""One file in so many is a workbook: each needs a process of its own."""
TEXT = HEADER + ACME + BAY + "".join(f"{n},Firm {n},,{n} Main St,Lynn,MA,1901,722511,{n},,,\n" for n in range(3, 9))
BOOK = workbook(("List", [COLUMNS, *([str(n), f"Firm {n}", "Lynn", 1901, f"{n:09}", n] for n in range(1, 9))]))
JUNK = [
    *(
        b"\x00",
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x80\xae",
        b"\x1f",
    ),
    *(b"900-12-3456", b"=cmd|' /C calc'!A0", b"+1", b"@SUM(1)", b"'", b"9" * 400, b"-0", b"1e999", b"NaN", b"\xd9\xa3"),
    *(b"\xf0\x9d\x84\x9e", b"\xed\xa0\x80", b"\x81\x8d", b"," * 400, b"\n" * 50, b"x" * 3_000, b'"' + b"y" * 140_000),
    *(b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"<!ENTITY a 'b'>", b"]]>", b"&#x0;", b"\\u0000", b"id,name,city\n"),
]


def mutated(number: int) -> bytes:
    """File number n: one to six changes of a good one."""
    chance = random.Random(number)
    raw = (
        BOOK if number % WORKBOOK_EVERY == 0 else TEXT.encode(chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    )
    for _ in range(chance.randint(1, 6)):
        raw = _change(raw, chance)
    return raw


def _change(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    length = chance.choice([1, 1, 2, 8, 60])
    kind = chance.randrange(8)
    if kind == 0:
        return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
    if kind == 1:
        return raw[:at] + raw[at + length :]
    if kind == 2:
        return raw[:at]
    if kind == 3:
        return raw[:at] + raw[at : at + length] * chance.choice([2, 3, 100]) + raw[at + length :]
    if kind == 4:
        to = chance.randrange(len(raw) + 1)
        return raw[:at] + raw[to : to + length] + raw[at:]
    return raw[:at] + chance.choice(JUNK) + raw[at + (length if kind == 5 else 0) :]


def _read(raw: bytes, folder) -> tuple[int, int]:
    """Rows and taken rows, through every layer that reads and validates. Errors: BusinessRuleError."""
    target, source = folder / "list.csv", io.BytesIO(raw)
    if raw.startswith(b"PK\x03\x04"):
        workbook_check(source)
        (folder / "book.xlsx").write_bytes(raw)
        workbook_read(folder / "book.xlsx", target)
    else:
        file_store(source, target, file_examine(source))
    with list_open(target) as rows:
        labels = column_labels(rows.header)
        places = {name: labels.index(label) for name, label in MAPPING.items() if label in labels}
        INTERPRETER["it"]._columns, INTERPRETER["it"]._places_read = places, [*places.values()]
        return _validate(rows.rows(), len(rows.header))


MAPPING = {"name": "name", "town": "city", "zip_code": "zip", "fein": "ein", "employees": "jobs", "alias": "dba",
           "naics": "naics", "phone": "phone", "website": "website", "state": "state", "address": "address", "row_id": "id"}  # fmt: skip
INTERPRETER: dict[str, RowInterpreter] = {}
SAID: set[str] = set()
"""How refusals end."""


def _validate(rows, width: int) -> tuple[int, int]:
    total = taken = 0
    for row in rows:
        total += 1
        assert row.number == total
        if row.broken:
            assert row.broken.endswith(".")
            continue
        assert len(row.cells) == width
        INTERPRETER["it"].key(row)
        try:
            read = INTERPRETER["it"].read(row)
        except RowRefusedError as refusal:
            SAID.add(str(refusal)[-1:])
            continue
        taken += 1
        assert read.values["name"]
        assert not any(has_ssn(str(value)) for value in read.values.values())
        assert all("\x00" not in str(value) for value in read.values.values())
    return total, taken


def test_ten_thousand_damaged_files_are_refused_in_words_or_read_row_by_row(in_north, tmp_path):
    INTERPRETER["it"] = RowInterpreter(columns={}, source_name="L")
    came = {"refused": 0, "read": 0, "rows": 0, "taken": 0}
    for number in range(FILES):
        if number % 100 == 0:
            assert not Business.objects.exists()  # and the database knows that somebody is there
        try:
            rows, taken = _read(mutated(number), tmp_path)
        except BusinessRuleError as refusal:
            SAID.add(str(refusal)[-1:])
            came["refused"] += 1
        except Exception as error:
            raise AssertionError(f"file {number}: {error!r}") from error
        else:
            came["read"] += 1
            came["rows"] += rows
            came["taken"] += taken
    assert came["refused"] + came["read"] == FILES
    assert {"."} == SAID
    assert came["refused"] > FILES / 20
    assert came["taken"] > came["read"]
    print(came)  # noqa: T201  the figures of a full run


WRITTEN = (Business, Employer, BusinessIdentifier, ImportEffect, ImportRowProblem)


@pytest.mark.parametrize("start", range(0, 48, 12))
def test_damaged_files_go_all_the_way_or_write_nothing(in_north, files, start):
    for number in range(start, start + 12):
        with transaction.atomic():
            _all_the_way(in_north, mutated(number), number)
            transaction.set_rollback(True)


def _all_the_way(world, raw: bytes, number: int) -> None:
    try:
        batch = upload(world.manager, raw)
    except BusinessRuleError:
        assert not ImportBatch.objects.exists()
        return
    _work(world, batch)
    if batch.phase == "read":
        assert batch.state == "failed"
        assert batch.problem.endswith(".")
    else:
        _check_and_take(world, batch, number)
    if batch.state != "done":
        assert [model.__name__ for model in WRITTEN if model.objects.exists()] == []


def _check_and_take(world, batch, number: int) -> None:
    try:
        import_map(actor=world.manager, batch_id=batch.pk, columns=batch.columns)
        import_check(actor=world.manager, batch_id=batch.pk)
    except BusinessRuleError:
        return
    _work(world, batch)
    assert (batch.state, batch.problem) == ("draft", ""), number
    told = batch.forecast["counts"]
    assert sum(told.values()) == batch.total
    assert not any(model.objects.exists() for model in WRITTEN)
    import_start(actor=world.manager, batch_id=batch.pk)
    _work(world, batch)
    assert (batch.state, batch.problem) == ("done", ""), number
    assert told == {kind: getattr(batch, f"rows_{kind}") for kind in told}, number
    assert batch.rows_known + batch.rows_rejected == batch.total
    assert Business.objects.count() == batch.rows_new == ImportEffect.objects.count()
    assert ImportRowProblem.objects.filter(is_rejected=True).count() == batch.rows_rejected
    kept = ImportRowProblem.objects.values_list("cells", flat=True)
    assert [cell for cells in kept for cell in cells if has_ssn(cell)] == []


def _work(world, batch) -> None:
    import_run(tenant_id=world.tenant.pk, batch_id=batch.pk)
    batch.refresh_from_db()
