"""Saved views of the list: kept, shared, changed, pinned and deleted."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import MAX_VIEWS, Sharing
from businesses.models import PinnedView, SavedView
from businesses.selectors.columns import COLUMNS
from businesses.selectors.lists import CONDITIONS, ORDERS
from businesses.selectors.saved_views import view_get_for, view_get_to_change
from businesses.validators import one_line, problem_with_text


@transaction.atomic
def view_save(
    *,
    actor: Actor,
    name: str,
    sharing: str,
    parameters: Mapping[str, Sequence[str]],
    sort: str,
    columns: Sequence[str],
) -> SavedView:
    """Keep filters (checked by the list's form), order and columns under a name of one's own.

    Errors: NotAllowedError; BusinessRuleError by input name. Queries: at most 4.
    """
    actor.require(Permission.VIEW_BUSINESSES)
    _require_person(actor)
    name = _checked(actor, name, sharing)
    if SavedView.objects.filter(owner=actor.staff_id).count() >= MAX_VIEWS:
        raise BusinessRuleError(f"You have {MAX_VIEWS} views already. Delete one you no longer need.")
    view = SavedView(
        name=name,
        owner_id=actor.staff_id,
        agency_id=actor.agency_id,
        sharing=sharing,
        **_content(parameters, sort, columns),
    )
    _save(view)
    return view


@transaction.atomic
def view_change(*, actor: Actor, view_id: int, name: str, sharing: str) -> SavedView:
    """Rename a view, or share it otherwise. Errors: NotAllowedError, Http404, BusinessRuleError. Queries: at most 4."""
    view = view_get_to_change(actor=actor, view_id=view_id)
    view.name, view.sharing = _checked(actor, name, sharing, view), sharing
    _save(view, "name", "sharing", "updated_at")
    return view


@transaction.atomic
def view_replace(
    *, actor: Actor, view_id: int, parameters: Mapping[str, Sequence[str]], sort: str, columns: Sequence[str]
) -> SavedView:
    """Give a view other filters, order and columns. Errors: NotAllowedError, Http404. Queries: 2."""
    view = view_get_to_change(actor=actor, view_id=view_id)
    for field, value in _content(parameters, sort, columns).items():
        setattr(view, field, value)
    view.save(update_fields=["parameters", "sort", "columns", "updated_at"])
    return view


@transaction.atomic
def view_delete(*, actor: Actor, view_id: int) -> SavedView:
    """Delete a view, and with it that it opens first for anybody. Errors: NotAllowedError, Http404. Locks it. Queries: 4."""
    view = view_get_to_change(actor=actor, view_id=view_id)
    _hold(view)
    PinnedView.objects.filter(view=view_id).delete()
    SavedView.objects.filter(pk=view_id).delete()
    return view


@transaction.atomic
def view_pin(*, actor: Actor, view_id: int | None) -> SavedView | None:
    """Let the actor's list open with a view, or with everything (None). Errors: NotAllowedError, Http404. Locks it. Queries: 4."""
    _require_person(actor)
    view = view_get_for(actor=actor, view_id=view_id) if view_id is not None else None
    if view is None:
        PinnedView.objects.filter(staff=actor.staff_id).delete()
    else:
        _hold(view)
        PinnedView.objects.update_or_create(staff_id=actor.staff_id, defaults={"view_id": view.pk})
    return view


def _require_person(actor: Actor) -> None:
    if actor.staff_id is None:
        raise NotAllowedError("Views belong to people.")


def _hold(view: SavedView) -> None:
    """Lock a view, so that nobody deletes it while another pins it. Errors: Http404 if it is gone. Queries: 1."""
    get_object_or_404(SavedView.objects.select_for_update(no_key=True), pk=view.pk)


_TAKEN = {"name": ["There is a view of this name already."]}


def _save(view: SavedView, *fields: str) -> None:
    """Save a view whose name may have been given to another at this moment. Errors: BusinessRuleError."""
    try:
        with transaction.atomic():
            view.save(force_insert=not fields, update_fields=fields or None)
    except IntegrityError:
        raise BusinessRuleError(_TAKEN) from None


def _checked(actor: Actor, name: str, sharing: str, view: SavedView | None = None) -> str:
    name = one_line(name)
    owner_id = view.owner_id if view else actor.staff_id
    errors: dict[str, list[str]] = {}
    if not name:
        errors["name"] = ["Give the view a name."]
    elif len(name) > 60:
        errors["name"] = ["Use at most 60 characters."]
    elif problem := problem_with_text(name):
        errors["name"] = [problem]
    else:
        same = SavedView.objects.alias(key=Lower("name")).filter(owner=owner_id, key=Lower(Value(name)))
        if (same.exclude(pk=view.pk) if view else same).exists():
            errors |= _TAKEN
    if sharing not in Sharing.values:
        errors["sharing"] = ["Choose who sees it."]
    elif sharing == Sharing.EVERYONE and not actor.may(Permission.MANAGE_LISTS):
        errors["sharing"] = ["Managers and state staff share with everyone; you can share with your agency."]
    if errors:
        raise BusinessRuleError(errors)
    return name


def _content(parameters: Mapping[str, Sequence[str]], sort: str, columns: Sequence[str]) -> dict[str, object]:
    return {
        "parameters": {name: list(values) for name, values in parameters.items() if name in CONDITIONS and values},
        "sort": sort if sort in ORDERS else "name",
        "columns": [key for key in COLUMNS if key in columns],
    }
