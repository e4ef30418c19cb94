"""What one needs to know before walking in, as far as this app knows it."""

from django.db.models import Q
from django.urls import reverse

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import ALARMING_STAGES, PAIR_LIKELY, PairState, Stage, StageVisibility, Status
from businesses.models import Business, Contact, DuplicatePair
from businesses.selectors.hooks import BusinessAlert
from businesses.selectors.stages import stage_of

_STAGE_ALERTS: dict[str, tuple[str, str]] = {
    Stage.AT_RISK: ("warn", "At risk"),
    Stage.CLOSING: ("bad", "Closing"),
    Stage.RELOCATING: ("warn", "Relocating"),
}


def own_alerts(*, actor: Actor, business: Business) -> list[BusinessAlert]:
    """Closed, an alarming stage, people who asked not to be contacted, perhaps recorded twice. Queries: 3."""
    return [*_closed(business), *_stage(actor, business), *_do_not_contact(business), *_twice(actor, business)]


def _closed(business: Business) -> list[BusinessAlert]:
    if business.status != Status.CLOSED:
        return []
    since = (
        f" on {business.closed_on:%b} {business.closed_on.day}, {business.closed_on.year}" if business.closed_on else ""
    )
    return [BusinessAlert("bad", f"Closed{since}. Only layoff services are accepted, for twelve months.")]


def _stage(actor: Actor, business: Business) -> list[BusinessAlert]:
    stage = stage_of(actor=actor, business=business)
    if stage is None:
        return []
    if stage.visibility == StageVisibility.RESTRICTED:
        text = "A restricted life-cycle stage is recorded. Opening it is recorded too."
        return [BusinessAlert("warn", text, reverse("businesses:stages", args=[business.pk]), "Open")]
    if stage.stage not in ALARMING_STAGES:
        return []
    kind, words = _STAGE_ALERTS[stage.stage]
    since = f"since {stage.began_on:%b} {stage.began_on.day}, {stage.began_on.year}"
    return [
        BusinessAlert(
            kind,
            f"{words} {since}. {stage.source.rstrip('.')}.",
            reverse("businesses:stages", args=[business.pk]),
            "History",
        )
    ]


def _do_not_contact(business: Business) -> list[BusinessAlert]:
    people = Contact.objects.current().filter(business=business.pk, do_not_contact=True).order_by("name")
    names = list(people.values_list("name", flat=True)[:4])
    if not names:
        return []
    shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return [BusinessAlert("bad", f"Do not contact {shown}.", "#people")]


def _twice(actor: Actor, business: Business) -> list[BusinessAlert]:
    """Likely pairs that wait for a decision, for who may say something about them."""
    if not actor.may(Permission.EDIT_BUSINESSES):
        return []
    pairs = DuplicatePair.objects.filter(Q(left=business.pk) | Q(right=business.pk), state=PairState.WAITING)
    gone = Q(left__status=Status.MERGED) | Q(right__status=Status.MERGED)
    if not pairs.filter(Q(probability__gte=PAIR_LIKELY) | Q(flagged_by__isnull=False)).exclude(gone).exists():
        return []
    url = reverse("businesses:business_duplicates", args=[business.pk])
    return [BusinessAlert("info", "It may be recorded twice; a possible duplicate waits for review.", url, "Look")]
