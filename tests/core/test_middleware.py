"""The door: what is refused before anything else still carries every header."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/businesses/?q=%00", "/businesses/%00/", "/api/v1/businesses/?q=%00"])
def test_a_nul_is_refused_politely_and_with_the_policy(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(answer["X-Request-ID"]) == 32


def test_every_answer_has_its_own_request_id(client):
    assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]


@pytest.mark.parametrize("charset", ["utf-7", "latin-1", "utf-16"])
def test_a_form_in_another_encoding_is_refused_whatever_guards_it(db, charset):
    client = Client(enforce_csrf_checks=True)
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.post("/accounts/login/", b"login=+AAAA-", content_type=kind).status_code == 400
    assert client.post("/accounts/login/", b"login=x", content_type=kind.partition(";")[0]).status_code == 403
