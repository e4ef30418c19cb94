"""Reads of merges, and what upper apps say a merge would change (BR-13)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import Business, BusinessMerge

EffectSource = Callable[..., Iterable[str]]
_effects: list[EffectSource] = []
PAGE = 50


def register_merge_effect(source: EffectSource) -> None:
    """Let an upper app say what a merge would do to its numbers.

    `source(actor=..., survivor_id=..., absorbed_id=...)` gives sentences, told by what the actor may know (BR-3).
    """
    if source not in _effects:
        _effects.append(source)


def merge_effects(*, actor: Actor, survivor_id: int, absorbed_id: int) -> list[str]:
    """What upper apps say a merge would change. Queries: the sources'."""
    return [
        sentence
        for source in _effects
        for sentence in source(actor=actor, survivor_id=survivor_id, absorbed_id=absorbed_id)
    ]


def merge_rows(*, actor: Actor) -> QuerySet[BusinessMerge]:
    """Every merge of the tenant, also those undone. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.MERGE_BUSINESSES)
    joined = ("survivor", "absorbed", "merged_by", "undone_by")
    return BusinessMerge.objects.select_related(*joined).defer("fields", "united", "people")


@dataclass(frozen=True)
class MergePage:
    """A page of merges, newest first; `older` is the id to continue below, 0 at the end."""

    rows: list[BusinessMerge]
    older: int = 0


def merge_page(*, actor: Actor, before: int = 0) -> MergePage:
    """Merges older than one, newest first (0 = from the newest). Errors: NotAllowedError. Queries: 1."""
    rows = merge_rows(actor=actor).order_by("-id")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    return MergePage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def merge_get_for(*, actor: Actor, merge_id: int) -> BusinessMerge:
    """One merge with both records. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(merge_rows(actor=actor), pk=merge_id)


def merge_later(*, merge: BusinessMerge) -> BusinessMerge | None:
    """The newest merge of either record that has to be undone before this one; None = this can be undone. Queries: 1."""
    both = (merge.survivor_id, merge.absorbed_id)
    later = BusinessMerge.objects.filter(Q(survivor__in=both) | Q(absorbed__in=both), pk__gt=merge.pk, undone_at=None)
    return later.select_related("survivor", "absorbed").order_by("-pk").first()


def merges_panel(*, actor: Actor, business: Business) -> list[BusinessMerge] | None:
    """The merges a business's page tells of: those it lives on from, or the one it went into; None if there are none.

    Queries: 1.
    """
    touching = BusinessMerge.objects.filter(Q(survivor=business) | Q(absorbed=business), undone_at=None)
    joined = touching.select_related("survivor", "absorbed", "merged_by").defer("fields", "united", "people")
    return list(joined.order_by("-id")[:10]) or None
