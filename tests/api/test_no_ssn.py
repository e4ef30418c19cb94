"""No page and no program can store a number like an SSN: every text of every form and of the API is tried."""

import inspect
from datetime import date

import pytest
from django import forms
from django.urls import reverse
from rest_framework import serializers

from bizworks.tenancy.context import tenant_context
from businesses import api, api_stages
from businesses import forms as business_forms
from businesses.models import BusinessStage
from businesses.validators import SSN_SENTENCE, has_ssn
from tests.factories import make_business, make_contact

SSN = "born 900-12-3456 there"
BUSINESS = {
    "name": "Zenith", "town": "Springfield", "state": "MA", "naics": "332710", "status": "active", "source": "staff",
    "area_override": "", "area_override_reason": "",
}  # fmt: skip
PAGES = {
    "BusinessForm": ("create", "", BUSINESS),
    "ContactForm": ("contact_create", "business", {"name": "Kim", "role": "hr", "key": ""}),
    "StageForm": ("stages", "business", {"stage": "stable", "began_on": "2026-01-05", "source": "x", "visibility": "shared"}),
    "StageVoidForm": ("stage_void", "stage", {"reason": "x"}),
    "MergeForm": ("merge_pair", "business other", {}),
    "ImportForm": ("imports", "", {"source_name": "x", "source": "public"}),
}  # fmt: skip
"""Forms with free text: their page and something that would be taken."""
NO_FREE_TEXT = {"ServiceForm", "LeaveForm", "MappingForm", "MergeWithForm", "SheetForm", "StartForm", "TimelineForm"}
WRITES = {
    "BusinessWriteSerializer": ("POST", "/businesses/", BUSINESS | {"area_override_id": None}),
    "BusinessChangeSerializer": ("PATCH", "/businesses/{business}/", {"version": 1}),
    "ContactWriteSerializer": ("POST", "/businesses/{business}/contacts/", {"name": "Kim"}),
    "ContactChangeSerializer": ("PUT", "/contacts/{contact}/", {"name": "Kim", "role": "hr"}),
    "StageWriteSerializer": ("POST", "/businesses/{business}/stages/", {"stage": "stable", "began_on": "2026-01-05", "source": "x"}),
    "StageVoidSerializer": ("POST", "/stages/{stage}/void/", {"reason": "x"}),
}  # fmt: skip


def form_classes() -> dict[str, type[forms.Form]]:
    found = inspect.getmembers(business_forms, inspect.isclass)
    return {n: c for n, c in found if issubclass(c, forms.Form) and c.__module__ == business_forms.__name__}


def serializer_classes() -> dict[str, type[serializers.Serializer]]:
    found = [pair for module in (api, api_stages) for pair in inspect.getmembers(module, inspect.isclass)]
    return {n: c for n, c in found if issubclass(c, serializers.Serializer) and n.endswith(("WriteSerializer", "ChangeSerializer", "VoidSerializer"))}  # fmt: skip


def test_every_form_and_every_body_is_tried():
    assert set(form_classes()) == set(PAGES) | NO_FREE_TEXT
    assert set(serializer_classes()) == set(WRITES)


@pytest.fixture
def rows(north) -> dict[str, int]:
    with tenant_context(north.tenant.pk):
        business = make_business(north, "Acme")
        stage = BusinessStage.objects.create(
            business=business, stage="stable", began_on=date(2026, 1, 5), source="x", agency=north.agency,
            recorded_by_id=north.manager.staff_id,
        )  # fmt: skip
        other = make_business(north, "Quince")
        return {"business": business.pk, "other": other.pk, "contact": make_contact(business).pk, "stage": stage.pk}


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_page_takes_one(north, client_for, rows, name):
    route, kind, valid = PAGES[name]
    path = reverse(f"businesses:{route}", args=[rows[each] for each in kind.split()])
    valid = valid or {
        field.html_name: field.value() or "" for field in client_for(north.manager).get(path).context["form"]
    }
    declared = form_classes()[name].base_fields
    texts = [n for n, field in declared.items() if type(field) is forms.CharField and "Typeahead" not in type(field.widget).__name__]  # fmt: skip
    assert texts
    for field in texts:
        data = valid | {field: SSN}
        if name == "ImportForm":
            from django.core.files.uploadedfile import SimpleUploadedFile

            data["file"] = SimpleUploadedFile("a.csv", b"name,town\nAcme,Springfield\n")
        if field == "area_override_reason":
            data["area_override"] = str(north.area.pk)
        response = client_for(north.manager).post(path, data)
        assert (field, response.status_code) == (field, 422)
        assert field in response.context["form"].errors, field


@pytest.mark.parametrize("name", WRITES)
def test_no_text_of_the_api_takes_one(api, north, rows, name):
    method, path, valid = WRITES[name]
    texts = [
        n for n, field in serializer_classes()[name]().get_fields().items() if type(field) is serializers.CharField
    ]
    assert texts
    for field in texts:
        body = valid | {field: "900-12-3456"}
        if field == "area_override_reason":
            body["area_override_id"] = north.area.pk
        status, problem = api(north, north.manager, method, path.format(**rows), body)
        assert status in (400, 422), field
        assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("text", ["900-12-3456", "900 12 3456", "900.12.3456", "900–12–3456", "x900-12-3456y"])
def test_the_shape_is_known_however_it_is_written(text):
    assert has_ssn(text)
    assert "Social Security" in SSN_SENTENCE


@pytest.mark.parametrize(
    "text", ["413-555-0100", "04-1111111", "01101-1234", "900-12.3456", "1900-12-34567", "900 12 34567"]
)
def test_other_numbers_are_not(text):
    assert not has_ssn(text)
