"""The people of a business (BR-22)."""

from datetime import date, timedelta

import pytest

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.context import tenant_context
from businesses.models import Business, Contact
from businesses.selectors import contact_list
from businesses.services.contacts import ContactData, contact_create, contact_leave, contact_update
from tests.factories import make_business, make_contact


def test_a_partner_may_not_add_change_or_part(in_north):
    contact = make_contact(make_business(in_north))
    for act in (
        lambda: contact_create(actor=in_north.partner, business_id=contact.business_id, data=ContactData(name="Kim")),
        lambda: contact_update(actor=in_north.partner, contact_id=contact.pk, data=ContactData(name="Kim")),
        lambda: contact_leave(actor=in_north.partner, contact_id=contact.pk, left_on=None),
    ):
        with pytest.raises(NotAllowedError):
            act()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "900-12-3456"}, "name"),
        ({"title": "900-12-3456"}, "title"),
        ({"phone": "900-12-3456"}, "phone"),
        ({"role": "boss"}, "role"),
        ({"email": "kim at example"}, "email"),
        ({"phone": "1" * 31}, "phone"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(in_north, changes, field):
    business = make_business(in_north)
    with pytest.raises(BusinessRuleError) as caught:
        contact_create(actor=in_north.rep, business_id=business.pk, data=ContactData(**({"name": "Kim Doe"} | changes)))
    assert list(caught.value.errors) == [field]


def test_another_tenants_business_and_contact_do_not_exist(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_contact(make_business(south))
    with tenant_context(north.tenant.pk):
        with pytest.raises(Business.DoesNotExist):
            contact_create(actor=north.rep, business_id=theirs.business_id, data=ContactData(name="Spy"))
        with pytest.raises(Contact.DoesNotExist):
            contact_update(actor=north.rep, contact_id=theirs.pk, data=ContactData(name="Spy"))


@pytest.mark.parametrize(
    ("role", "chosen", "key"),
    [("owner", None, True), ("hr", None, True), ("staff", None, False), ("staff", True, True), ("owner", False, False)],
)
def test_the_role_says_who_is_a_key_representative_unless_someone_does(in_north, role, chosen, key):
    business = make_business(in_north)
    contact = contact_create(
        actor=in_north.rep,
        business_id=business.pk,
        data=ContactData(name="Kim Doe", role=role, is_key_representative=chosen),
    )
    assert contact.is_key_representative is key


def test_who_left_is_kept_and_stands_last(in_north):
    business = make_business(in_north)
    gone, plain, key = (make_contact(business, n, is_key=k) for n, k in (("A", True), ("B", False), ("C", True)))
    contact_leave(actor=in_north.rep, contact_id=gone.pk, left_on=date(2026, 1, 5))
    assert list(contact_list(business=business)) == [key, plain, gone]
    contact_leave(actor=in_north.rep, contact_id=gone.pk, left_on=None)
    assert Contact.objects.current().count() == 3


def test_nobody_leaves_tomorrow(in_north):
    contact = make_contact(make_business(in_north))
    with pytest.raises(BusinessRuleError):
        contact_leave(actor=in_north.rep, contact_id=contact.pk, left_on=tenant_today() + timedelta(days=1))
