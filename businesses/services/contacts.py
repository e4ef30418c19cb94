"""Adding, changing and parting with a contact."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import KEY_ROLES, ContactRole, Status
from businesses.models import Business, Contact
from businesses.services.checks import Problems, email_problem
from businesses.services.sent_forms import save_once


@dataclass(frozen=True)
class ContactData:
    """What is known of a person at a business, as it was typed; work details only.

    `is_key_representative` None = by the role (BR-22). `form_key` names the act of adding.
    """

    name: str
    role: str = ContactRole.STAFF
    title: str = ""
    is_key_representative: bool | None = None
    phone: str = ""
    email: str = ""
    do_not_contact: bool = False
    form_key: UUID | None = None


_TEXTS = ("name", "title", "phone", "email")


def contact_create(*, actor: Actor, business_id: int, data: ContactData) -> Contact:
    """Add a person to a business; the same `form_key` again returns the first one.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Queries: 2, and 2 with a key.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    return save_once(
        actor=actor, form_key=data.form_key, model=Contact, save=lambda: _add(business_id=business_id, data=data)
    )


def _add(*, business_id: int, data: ContactData) -> Contact:
    business = Business.objects.get(pk=business_id)
    if business.status == Status.MERGED:
        raise BusinessRuleError("This business was merged into another; add the contact there.")
    contact = Contact(business=business)
    _fill(contact, data)
    contact.save(force_insert=True)
    return contact


def contact_update(*, actor: Actor, contact_id: int, data: ContactData) -> Contact:
    """Change a person's details. Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Queries: 2. Locks the row."""
    actor.require(Permission.EDIT_BUSINESSES)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact_id)
        _fill(contact, data)
        contact.save(force_update=True)
    return contact


def contact_leave(*, actor: Actor, contact_id: int, left_on: date | None) -> Contact:
    """Note that a person left the business, or (None) that they did not; what was logged with them stays.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError for a day to come. Queries: 3. Locks the row.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    if left_on is not None and left_on > tenant_today():
        raise BusinessRuleError({"left_on": ["Give a day that is not in the future."]})
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact_id)
        contact.left_on = left_on
        contact.save(update_fields=["left_on"])
    return contact


def _fill(contact: Contact, data: ContactData) -> None:
    problems = Problems()
    clean = problems.texts(Contact, {name: getattr(data, name) for name in _TEXTS})
    problems.required(clean, {"name": "Give the person's name."})
    if data.role not in ContactRole.values:
        problems.add("role", "Choose one of the roles.")
    if sentence := email_problem(clean["email"]):
        problems.add("email", sentence)
    problems.raise_if_any()
    for name, value in clean.items():
        setattr(contact, name, value)
    contact.role, contact.do_not_contact = data.role, data.do_not_contact
    chosen = data.is_key_representative
    contact.is_key_representative = data.role in KEY_ROLES if chosen is None else chosen
