"""The tenant in force: loud without, sealed between, gone afterwards."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from bizworks.tenancy.context import NoTenantContextError, TenantCrossingError, tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business, Contact
from tests.factories import make_business


def test_manager_raises_without_a_tenant(north):
    with pytest.raises(NoTenantContextError):
        Business.objects.count()


def test_other_tenants_rows_do_not_exist_even_in_raw_sql(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    with tenant_context(north.tenant.pk):
        assert not Business.objects.filter(pk=theirs.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM businesses_business WHERE id = %s", [theirs.pk])
            assert cursor.fetchone() == (0,)
            cursor.execute("UPDATE businesses_business SET name = 'x' WHERE id = %s", [theirs.pk])
            assert cursor.rowcount == 0


def test_a_row_for_another_tenant_is_refused(north, south):
    with tenant_context(north.tenant.pk), pytest.raises(ProgrammingError, match="row-level security"):
        with transaction.atomic():
            make_business(north)
            Business.objects.update(tenant=south.tenant)


def test_a_child_of_another_tenants_parent_is_refused(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    with tenant_context(north.tenant.pk), pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(business_id=theirs.pk, name="Spy")


def test_entering_another_tenant_from_inside_one_is_refused(north, south):
    with tenant_context(north.tenant.pk), pytest.raises(TenantCrossingError), tenant_context(south.tenant.pk):
        pass


def test_the_setting_is_empty_after_the_context(north):
    with tenant_context(north.tenant.pk):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true)")
        assert cursor.fetchone()[0] in ("", None)


def test_without_a_tenant_the_database_shows_nothing(north):
    with tenant_context(north.tenant.pk):
        make_business(north)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM businesses_business")
        assert cursor.fetchone() == (0,)


def test_every_write_is_audited_with_actor_and_request(north):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id, request_id="r" * 32):
        business = make_business(north, "Acme")
        Business.objects.filter(pk=business.pk).update(name="Acme Precision")
        events = AuditEvent.objects.filter(table_name="businesses_business", row_id=business.pk).order_by("id")
        assert [event.operation for event in events] == ["insert", "update"]
        assert events[1].changes == {"name": ["Acme", "Acme Precision"]}
        assert {(event.user_id, event.request_id) for event in events} == {(north.rep.user_id, "r" * 32)}


def test_the_audit_trail_cannot_be_changed(north):
    with tenant_context(north.tenant.pk):
        make_business(north)
        for statement in ("UPDATE tenancy_auditevent SET operation = 'x'", "DELETE FROM tenancy_auditevent"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(statement)
