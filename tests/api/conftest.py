"""Calls to the API as a program makes them."""

import json

import pytest

from tests.api.tokens import issue


@pytest.fixture
def api(client):
    """Call `api(world, actor, "POST", "/businesses/", {...})`; returns status and parsed body."""

    def call(world, actor, method, path, body=None, scopes=("read", "write", "counts")):
        kwargs = {"content_type": "application/json"} if body is not None else {}
        if body is not None:
            kwargs["data"] = json.dumps(body)
        answer = getattr(client, method.lower())(f"/api/v1{path}", headers=issue(world, actor, *scopes), **kwargs)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
        return answer.status_code, answer.json()

    return call
