"""The audit trail's page: in words, in pages, and without what its reader may not see."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.directory import permissions
from bizworks.directory.audit_selectors import HIDDEN, PAGE, AuditFilter, audit_page
from bizworks.directory.models import Agency, Region
from bizworks.directory.services.entries import entry_save
from bizworks.directory.services.people import staff_change
from bizworks.directory.services.territory import area_move
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from bizworks.tenancy.policy import Permission, Role
from tests.factories import make_business, make_contact

pytestmark = pytest.mark.django_db
URL = "/administration/audit/"


def page(world, actor=None, **wanted):
    return audit_page(actor=actor or world.admin, wanted=AuditFilter(**wanted))


def text_of(lines) -> str:
    return str([(line.name, line.changes) for line in lines])


def test_changes_are_told_in_words(in_north):
    admin, staff_id = in_north.admin, in_north.rep.staff_id
    area_move(
        actor=admin,
        area_id=in_north.area.pk,
        region_id=in_north.other_region.pk,
        effective_on=date(2026, 7, 1),
    )
    values = {"name": "Renamed", "title": "", "phone": "", "center": None, "regions": []}
    staff_change(actor=admin, staff_id=staff_id, role=Role.MANAGER, agency=in_north.other_agency, **values)
    staff, opened, closed = page(in_north).lines[:3]
    assert (staff.who, staff.kind, staff.done, staff.name) == ("Renamed", "Staff member", "changed", "Renamed")
    assert staff.url == reverse("directory:staff_edit", args=[staff_id])
    changes = {change.label: (change.before, change.after) for change in staff.changes}
    assert changes["Role"] == ("Business service representative", "Regional manager")
    assert changes["Agency"] == (in_north.agency.name, in_north.other_agency.name)
    assert {c.label: c.after for c in opened.changes} == {
        "Area": in_north.area.name,
        "Region": in_north.other_region.name,
        "Starts on": "Jul 1, 2026",
    }
    assert [(c.label, c.before, c.after) for c in closed.changes] == [("Retired on", "empty", "Jul 1, 2026")]


def test_the_trail_is_filtered_by_person_kind_row_and_day(in_north):
    for code in ("a", "b"):
        Agency.objects.create(code=code, name=code)
    Region.objects.create(code="r", name="r")
    event = AuditEvent.objects.latest("id")
    assert {line.kind for line in page(in_north, table="directory_agency").lines} == {"Agency"}
    assert all(line.who == in_north.rep.name for line in page(in_north, user_id=in_north.rep.user_id).lines)
    assert page(in_north, user_id=in_north.partner.user_id).lines == []
    assert len(page(in_north, table=event.table_name, row_id=event.row_id).lines) == 1
    day = event.at.date()
    assert page(in_north, since=day + timedelta(days=2)).lines == []
    assert page(in_north, until=day - timedelta(days=2)).lines == []
    assert page(in_north, since=day - timedelta(days=1), until=day + timedelta(days=1)).lines


def test_pages_follow_each_other_without_loss_or_repeat(in_north):
    for number in range(PAGE + 20):
        Agency.objects.create(code=f"a{number}", name=f"Agency {number}")
    seen, before = [], None
    while True:
        found = page(in_north, before=before)
        seen += [line.pk for line in found.lines]
        before = found.next_before
        if before is None:
            break
        assert len(found.lines) == PAGE
    assert seen == list(AuditEvent.objects.order_by("-id").values_list("pk", flat=True))


def test_values_of_upper_apps_are_closed_until_opened(in_north, monkeypatch):
    monkeypatch.setattr(permissions, "_columns", {})
    business = make_business(in_north, "Canary Works")
    business.employer.fein = "123456789"
    business.employer.save()
    make_contact(business, "Canary Person")
    lines = page(in_north).lines[:4]
    assert "Canary" not in text_of(lines)
    assert "123456789" not in text_of(page(in_north, in_north.state).lines)
    assert {change.after for line in lines for change in line.changes} == {HIDDEN}
    permissions.register_audit_columns("businesses_employer", shown=["name"], guarded={"fein": Permission.SEE_FEIN})
    assert "Canary Works" in text_of(page(in_north).lines)
    assert "123456789" not in text_of(page(in_north).lines)
    assert "123456789" in text_of(page(in_north, in_north.state).lines)


def test_registered_columns_hide_protected_values_from_administrators(in_north):
    business = make_business(in_north, "Open Works")
    business.employer.fein = "123456789"
    business.employer.save()
    business.employees = 54_321
    business.save()
    text = text_of(page(in_north).lines)
    assert "Open Works" in text
    assert "123456789" not in text
    assert "54321" not in text
    text = text_of(page(in_north, in_north.state).lines)
    assert "123456789" in text
    assert "54321" in text


def test_every_registered_column_exists():
    from django.apps import apps

    fields = {m._meta.db_table: {f.name for f in m._meta.concrete_fields} for m in apps.get_models()}
    assert permissions._columns
    for table, columns in permissions._columns.items():
        assert columns.shown | set(columns.guarded) <= fields[table], table


def test_secrets_of_tokens_are_shown_to_nobody(in_north):
    from datetime import UTC, datetime

    from bizworks.accounts.services import token_issue

    token, _ = token_issue(
        actor=in_north.admin, name="Bridge", scopes=["read"], expires_at=datetime.now(UTC) + timedelta(days=9)
    )
    for actor in (in_north.admin, in_north.state):
        text = text_of(page(in_north, actor).lines)
        assert "Bridge" in text
        assert token.digest not in text


def test_another_tenants_changes_and_people_are_not_there(north, south, client_for):
    with tenant_context(south.tenant.pk, user_id=south.admin.user_id):
        Agency.objects.create(code="canary", name="zzcanary")
        event = AuditEvent.objects.latest("id")
    client = client_for(north.admin)
    for query in ({}, {"table": "directory_agency", "row": event.row_id}, {"before": event.pk + 1}):
        answer = client.get(URL, query)
        assert answer.status_code == 200
        assert b"zzcanary" not in answer.content
    assert client.get(URL, {"person": south.admin.user_id}).status_code == 422


def test_a_bad_filter_is_explained(north, client_for):
    client = client_for(north.admin)
    for query in ({"since": "nonsense"}, {"until": "0001-01-01"}, {"table": "pg_shadow"}, {"before": "-5"}):
        assert client.get(URL, query).status_code == 422, query
    assert client.get(URL, {"since": "2026-01-01", "until": "2026-12-31"}).status_code == 200


def test_the_page_leads_to_older_changes_and_keeps_the_filter(in_north, client_for):
    for number in range(PAGE + 1):
        Agency.objects.create(code=f"a{number}", name=f"Agency {number}")
    client = client_for(in_north.state)
    first = client.get(URL, {"table": "directory_agency"}).content.decode()
    link = re.search(r'href="(\?[^"]*before=\d+[^"]*)"', first)[1].replace("&amp;", "&")
    older = client.get(URL + link)
    assert older.context["form"].cleaned_data["table"] == "directory_agency"
    assert len(older.context["page"].lines) >= 1
    part = client.get(URL, headers={"HX-Request": "true"})
    assert b"<html" not in part.content


def test_the_page_costs_the_same_with_few_and_many_rows(in_north, client_for):
    client = client_for(in_north.admin)
    entry_save(actor=in_north.admin, kind="agency", values={"code": "x", "name": "X"})
    business = make_business(in_north)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for number in range(PAGE):
        Agency.objects.create(code=f"a{number}", name=f"Agency {number}")
        business.name = f"B {number}"
        business.save()
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) <= len(few) <= 40
