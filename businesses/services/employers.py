"""The legal entity behind a business: same FEIN, same employer (BR-12, BR-31)."""

from django.db import transaction
from django.db.utils import IntegrityError

from bizworks.tenancy.actor import Actor
from businesses.models import Business, Employer


def employer_for(*, actor: Actor, name: str, fein: str, source: str) -> Employer:
    """The employer with this FEIN, made if it is new; without a FEIN always a new one.

    Two people adding the same FEIN at once get the same employer. Queries: 1-4.
    """
    if fein and (known := Employer.objects.filter(fein=fein).first()):
        return known
    values = {"name": name, "fein": fein, "fein_source": source if fein else "", "recorded_by_id": actor.staff_id}
    try:
        with transaction.atomic():
            return Employer.objects.create(**values)
    except IntegrityError:
        return Employer.objects.get(fein=fein)


def employer_change(*, actor: Actor, business: Business, name: str, fein: str | None, source: str) -> None:
    """Give a business the employer that follows from an edit; saves the employer, not the business.

    `fein` None = as it is. A FEIN that another employer has moves the business there; a new one is
    written to the employer, or, if the employer has other locations under another FEIN, makes a new
    one. Locks the employer's row. Queries: at most 7.
    """
    employer = Employer.objects.select_for_update().get(pk=business.employer_id)
    if fein is None or fein == employer.fein:
        if name != employer.name:
            employer.name = name
            employer.save(update_fields=["name"])
        return
    taken = bool(fein) and Employer.objects.filter(fein=fein).exists()
    shared = bool(employer.fein) and Business.objects.filter(employer=employer).exclude(pk=business.pk).exists()
    if taken or shared:
        business.employer = employer_for(actor=actor, name=name, fein=fein, source=source)
        return
    employer.name, employer.fein, employer.fein_source = name, fein, source if fein else ""
    employer.recorded_by_id = actor.staff_id
    employer.save(update_fields=["name", "fein", "fein_source", "recorded_by"])
