"""A form that is sent twice is saved once: a second tap, another tab, the Back button."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from businesses.models import SentForm

FORM_KEY_CONSTRAINT = "sent_form_key"
KEPT_DAYS = 30
Saved = TypeVar("Saved", bound=models.Model)


def save_once(*, actor: Actor, form_key: UUID | None, model: type[Saved], save: Callable[[], Saved]) -> Saved:
    """Save, unless this form was sent before: then what it saved then. Without a key it always saves.

    A race is decided by the unique key: the second waits for the first. A form that was refused may be
    sent again. Errors: what `save` raises; BusinessRuleError for a key someone else used, or for something
    else. Queries: 3 and those of `save`.
    """
    if form_key is None:
        with transaction.atomic():
            return save()
    try:
        with transaction.atomic():
            sent = SentForm.objects.create(form_key=form_key, act=model._meta.model_name, sent_by_id=actor.staff_id)
            saved = save()
            sent.row_number = saved.pk
            sent.save(update_fields=["row_number"])
            return saved
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != FORM_KEY_CONSTRAINT:
            raise
    first = SentForm.objects.get(form_key=form_key)
    if first.sent_by_id != actor.staff_id or first.act != model._meta.model_name:
        raise BusinessRuleError("This form was sent before. Open a new one.")
    return model._default_manager.get(pk=first.row_number)


def sent_forms_drop() -> int:
    """Forget forms sent more than 30 days ago; returns how many. Queries: 1."""
    return SentForm.objects.filter(sent_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0]
