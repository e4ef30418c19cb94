"""Reads of saved views and tags."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from bizworks.core.errors import NotAllowedError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import MAX_VIEWS, Sharing
from businesses.models import BusinessTag, PinnedView, SavedView, Tag
from businesses.permissions import may_change_view


def view_list(*, actor: Actor) -> QuerySet[SavedView]:
    """The views the actor may open, their own first, with `is_pinned`. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.VIEW_BUSINESSES)
    mine = Q(owner=actor.staff_id)
    shared = Q(sharing=Sharing.EVERYONE) | Q(sharing=Sharing.AGENCY, agency=actor.agency_id)
    pinned = PinnedView.objects.filter(staff=actor.staff_id, view=OuterRef("pk"))
    rows = SavedView.objects.filter(mine | shared).select_related("owner__agency")
    return rows.annotate(is_pinned=Exists(pinned), is_mine=Exists(SavedView.objects.filter(mine, pk=OuterRef("pk"))))


@dataclass(frozen=True)
class ShownView:
    """A view as one person meets it."""

    view: SavedView
    is_mine: bool
    is_pinned: bool
    may_change: bool


def views_shown(*, actor: Actor) -> list[ShownView]:
    """At most twice as many as a person may save: the pinned one, one's own, then the others by name. Queries: 1."""
    rows = view_list(actor=actor).order_by("-is_pinned", "-is_mine", "name", "id")[: 2 * MAX_VIEWS]
    return [ShownView(view, view.is_mine, view.is_pinned, may_change_view(actor, view)) for view in rows]


def view_get_for(*, actor: Actor, view_id: int) -> SavedView:
    """One view the actor may open. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(view_list(actor=actor), pk=view_id)


def view_get_to_change(*, actor: Actor, view_id: int) -> SavedView:
    """One view the actor may change. Errors: NotAllowedError, Http404. Queries: 1."""
    view = view_get_for(actor=actor, view_id=view_id)
    if not may_change_view(actor, view):
        raise NotAllowedError("Only the owner of a view can change it. You can save it under a name of your own.")
    return view


def view_pinned(*, actor: Actor) -> SavedView | None:
    """The view the actor's list opens with, while they may still open it. Queries: 1."""
    return view_list(actor=actor).filter(is_pinned=True).first()


def tag_list(*, actor: Actor) -> QuerySet[Tag]:
    """Every tag with the number of businesses it is on. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.VIEW_BUSINESSES)
    used = BusinessTag.objects.filter(tag=OuterRef("pk")).order_by().values("tag").annotate(number=Count("id"))
    return Tag.objects.annotate(number=Coalesce(Subquery(used.values("number")), 0)).order_by("is_retired", "name")


def tag_get_for(*, actor: Actor, tag_id: int) -> Tag:
    """One tag. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(tag_list(actor=actor), pk=tag_id)


def tag_choices() -> list[tuple[int, str]]:
    """Tags that can be put on businesses. Queries: 1."""
    return list(Tag.objects.filter(is_retired=False).values_list("id", "name"))


@dataclass(frozen=True)
class TagPanel:
    """The tags of a business, and those that can be added."""

    chosen: list[Tag]
    choices: list[tuple[int, str]]


def tag_panel(*, actor: Actor, business_id: int) -> TagPanel:
    """What the business page shows of tags; choices only for who may add. Queries: at most 2."""
    mine = Exists(BusinessTag.objects.filter(business=business_id, tag=OuterRef("pk")))
    chosen = list(Tag.objects.filter(mine))
    offered = tag_choices() if actor.may(Permission.EDIT_BUSINESSES) else []
    known = {tag.pk for tag in chosen}
    return TagPanel(chosen, [pair for pair in offered if pair[0] not in known])
