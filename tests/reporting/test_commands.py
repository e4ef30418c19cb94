"""`recount` proves, `rebuild_counts` mends."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bizworks.tenancy.context import tenant_context
from interactions.models import ServiceDelivered
from reporting.models import ServedCell
from tests.factories import make_business


@pytest.fixture
def served(north):
    with tenant_context(north.tenant.pk):
        ServiceDelivered.objects.create(
            business=make_business(north), item=north.items.lmi, agency=north.agency, started_on=date(2025, 1, 5),
            ended_on=date(2025, 1, 5), area=north.area, region=north.region,
        )  # fmt: skip
    return north


def test_recount_finds_a_wrong_cell_and_a_rebuild_mends_it(served):
    slug, out = served.tenant.slug, StringIO()
    call_command("recount", tenant=slug, stdout=out)
    assert "0 differ" in out.getvalue()
    with tenant_context(served.tenant.pk):
        ServedCell.objects.filter(grain="y", standing=0).update(businesses=7)
    with pytest.raises(CommandError, match="differ from the recount"):
        call_command("recount", tenant=slug, stdout=out)
    assert "published (7, 1, 1), counted (1, 1, 1)" in out.getvalue()
    call_command("rebuild_counts", tenant=slug, stdout=out)
    call_command("recount", tenant=slug, stdout=out)


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["recount", "rebuild_counts"])
def test_an_unknown_tenant_is_named(command):
    with pytest.raises(CommandError, match="no tenant 'nowhere'"):
        call_command(command, tenant="nowhere", stdout=StringIO())
