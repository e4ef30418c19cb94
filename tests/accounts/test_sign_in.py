"""Signing in: the pages there are, those there are not, and what they tell strangers."""

from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from bizworks.accounts.models import User
from bizworks.accounts.services import account_create, operator_create, sessions_end
from bizworks.core.errors import BusinessRuleError

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = "another honest sentence"


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_confirm_email", "account_set_password", "account_request_login_code"],
)
def test_what_we_do_not_offer_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["signup/", "email/", "password/set/", "confirm-email/", "login/code/", "social/"])
def test_what_we_do_not_offer_is_not_found(path):
    assert Client().get(f"/accounts/{path}").status_code == 404


def test_the_right_password_signs_in_and_a_wrong_one_does_not(north):
    client, url = Client(), reverse("account_login")
    wrong = client.post(url, {"login": north.rep.email, "password": "wrong"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (200, False)
    assert client.post(url, {"login": north.rep.email, "password": PASSWORD}).status_code == 302
    assert client.session["_auth_user_id"] == str(north.rep.user_id)
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_stranger_learns_nothing_from_sign_in_or_reset(north):
    answers = []
    for email in (north.rep.email, "nobody@example.org"):
        login = Client().post(reverse("account_login"), {"login": email, "password": "wrong"})
        reset = Client().post(reverse("account_reset_password"), {"email": email})
        answers.append(
            (login.status_code, login.context["form"].errors.as_json(), reset.status_code, reset["Location"])
        )
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[north.rep.email]]


def test_a_forgotten_password_is_set_by_mail_and_ends_other_sessions(north, client_for):
    elsewhere = client_for(north.rep)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": north.rep.email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    assert form.status_code == 200
    path = form.redirect_chain[-1][0]
    assert client.post(path, {"password1": "short", "password2": "short"}).status_code == 200
    assert client.post(path, {"password1": NEW, "password2": NEW}).status_code == 302
    assert elsewhere.get(reverse("account_change_password")).status_code == 302
    assert client.post(reverse("account_login"), {"login": north.rep.email, "password": NEW}).status_code == 302
    assert client.get(link, follow=True).status_code == 200
    assert "set-password" not in client.get(link).get("Location", "")


def test_a_password_is_changed_and_other_sessions_end(north, client_for):
    elsewhere, url = client_for(north.rep), reverse("account_change_password")
    client = Client()
    client.post(reverse("account_login"), {"login": north.rep.email, "password": PASSWORD})
    wrong = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert client.post(url, wrong).status_code == 200
    assert client.post(url, wrong | {"oldpassword": PASSWORD}).status_code == 302
    assert elsewhere.get(url).status_code == 302


def test_sessions_of_one_person_end_and_no_others(north, client_for):
    first, second, other = client_for(north.rep), client_for(north.rep), client_for(north.state)
    url = reverse("account_change_password")
    assert Session.objects.count() == 3
    assert sessions_end(user_id=north.rep.user_id) == 2
    assert [c.get(url).status_code for c in (first, second, other)] == [302, 302, 200]
    assert sessions_end(user_id=north.rep.user_id) == 0


def test_an_account_needs_a_new_address_and_a_good_password(north):
    for email, password, field in (
        (north.rep.email.upper(), NEW, "email"),
        ("n@example.org", "short", "password1"),
        ("unusual.name@example.org", "unusual.name", "password1"),
    ):
        with pytest.raises(BusinessRuleError) as caught:
            account_create(tenant_id=None, email=email, name="N", password=password)
        assert set(caught.value.errors) == {field}


def test_an_operator_chooses_a_password_by_link_and_sees_no_tenant(north):
    output = StringIO()
    call_command("create_operator", "Op@Example.org", stdout=output)
    link = output.getvalue().split()[-1]
    user = User.objects.get(email="op@example.org")
    assert (user.tenant_id, user.has_usable_password()) == (None, False)
    client = Client()
    path = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True).redirect_chain[-1][0]
    client.post(path, {"password1": NEW, "password2": NEW})
    assert client.post(reverse("account_login"), {"login": user.email, "password": NEW}).status_code == 302
    assert client.get(reverse("directory:administration")).status_code == 403


@pytest.mark.parametrize("email", ["nothing", "", "a b@example.org"])
def test_an_operator_needs_an_address(email):
    with pytest.raises(BusinessRuleError):
        operator_create(email=email, name="Op")


def test_an_operators_address_is_new(north):
    with pytest.raises(CommandError, match="No account"):
        call_command("create_operator", north.rep.email)
