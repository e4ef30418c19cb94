"""Importing through the pages: upload, columns, start, progress, report, rows back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, ImportBatch
from businesses.services.import_run import import_run
from businesses.services.imports import import_start
from tests.businesses.conftest import upload

LIST = "name,city,jobs\nAcme Precision,Springfield,48\nZenith Mills,Pittsfield,\n,Boston,3\n"


def url(name: str, *args) -> str:
    return reverse(f"businesses:{name}", args=args)


def send(client, text: str | bytes, name: str = "list.csv", **changes):
    raw = text if isinstance(text, bytes) else text.encode()
    fields = {"source_name": "Licences", "source": "public"} | changes
    return client.post(url("imports"), {**fields, "file": SimpleUploadedFile(name, raw)})


def run(world, batch) -> None:
    with tenant_context(world.tenant.pk):
        import_run(tenant_id=world.tenant.pk, batch_id=batch.pk)
        batch.refresh_from_db()


# --- refusals first


def test_a_strangers_import_and_one_that_never_was_answer_alike(north, south, client_for):
    with tenant_context(south.tenant.pk):
        theirs = upload(south.manager, LIST)
    client = client_for(north.state)
    for name in ("import_detail", "import_columns", "import_progress", "import_rows", "import_undo"):
        for number in (theirs.pk, 987_654_321):
            assert client.get(url(name, number)).status_code == 404
    for name in ("import_cancel", "import_continue", "import_columns", "import_sheet", "import_undo"):
        for number in (theirs.pk, 987_654_321):
            assert client.post(url(name, number)).status_code == 404
    with tenant_context(south.tenant.pk):
        theirs.refresh_from_db()
    assert theirs.state == "draft"


def test_only_those_who_may_import_see_imports(north, client_for):
    with tenant_context(north.tenant.pk):
        batch = upload(north.manager, LIST)
    for actor in (north.rep, north.partner):
        client = client_for(actor)
        for name in ("import_detail", "import_columns", "import_progress", "import_rows", "import_undo"):
            assert client.get(url(name, batch.pk)).status_code == 403
        for name in ("import_cancel", "import_continue", "import_sheet", "import_undo"):
            assert client.post(url(name, batch.pk)).status_code == 403
        assert send(client, LIST).status_code == 403


def test_changing_addresses_take_no_get(north, client_for):
    with tenant_context(north.tenant.pk):
        batch = upload(north.manager, LIST)
    client = client_for(north.manager)
    for name in ("import_cancel", "import_continue", "import_sheet"):
        assert client.get(url(name, batch.pk)).status_code == 405


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04rest", "damaged or cut off"),
        (b"\x00\x01\x02", "not a text file"),
        (b"name,city\n", "no rows"),
        (b",".join([b"x"] * 5000) + b"\n1\n", "5,000 columns"),
    ],
)
def test_what_is_no_list_is_refused_in_words_on_the_form(north, client_for, raw, words):
    response = send(client_for(north.manager), raw, source_name="My “own” list")
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "My “own” list" in page


def test_a_form_without_file_or_name_is_refused(north, client_for):
    client = client_for(north.manager)
    assert client.post(url("imports"), {}).status_code == 422
    assert (
        client.post(url("imports"), {"file": "not a file", "source_name": "x", "source": "public"}).status_code == 422
    )
    assert send(client, LIST, source="uc").status_code == 422
    assert send(client, LIST, source_name="900-12-3456").status_code == 422


def test_a_huge_body_is_refused_unread(north, client_for, settings):
    settings.MAX_REQUEST_BYTES = 1_000
    response = send(client_for(north.manager), "x" * 2_000)
    assert response.status_code == 413
    assert b"too large" in response.content
    assert b"1000\xc2\xa0bytes" in response.content


# --- the way through


def test_from_upload_to_report_and_rows_back(north, client_for):
    client = client_for(north.manager)
    response = send(client, LIST)
    with tenant_context(north.tenant.pk):
        batch = ImportBatch.objects.get()
    detail, columns = url("import_detail", batch.pk), url("import_columns", batch.pk)
    assert (response.url, client.get(detail).url) == (detail, columns)
    page = client.get(columns).content.decode()
    for words in ("3 rows, 3 columns", "Acme Precision", "The row has no name."):
        assert words in page, words
    wrong = {"name": "", "town": "city", "check": "1"}
    assert client.post(columns, wrong).status_code == 422
    assert client.post(columns, wrong | {"name": "no such"}).status_code == 422
    chosen = {"name": "name", "town": "city", "employees": "jobs"}
    looked = client.post(columns, chosen, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in looked
    assert "Number of employees" in looked
    assert client.post(columns, chosen | {"check": "1"}).url == detail
    assert "Waiting for the worker" in client.get(detail).content.decode()
    assert client.get(columns).url == detail
    part = client.get(url("import_progress", batch.pk), headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part
    run(north, batch)
    assert client.get(url("import_progress", batch.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(url("import_progress", batch.pk)).url == detail
    page = client.get(detail).content.decode()
    for words in (
        "What the import would do",
        "all 3 rows were checked",
        "The row has no name.",
        "in no workforce area",
    ):
        assert words in page, words
    report = b"".join(client.get(url("import_rows", batch.pk), {"kind": "check"}).streaming_content).decode("utf-8-sig")
    assert report.splitlines()[3] == ",Boston,3,Not taken,The row has no name."
    with tenant_context(north.tenant.pk):
        assert not Business.objects.exists()
    assert client.post(url("import_continue", batch.pk), {"policy": "fill"}).url == detail
    run(north, batch)
    page = client.get(detail).content.decode()
    for words in (
        "1 row not taken",
        "1 taken, but in no workforce area",
        "The number of employees is not given.",
        "2 + 0 + 0 + 0 + 1 = 3",
    ):
        assert words in page, words
    rows = client.get(url("import_rows", batch.pk))
    assert rows["Content-Disposition"] == 'attachment; filename="list-rejected.csv"'
    assert rows["Content-Type"] == "text/csv"
    assert (
        b"".join(rows.streaming_content).decode("utf-8-sig")
        == "name,city,jobs,problem\r\n,Boston,3,The row has no name.\r\n"
    )
    assert client.get(url("import_rows", batch.pk), {"kind": "all"}).status_code == 404
    assert b"Licences" in client.get(url("imports")).content


def test_an_import_is_cancelled_and_continued(north, client_for):
    client = client_for(north.manager)
    with tenant_context(north.tenant.pk):
        batch = upload(north.manager, LIST)
        import_start(actor=north.manager, batch_id=batch.pk)
    assert client.post(url("import_cancel", batch.pk)).status_code == 302
    page = client.get(url("import_detail", batch.pk)).content.decode()
    assert "Cancelled" in page
    assert "Take the remaining rows" in page
    again = client.post(url("import_cancel", batch.pk), follow=True)
    assert "This import is cancelled; that cannot be done now." in again.content.decode()
    client.post(url("import_continue", batch.pk))
    run(north, batch)
    assert batch.state == "done"
    again = client.post(url("import_continue", batch.pk), follow=True)
    assert "This import is done" in again.content.decode()


def test_a_list_whose_file_is_gone_says_so(north, client_for, files):
    with tenant_context(north.tenant.pk):
        batch = upload(north.manager, LIST)
    for path in files.rglob("*.csv"):
        path.unlink()
    client = client_for(north.manager)
    page = client.get(url("import_columns", batch.pk))
    assert (page.status_code, "no longer kept" in page.content.decode()) == (200, True)
    sent = client.post(url("import_columns", batch.pk), {"name": "name", "town": "city", "check": "1"})
    assert (sent.status_code, "no longer kept" in sent.content.decode()) == (422, True)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\b\\c.csv", "x" * 300 + ".csv", "نص.csv", ".csv"])
def test_a_strange_file_name_does_no_harm(north, client_for, name, files):
    client = client_for(north.manager)
    response = send(client, LIST, name=name)
    assert response.status_code == 302
    with tenant_context(north.tenant.pk):
        batch = ImportBatch.objects.get()
    run(north, batch)
    assert client.get(url("import_rows", batch.pk)).status_code == 200
    assert all(files in path.parents for path in files.rglob("*"))


# --- the command


def test_the_command_says_what_came_of_it(north, tmp_path):
    import gzip

    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(LIST.encode()))
    options = {"tenant": north.tenant.slug, "source": "L", "map": ["name=name", "employees="], "known": "fill"}
    for expected in (
        "2 new, 0 changed, 0 unchanged, 1 not taken; 0 known from elsewhere, 0 resemble a known one; 1 taken but in no area",
        "0 new, 0 changed, 2 unchanged",
    ):
        out = io.StringIO()
        call_command("import_businesses", str(path), **options, stdout=out)
        assert expected in out.getvalue()
    with tenant_context(north.tenant.pk):
        assert set(Business.objects.values_list("employees", flat=True)) == {None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tenant": "nowhere"}, "No tenant is named"),
        ({"map": ["name=none"]}, "has no column"),
        ({"map": ["colour=name"]}, "not one of the fields"),
        ({"source": ""}, "Name the list"),
        ({"file": "missing.csv"}, "cannot be read"),
        ({"file": "broken.csv.gz"}, "cannot be read"),
    ],
)
def test_the_command_refuses_in_words(north, tmp_path, changes, words):
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    options = {"tenant": north.tenant.slug, "source": "L", "map": [], "known": "fill", "file": "list.csv"} | changes
    with pytest.raises(CommandError, match=words):
        call_command("import_businesses", str(tmp_path / options.pop("file")), **options)
