"""What is put on a business that an import takes back at that moment."""

import pytest
from django.db import IntegrityError
from django.urls import reverse
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from bizworks.tenancy.context import tenant_context
from businesses import api
from businesses.views import tags
from tests.factories import make_business


def refuse(kind):
    def act(**_):
        raise IntegrityError from kind()

    return act


@pytest.fixture
def business(north):
    with tenant_context(north.tenant.pk):
        return make_business(north)


def test_a_page_answers_that_it_is_not_there(north, business, client_for, monkeypatch):
    monkeypatch.setattr(tags, "business_tag_add", refuse(ForeignKeyViolation))
    answer = client_for(north.rep).post(reverse("businesses:business_tags", args=[business.pk]), {"name": "Fair"})
    assert answer.status_code == 404
    assert "We found nothing here" in answer.content.decode()


def test_a_program_is_answered_the_same(north, business, client_for, monkeypatch):
    monkeypatch.setattr(api, "contact_create", refuse(ForeignKeyViolation))
    body = {"name": "Kim", "role": "owner"}
    answer = client_for(north.rep).post(f"/api/v1/businesses/{business.pk}/contacts/", body, "application/json")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_any_other_refusal_of_the_database_is_still_a_fault(north, business, client_for, monkeypatch):
    monkeypatch.setattr(tags, "business_tag_add", refuse(UniqueViolation))
    with pytest.raises(IntegrityError):
        client_for(north.rep).post(reverse("businesses:business_tags", args=[business.pk]), {"name": "Fair"})
