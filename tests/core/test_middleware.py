"""The door: what is refused before anything else still carries every header."""

import pytest

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
