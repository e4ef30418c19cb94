"""What scanners and mistakes send: never a 500, always problem+json."""

import pytest

from tests.api.tokens import issue

BODIES = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"NaN",
    b'{"name": NaN}',
    b'{"name": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 60 + b"1" + b"}" * 60,
    b'{"business_ids": [1e400], "occurred_on": "0001-01-01", "mode": "phone"}',
    b'{"business_ids": [99999999999999999999], "occurred_on": "9999-12-31", "mode": "phone"}',
    b'{"business_ids": [true], "occurred_on": 5, "mode": {}}',
    b'{"business_ids": {"a": 1}, "services": "x", "note": [], "occurred_on": "2026-01-05", "mode": "phone"}',
    b"\xff\xfe\x00",
    b'{"name": "' + b"9" * 5000 + b'", "town": [], "state": {"a": 1}}',
    b'{"version": 10000000000000000000000000000000}',
]
QUERIES = [
    "q=%00",
    "q=\x00",
    "region=99999999999999999999999",
    "region=-1",
    "region=1e999",
    "page_size=0",
    "page_size=99999999999999999",
    "cursor=%ff",
    "cursor=cj0xJnA9%00",
    "updated_since=2026-01-01T00:00:00-23:52",
    "updated_since=0000-00-00",
    "in_force_on=99999-01-01",
    "in_force_on=0001-01-01",
    "since=9999-12-31&until=0001-01-01",
    "date=0001-01-01",
    "date=9999-12-31",
    "grain=century",
    "region=-9999999999999999999",
    "by=region&region=1&agency=1&sector=1",
    "naics=%25%5F(",
    "q=" + "a" * 5000,
    "q=%ED%A0%80",
    "status=x&status=active",
]
PATHS = ["regions", "businesses", "interactions", "services", "counts"]


@pytest.mark.parametrize(
    "path",
    ["businesses/", "interactions/", "businesses/1/", "businesses/1/contacts/", "contacts/1/", "interactions/1/void/"],
)
def test_hostile_bodies(path, client, north):
    header = issue(north, north.state, "read", "write", "counts")
    client.raise_request_exception = False
    for body in BODIES:
        for method in ("post", "put", "patch"):
            answer = getattr(client, method)(
                f"/api/v1/{path}", data=body, content_type="application/json", headers=header
            )
            assert 400 <= answer.status_code < 500, (method, path, body[:60], answer.status_code)


@pytest.mark.parametrize("path", PATHS)
def test_hostile_queries(path, client, north):
    header = issue(north, north.state, "read", "write", "counts")
    client.raise_request_exception = False
    for query in QUERIES:
        answer = client.get(f"/api/v1/{path}/?{query}", headers=header)
        assert answer.status_code < 500, (path, query[:60], answer.status_code)
    for number in ("0", "99999999999999999999999", "9223372036854775808"):
        if path not in ("regions", "counts"):
            assert client.get(f"/api/v1/{path}/{number}/", headers=header).status_code == 404


@pytest.mark.parametrize(
    "media", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "application/json; charset=utf-16"]
)
def test_wrong_media_types(media, client, north):
    header = issue(north, north.state, "read", "write")
    answer = client.post("/api/v1/businesses/", data=b"{}", content_type=media, headers=header)
    assert 400 <= answer.status_code < 500


def test_an_unknown_address_answers_a_program_in_its_own_form(db):
    from django.test import Client

    answer = Client().get("/api/v1/nothing-here/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not found."
    assert "<h1" in Client().get("/nothing-here/").content.decode()
