"""What would be lost with a business: every record that points to it, found by the foreign keys themselves."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from businesses.constants import PairState, Scheme
from businesses.models import Business, BusinessIdentifier, DuplicatePair, Employer
from businesses.services.merge_registry import Policy, relation_named


def keys_to(target: type[Model]) -> list[ForeignKey]:
    """Every foreign key to a model, of whatever app. A key nobody has heard of counts as a use. Queries: 0."""
    fields: Iterable[Any] = (f for model in apps.get_models() for f in model._meta.local_fields)
    return [f for f in fields if isinstance(f, ForeignKey) and f.related_model is target]


def _is_derived(key: ForeignKey) -> bool:
    """Whether its rows are kept by triggers or found again by the machine, so that they go along."""
    relation = relation_named(f"{key.model._meta.label}.{key.name}")
    return relation is not None and relation.policy is Policy.DERIVED


def _uses(key: ForeignKey, ids: list[int], source_name: str) -> QuerySet:
    """Rows of one key that make a business used: not the list's own, nor a likeness nobody has decided on."""
    rows = key.model._default_manager.filter(**{f"{key.attname}__in": ids})
    if key.model is BusinessIdentifier:
        return rows.exclude(scheme=Scheme.LIST, value__startswith=f"{source_name}:")
    if key.model is DuplicatePair:
        return rows.exclude(state=PairState.WAITING, flagged_by=None)
    return rows


def _label(key: ForeignKey) -> str:
    relation = relation_named(f"{key.model._meta.label}.{key.name}")
    return (relation.label if relation else "") or str(key.model._meta.verbose_name_plural)


def business_uses(ids: list[int], *, source_name: str) -> dict[int, list[str]]:
    """What points to each of these businesses besides the rows of this list, in words. Queries: 1 for each foreign key."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key in keys_to(Business):
        if _is_derived(key):
            continue
        for pk in _uses(key, ids, source_name).order_by().values_list(key.attname, flat=True).distinct():
            found[pk].append(_label(key))
    return found


def businesses_remove(ids: list[int], *, source_name: str) -> None:
    """Delete businesses nothing points to, with the list's rows of them and what is derived from them.

    Call with their rows locked and `business_uses` empty. Queries: 2, and 1 for each derived table.
    """
    if not ids:
        return
    for key in keys_to(Business):
        if _is_derived(key) or key.model is DuplicatePair:
            rows = key.model._default_manager.filter(**{f"{key.attname}__in": ids})
            rows._raw_delete(rows.db)
    listed = BusinessIdentifier.objects.filter(
        business__in=ids, scheme=Scheme.LIST, value__startswith=f"{source_name}:"
    )
    listed._raw_delete(listed.db)
    gone = Business.objects.filter(pk__in=ids)
    gone._raw_delete(gone.db)


def employers_remove(ids: Iterable[int], *, since: Any) -> int:
    """Delete those of these employers that were made since and nothing points to. Queries: 1, and 1 for each foreign key."""
    left = set(Employer.objects.filter(pk__in=list(ids), created_at__gte=since).values_list("pk", flat=True))
    for key in keys_to(Employer):
        if left:
            rows = key.model._default_manager.filter(Q(**{f"{key.attname}__in": left}))
            left -= set(rows.order_by().values_list(key.attname, flat=True).distinct())
    empty = Employer.objects.filter(pk__in=left)
    if left:
        empty._raw_delete(empty.db)
    return len(left)
