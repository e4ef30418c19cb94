"""Voiding and correcting: nothing is deleted, everything keeps its reason (BR-5, BR-37)."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, ServiceItem, TenantProfile
from bizworks.directory.selectors import PlacementMap
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.services.checks import Problems, problem_with_text
from businesses.services.outreach import outreach_withdraw
from interactions.constants import VISIBILITY_FROM_WIDEST, Visibility, narrower
from interactions.models import Interaction, Note, ServiceDelivered
from interactions.selectors.catalogue import local_day
from interactions.services.data import ServiceChange, ServiceData
from interactions.services.rules import business_problem, place, resolved, service_problems
from interactions.services.standing import (
    interaction_for_change,
    require_reclassifier,
    require_standing,
    require_version,
    service_for_change,
)

JUDGED_KINDS = frozenset({ServiceItem.Kind.ORIENTATION, ServiceItem.Kind.PARTIAL})


def interaction_void(*, actor: Actor, interaction_id: int, reason: str) -> Interaction:
    """Void a contact and its services; both stay readable with the reason and count no more (BR-37).

    Errors: Http404, NotAllowedError, BusinessRuleError (no reason; voided before).
    Locks: the interaction, then its services. Queries: at most 6.
    """
    with transaction.atomic():
        interaction = interaction_for_change(actor, interaction_id)
        require_standing(interaction)
        marks = _void_marks(actor, reason)
        ServiceDelivered.objects.standing().filter(interaction=interaction).update(**marks, version=F("version") + 1)
        for name, value in marks.items():
            setattr(interaction, name, value)
        interaction.version += 1
        interaction.save(update_fields=[*marks, "version"])
    hint_counts_changed()
    return interaction


def service_void(*, actor: Actor, service_id: int, reason: str) -> ServiceDelivered:
    """Void one service (BR-37).

    Errors: Http404, NotAllowedError, BusinessRuleError. Locks: the service. Queries: at most 4.
    """
    with transaction.atomic():
        service = service_for_change(actor, service_id)
        require_standing(service)
        for name, value in _void_marks(actor, reason).items():
            setattr(service, name, value)
        service.version += 1
        service.save()
    hint_counts_changed()
    return service


def _void_marks(actor: Actor, reason: str) -> dict:
    reason = " ".join(reason.split())
    if problem := problem_with_text(reason):
        raise BusinessRuleError({"reason": [problem]})
    if not 3 <= len(reason) <= 300:
        raise BusinessRuleError({"reason": ["Give a reason of 3 to 300 characters."]})
    return {"voided_at": timezone.now(), "voided_by_id": actor.staff_id, "void_reason": reason}


def service_update(*, actor: Actor, service_id: int, change: ServiceChange) -> ServiceDelivered:
    """Correct a service: dates, status, item, agency; area and region follow the start date (BR-11, BR-14, BR-18).

    What the orientation rule judged keeps what it was judged on: void it and log it again (BR-20).
    Errors: Http404, NotAllowedError, StaleVersionError, BusinessRuleError by input name.
    Locks: the service. Queries: at most 9.
    """
    with transaction.atomic():
        service = service_for_change(actor, service_id)
        require_version(service, change.version)
        require_standing(service)
        if service.item.kind in JUDGED_KINDS:
            raise BusinessRuleError("An orientation is judged on its own day: void the contact and log it again.")
        _apply(service, change, _resolved_change(change))
        service.version += 1
        service.save()
    hint_counts_changed()
    return service


def _resolved_change(change: ServiceChange) -> ServiceData:
    if change.started_on is None:
        raise BusinessRuleError({"started_on": ["Give the day the service started."]})
    data = ServiceData(
        item_id=change.item_id,
        agency_id=change.agency_id,
        status=change.status,
        started_on=change.started_on,
        ended_on=change.ended_on,
        is_ongoing=change.is_ongoing,
        assisted=change.assisted,
        program=change.program.strip(),
    )
    return resolved(data, occurred_on=change.started_on, agency_id=change.agency_id)


def _apply(service: ServiceDelivered, change: ServiceChange, data: ServiceData) -> None:
    problems = Problems()
    item = ServiceItem.objects.filter(pk=change.item_id).first()
    agency = Agency.objects.filter(pk=change.agency_id).first()
    if item is not None and item.kind in JUDGED_KINDS:
        problems.add("item", "An orientation is logged with the contact it was given in.")
    today = local_day(TenantProfile.objects.get())
    for sentence in service_problems(data, item=item, agency=agency, today=today):
        problems.add("", sentence)
    problems.raise_if_any()
    if problem := business_problem(service.business, item, data.started_on):
        raise BusinessRuleError(problem)
    if service.started_on != data.started_on:
        for name, value in place(service.business, PlacementMap(), data.started_on).items():
            setattr(service, name, value)
    service.item, service.agency = item, agency
    for name in ("status", "started_on", "ended_on", "assisted", "program"):
        setattr(service, name, getattr(data, name))


def interaction_reclassify(*, actor: Actor, interaction_id: int, visibility: str) -> Interaction:
    """Change who may see a contact; its services follow, its notes narrow with it (BR-5; audited like every write).

    What leads were told of it is taken back, unless it is for everybody.
    Errors: Http404, NotAllowedError, BusinessRuleError. Locks: the interaction. Queries: at most 10.
    """
    with transaction.atomic():
        interaction = interaction_for_change(actor, interaction_id)
        require_standing(interaction)
        regions = set(interaction.businesses.values_list("region", flat=True))
        require_reclassifier(
            actor, author_ids={interaction.recorded_by_id}, agency_id=interaction.agency_id, region_ids=regions
        )
        _require_class(visibility)
        interaction.visibility = visibility
        interaction.version += 1
        interaction.save(update_fields=["visibility", "version"])
        services = ServiceDelivered.objects.filter(interaction=interaction)
        services.update(visibility=visibility, version=F("version") + 1)
        wider = VISIBILITY_FROM_WIDEST[: VISIBILITY_FROM_WIDEST.index(Visibility(visibility))]
        Note.objects.filter(interaction=interaction, visibility__in=wider).update(visibility=visibility)
        if visibility != Visibility.SHARED:
            businesses = interaction.participations.values_list("business", flat=True)
            url = interaction.get_absolute_url()
            outreach_withdraw(business_ids=businesses, staff_id=interaction.recorded_by_id, url=url)
    return interaction


def note_class(*, interaction: Interaction | None, wanted: str) -> str:
    """The class of a note: never wider than its contact's. Errors: BusinessRuleError. Queries: 0."""
    _require_class(wanted)
    return narrower(wanted, interaction.visibility) if interaction else wanted


def _require_class(visibility: str) -> None:
    if visibility not in Visibility.values:
        raise BusinessRuleError({"visibility": ["Choose who may see this from the list."]})
