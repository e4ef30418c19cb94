"""The demonstration is alive, whole, fictitious, and loaded once."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from bizworks.accounts.models import User
from bizworks.demo import people
from bizworks.demo.management.commands import demo_people, load_demo
from bizworks.directory.models import Agency, Notice, StaffMember
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role
from businesses.models import Business, Employer, Lead, LeadProposal, TeamMember, Watch
from interactions.models import OrientationJudgement, ServiceDelivered
from reporting.models import ServedCell
from reporting.services.recount import counts_recount


@pytest.fixture
def small(db, monkeypatch):
    """The three tenants, each a tenth of its size."""
    tenants = tuple(replace(t, businesses=80, contacts=200) for t in people.TENANTS)
    monkeypatch.setattr(load_demo, "TENANTS", tenants)
    monkeypatch.setattr(demo_people, "TENANTS", tenants)
    call_command("load_demo", stdout=StringIO())
    return tenants


def test_every_role_of_every_tenant_can_sign_in(small, client):
    for demo in small:
        assert {person.role for person in demo.people} == set(Role)
    for person in small[0].people:
        assert client.login(email=small[0].email(person), password=people.PASSWORD)


def test_the_numbers_are_exact_from_the_start(small):
    for demo in small:
        with tenant_context(Tenant.objects.get(slug=demo.slug).pk):
            assert not counts_recount().differences
            assert ServedCell.objects.count() > 500


def test_it_is_marked_fictitious_and_uses_no_number_that_is_issued(small):
    assert set(Tenant.objects.filter(slug__in=[d.slug for d in small]).values_list("is_demo", flat=True)) == {True}
    with tenant_context(Tenant.objects.get(slug="massachusetts").pk):
        assert not Employer.objects.exclude(fein="").exclude(fein__startswith="00").exists()
        assert Business.objects.filter(name="Acme Precision - Springfield").exists()
        assert Business.objects.filter(area=None).count() == 0


def test_a_dozen_agencies_serve_in_massachusetts_and_illinois_has_no_orientation(small):
    with tenant_context(Tenant.objects.get(slug="massachusetts").pk):
        assert Agency.objects.filter(services__isnull=False).distinct().count() == 12
        assert OrientationJudgement.objects.filter(outcome="qualifying").exists()
    with tenant_context(Tenant.objects.get(slug="illinois").pk):
        assert not OrientationJudgement.objects.exists()
        assert ServiceDelivered.objects.exists()


def test_colleagues_without_password_cannot_sign_in(small):
    with tenant_context(Tenant.objects.get(slug="massachusetts").pk):
        ids = list(StaffMember.objects.values_list("user_id", flat=True))
    known = {small[0].email(person) for person in small[0].people}
    assert not any(u.has_usable_password() for u in User.objects.filter(pk__in=ids).exclude(email__in=known))


def test_a_second_run_changes_nothing(small):
    before = list(Tenant.objects.values_list("pk", "slug"))
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert (out.getvalue(), list(Tenant.objects.values_list("pk", "slug"))) == ("", before)


def test_the_list_of_people_names_everyone_and_the_password(small):
    out = StringIO()
    call_command("demo_people", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == sum(len(demo.people) for demo in small) + 1
    assert lines[0] == "rep-hampden@massachusetts.example\tBusiness service representative\tMassachusetts (demo)"
    assert lines[-1] == f"password\t{people.PASSWORD}"


def test_relationships_are_alive_in_every_tenant(small):
    for demo in small:
        with tenant_context(Tenant.objects.get(slug=demo.slug).pk):
            led = Lead.objects.filter(ended_on=None).count()
            assert 0.3 * demo.businesses < led < demo.businesses
            assert TeamMember.objects.exists()
            assert Watch.objects.count() >= len(demo.people)
            proposal = LeadProposal.objects.get()
            assert proposal.state == "open"
            assert Notice.objects.filter(recipient=proposal.proposed).exists()
    with tenant_context(Tenant.objects.get(slug="massachusetts").pk):
        bay = Lead.objects.get(business__name="Bay Biotech", ended_on=None)
        assert bay.staff.name == "Wei Metro"
