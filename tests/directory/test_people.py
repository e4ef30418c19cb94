"""People get in by invitation, keep the place they are given, and lose access on a day."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.accounts.models import User
from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import Agency, Invitation, StaffMember, StaffRegion
from bizworks.directory.selectors import actor_for_user, tenant_today
from bizworks.directory.services.invitations import (
    invitation_create,
    invitation_renew,
    invitation_withdraw,
)
from bizworks.directory.services.people import staff_change, staff_end, staff_restore
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent, Tenant
from bizworks.tenancy.policy import Role
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
PASSWORD = "a long and honest sentence"
PASSWORDS = {"password1": PASSWORD, "password2": PASSWORD}


def invite(world, email="New@Example.org", *, actor=None, **values):
    values = {
        "name": "Nia New",
        "role": Role.REPRESENTATIVE,
        "agency": world.agency,
        "regions": [world.region],
    } | values
    return invitation_create(actor=actor or world.admin, email=email, **values)


def path(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8000")


def change(world, staff_id, *, actor=None, **values):
    first = {"name": "N", "title": "", "phone": "", "role": Role.REPRESENTATIVE, "agency": world.agency}
    values = first | {"center": None, "regions": []} | values
    return staff_change(actor=actor or world.admin, staff_id=staff_id, **values)


# --- refusals


@pytest.mark.parametrize("role", ["rep", "manager", "state", "partner"])
def test_only_administrators_deal_with_people(role, in_north):
    actor, staff_id = getattr(in_north, role), in_north.other_rep.staff_id
    invitation, _ = invite(in_north)
    for act in (
        lambda: invite(in_north, "x@example.org", actor=actor),
        lambda: invitation_renew(actor=actor, invitation_id=invitation.pk),
        lambda: invitation_withdraw(actor=actor, invitation_id=invitation.pk),
        lambda: change(in_north, staff_id, actor=actor, role=Role.ADMIN),
        lambda: staff_end(actor=actor, staff_id=staff_id, ended_on=tenant_today()),
        lambda: staff_restore(actor=actor, staff_id=staff_id),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert change(in_north, staff_id, role=Role.MANAGER).role == Role.MANAGER


def test_bad_invitations_come_back_by_their_field(in_north):
    with pytest.raises(BusinessRuleError) as caught:
        invite(in_north, "nothing", name=" ", role="king", agency=None)
    assert set(caught.value.errors) == {"email", "name", "role", "agency"}


def test_an_address_in_use_is_refused_in_the_same_words_here_and_elsewhere(north, south):
    with tenant_context(north.tenant.pk):
        said = []
        for email in (north.rep.email, south.rep.email, south.rep.email.upper()):
            with pytest.raises(BusinessRuleError) as caught:
                invite(north, email)
            said.append(caught.value.errors)
        assert said[0] == said[1] == said[2]
        assert south.tenant.name not in str(said)


def test_one_open_invitation_for_an_address(in_north):
    invitation, _ = invite(in_north)
    with pytest.raises(BusinessRuleError, match="open already"):
        invite(in_north, "NEW@example.org")
    invitation_withdraw(actor=in_north.admin, invitation_id=invitation.pk)
    assert invite(in_north)


def test_a_forged_link_a_foreign_one_and_none_are_answered_alike(north):
    with tenant_context(north.tenant.pk):
        _, link = invite(north)
    key = link.split("key=")[1]
    claim = signing.loads(key, salt="directory.invitation")
    url = reverse("directory:invitation_accept")
    forged = [
        "",
        "nonsense",
        key[:-1] + ("a" if key[-1] != "a" else "b"),
        signing.dumps(claim, salt="another"),
        signing.dumps([987_654, 1, 1], salt="directory.invitation"),
        signing.dumps([north.tenant.pk, 987_654, 1], salt="directory.invitation"),
        signing.dumps({"x": 1}, salt="directory.invitation"),
        "é" * 50,
    ]
    answers = {(a.status_code, a.content) for a in (Client().get(url, {"key": key}) for key in forged)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert Client().post(f"{url}?key=nonsense", PASSWORDS).status_code == 404
    assert Client().get(path(link)).status_code == 200


def test_used_withdrawn_old_and_replaced_links_say_so_and_make_no_account(north):
    with tenant_context(north.tenant.pk):
        (used, used_link), (taken_back, taken_link), (_, old_link), (renewed, replaced_link) = (
            invite(north, f"{n}@example.org") for n in range(4)
        )
        invitation_withdraw(actor=north.admin, invitation_id=taken_back.pk)
        _, new_link = invitation_renew(actor=north.admin, invitation_id=renewed.pk)
    assert Client().post(path(used_link), PASSWORDS).status_code == 302
    for link, words in (
        (used_link, b"accepted already"),
        (taken_link, b"withdrawn"),
        (replaced_link, b"newer link"),
    ):
        for answer in (Client().get(path(link)), Client().post(path(link), PASSWORDS)):
            assert (answer.status_code, words in answer.content) == (410, True), words
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6, hours=23)):
        assert Client().get(path(old_link)).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, hours=1)):
        answer = Client().post(path(old_link), PASSWORDS)
        assert (answer.status_code, b"too old" in answer.content) == (410, True)
    assert Client().get(path(new_link)).status_code == 200
    assert User.objects.filter(email__endswith="@example.org").count() == 1
    with tenant_context(north.tenant.pk), pytest.raises(BusinessRuleError, match="closed"):
        invitation_renew(actor=north.admin, invitation_id=used.pk)


def test_a_bad_password_is_refused_and_the_link_still_works(north):
    with tenant_context(north.tenant.pk):
        _, link = invite(north)
    for bad in ("short", "password1234567"[:12], "x"):
        assert Client().post(path(link), {"password1": bad, "password2": bad}).status_code == 422
    mixed = Client().post(path(link), PASSWORDS | {"password2": "another sentence"})
    assert (mixed.status_code, b"not the same" in mixed.content) == (422, True)
    assert Client().post(path(link), PASSWORDS).status_code == 302


def test_an_address_taken_meanwhile_is_refused_neutrally_and_leaves_nothing(north, south):
    with tenant_context(north.tenant.pk):
        invitation, link = invite(north)
    User.objects.create_user("new@example.org", "x" * 20, name="Elsewhere", tenant=south.tenant)
    answer = Client().post(path(link), PASSWORDS)
    assert (answer.status_code, b"No account can be made" in answer.content) == (422, True)
    assert south.tenant.name.encode() not in answer.content
    with tenant_context(north.tenant.pk):
        assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
        assert not StaffMember.objects.filter(name="Nia New").exists()


def test_links_of_a_suspended_tenant_open_nothing():
    tenant = Tenant.objects.create(slug="closed", name="Closed", suspended_on=date(2026, 1, 1))
    with tenant_context(tenant.pk):
        agency = Agency.objects.create(code="a", name="A")
        actor = system_actor(tenant.pk)
        _, link = invitation_create(actor=actor, email="n@example.org", name="N", role=Role.ADMIN, agency=agency)
    assert Client().get(path(link)).status_code == Client().post(path(link), PASSWORDS).status_code == 404


def test_a_signed_in_person_does_not_accept_by_accident(north, south, client_for):
    with tenant_context(north.tenant.pk):
        _, link = invite(north)
    for actor in (north.rep, south.rep):
        client = client_for(actor)
        assert client.get(path(link)).status_code == 409
        assert client.post(path(link), PASSWORDS).status_code == 409
    assert not User.objects.filter(email="new@example.org").exists()


# --- the way in


def test_an_invited_person_gets_in_with_the_place_given(north, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), tenant_context(north.tenant.pk, user_id=north.admin.user_id):
        invitation, link = invite(north)
    message = mail.outbox[-1]
    assert (message.to, link in message.body, north.tenant.name in message.subject) == (["new@example.org"], True, True)
    client = Client()
    page = client.get(path(link))
    assert b"Nia New" in page.content
    assert b"new@example.org" in page.content
    assert client.post(path(link), PASSWORDS)["Location"] == reverse("account_login")
    signed_in = client.post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert signed_in.status_code == 302
    with tenant_context(north.tenant.pk):
        staff = StaffMember.objects.get(name="Nia New")
        assert (staff.role, staff.agency_id, [r.pk for r in staff.regions.all()]) == (
            Role.REPRESENTATIVE,
            north.agency.pk,
            [north.region.pk],
        )
        event = AuditEvent.objects.get(table_name="directory_staffmember", row_id=staff.pk)
        assert event.user_id == staff.user_id
        assert Invitation.objects.get(pk=invitation.pk).accepted_at is not None
    assert client.get(reverse("account_change_password")).status_code == 200


def test_the_page_shows_the_link_once_and_works_without_mail(north, client_for, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    client = client_for(north.admin)
    data = {"name": "Nia New", "email": "new@example.org", "role": "partner", "agency": north.agency.pk}
    assert client.post(reverse("directory:invite"), data | {"email": "x"}).status_code == 422
    page = client.post(reverse("directory:invite"), data).content.decode()
    link = re.search(r"/invitation/\?key=[^\"&]+", page)[0]
    assert Client().get(link).status_code == 200
    people = client.get(reverse("directory:staff_list")).content.decode()
    assert "new@example.org" in people
    assert "key=" not in people
    with tenant_context(north.tenant.pk):
        pk = Invitation.objects.get(email="new@example.org").pk
    renewed = client.post(reverse("directory:invitation_renew", args=[pk])).content.decode()
    assert re.search(r"/invitation/\?key=[^\"&]+", renewed)[0] != link
    assert client.post(reverse("directory:invitation_withdraw", args=[pk])).status_code == 302
    assert client.post(reverse("directory:invitation_renew", args=[pk])).status_code == 302
    assert b"new@example.org" not in client.get(reverse("directory:staff_list")).content.replace(b"to new@ex", b"")


def test_a_silent_mail_server_costs_nothing_but_a_line(north, settings, django_capture_on_commit_callbacks, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True), tenant_context(north.tenant.pk):
        _, link = invite(north)
    assert Client().get(path(link)).status_code == 200
    assert "mail server" in caplog.text
    assert "new@example.org" not in caplog.text


def test_the_mail_has_no_header_of_the_invited_persons_making(north, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), tenant_context(north.tenant.pk):
        invite(north, name="Eve\nBcc: all@example.org")
    assert mail.outbox[-1].recipients() == ["new@example.org"]
    with pytest.raises(BusinessRuleError), tenant_context(north.tenant.pk):
        invite(north, "a@example.org\nBcc: b@example.org")


# --- the place, and its end


def test_a_role_changes_with_the_next_request(north, client_for):
    client = client_for(north.rep)
    assert client.get(reverse("directory:staff_list")).status_code == 403
    url = reverse("directory:staff_edit", args=[north.rep.staff_id])
    data = {"name": "Renamed", "role": "admin", "agency": north.other_agency.pk, "regions": [north.region.pk]}
    assert client_for(north.admin).post(url, data).status_code == 302
    assert client.get(reverse("directory:staff_list")).status_code == 200
    with tenant_context(north.tenant.pk):
        staff = StaffMember.objects.get(pk=north.rep.staff_id)
        assert (staff.name, staff.agency_id) == ("Renamed", north.other_agency.pk)
        assert list(StaffRegion.objects.filter(staff=staff).values_list("region", flat=True)) == [north.region.pk]


def test_regions_of_another_tenant_are_no_choice(north, south, client_for):
    url = reverse("directory:staff_edit", args=[north.rep.staff_id])
    data = {"name": "N", "role": "manager", "agency": north.agency.pk}
    for wrong in ({"regions": [south.region.pk]}, {"agency": south.agency.pk}, {"role": "king"}):
        assert client_for(north.admin).post(url, data | wrong).status_code == 422


def test_an_administrator_takes_nothing_from_themselves_and_the_last_one_stays(in_north):
    admin = in_north.admin
    for act in (
        lambda: change(in_north, admin.staff_id, role=Role.STATE),
        lambda: staff_end(actor=admin, staff_id=admin.staff_id, ended_on=tenant_today()),
    ):
        with pytest.raises(BusinessRuleError, match="themselves"):
            act()
    assert change(in_north, admin.staff_id, role=Role.ADMIN, name="Only my name").name == "Only my name"
    change(in_north, in_north.rep.staff_id, role=Role.ADMIN)
    second = StaffMember.objects.get(pk=in_north.rep.staff_id)
    other = actor_for_user(second.user)
    staff_end(actor=other, staff_id=admin.staff_id, ended_on=tenant_today())
    for act in (
        lambda: staff_end(
            actor=system_actor(in_north.tenant.pk), staff_id=second.pk, ended_on=tenant_today() + timedelta(days=9)
        ),
        lambda: change(in_north, second.pk, actor=system_actor(in_north.tenant.pk), role=Role.STATE),
    ):
        with pytest.raises(BusinessRuleError, match="last administrator"):
            act()


def test_the_end_of_access_signs_out_at_once_and_can_be_taken_back(north, client_for):
    admin, person, other = client_for(north.admin), client_for(north.rep), client_for(north.state)
    probe = reverse("account_change_password")
    assert person.get(probe).status_code == other.get(probe).status_code == 200
    url = reverse("directory:staff_end", args=[north.rep.staff_id])
    assert admin.post(url, {"ended_on": "x"}).status_code == 422
    assert admin.post(url, {"ended_on": tenant_today_of(north).isoformat()}).status_code == 302
    assert person.get(probe).status_code == 302
    assert other.get(probe).status_code == 200
    assert person.post(
        reverse("account_login"), {"login": north.rep.email, "password": "correct horse battery"}
    ).status_code in (302, 403)
    assert person.get(probe).status_code in (302, 403)
    assert admin.post(reverse("directory:staff_restore", args=[north.rep.staff_id])).status_code == 302
    person.post(reverse("account_login"), {"login": north.rep.email, "password": "correct horse battery"})
    assert person.get(probe).status_code == 200


def tenant_today_of(world):
    with tenant_context(world.tenant.pk):
        return tenant_today()


def test_a_later_end_keeps_the_session_until_that_day(north, client_for):
    person = client_for(north.rep)
    with tenant_context(north.tenant.pk):
        staff_end(actor=north.admin, staff_id=north.rep.staff_id, ended_on=tenant_today() + timedelta(days=3))
    probe = reverse("account_change_password")
    assert person.get(probe).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4)):
        assert person.get(probe).status_code in (302, 403)


def test_people_lists_cost_the_same_with_many(north, client_for):
    client, url = client_for(north.admin), reverse("directory:staff_list")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    with tenant_context(north.tenant.pk):
        for number in range(10):
            make_staff(
                name=f"P {number}", role="state", agency=north.agency, tenant=north.tenant, regions=(north.region,)
            )
            invite(north, f"{number}@example.org")
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(few) == len(many) <= 18
