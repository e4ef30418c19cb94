"""Everything that points to a business, a contact or an employer, and what a merge does with it (BR-13).

Each app lists its own foreign keys in `apps.py` with `register_merge_relation`; a merge refuses while one is
missing, and `tests/businesses/test_merge_registry.py` names it. Which policy to choose:

* `MOVE`: the row belongs to the business wherever its record goes (services, notes). The usual one.
* `MOVE_OR_SET_ASIDE`: there can be only one of its kind at a business (a tag, a watch). If the survivor has the same,
  the lesser of the two is taken out and kept whole in the log until the merge is undone; `better` says which is the
  better one, else it is the survivor's. For rows nobody points to, under exactly one unique constraint.
* `MOVE_OR_CLOSE`: there can be only one active of its kind (a lead of a region). If the survivor has one, the other
  record's follows as history: `closing` gives the columns that end it. Undoing opens it again.
* `STAY`: history that is told of the record itself (the merges, an import's rows).
* `DERIVED`: kept by triggers or rebuilt by its own app.
* `CHOSEN`: the person merging decides (the employer).

Foreign keys to a contact follow when two contacts are united; employers themselves are never merged.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, UniqueConstraint

from bizworks.tenancy.actor import Actor
from businesses.models import Business, Contact, Employer

TARGETS: tuple[type[Model], ...] = (Business, Contact, Employer)


class Policy(Enum):
    """What a merge does with the rows of one foreign key."""

    MOVE = "move"
    MOVE_OR_SET_ASIDE = "move or set aside"
    MOVE_OR_CLOSE = "move or close"
    STAY = "stay"
    DERIVED = "derived"
    CHOSEN = "chosen"


MOVING = frozenset({Policy.MOVE, Policy.MOVE_OR_SET_ASIDE, Policy.MOVE_OR_CLOSE})


@dataclass(frozen=True)
class MergeRelation:
    """One foreign key and its policy.

    `label` is what people call its rows, in the plural; empty = not worth a line in the preview.
    `known` gives the condition for rows whose existence the actor may know (BR-3); None = all.
    `closing` gives {column: value} that take a row out of its unique constraint.
    """

    model: type[Model]
    field: str
    policy: Policy
    label: str = ""
    better: Q | None = None
    known: Callable[[Actor], Q] | None = None
    closing: Callable[[Actor], dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        """Its name in the log: "interactions.Note.business"."""
        return f"{self.model._meta.label}.{self.field}"

    @property
    def key(self) -> ForeignKey:
        """The foreign key."""
        field = self.model._meta.get_field(self.field)
        assert isinstance(field, ForeignKey)
        return field

    @property
    def target(self) -> type[Model]:
        """What it points to: Business, Contact or Employer."""
        return self.key.related_model  # type: ignore[return-value]

    @property
    def moves(self) -> bool:
        """Whether its rows follow."""
        return self.policy in MOVING

    @property
    def uniques(self) -> list[UniqueConstraint]:
        """Constraints by which a place at the target can be taken."""
        found = (c for c in self.model._meta.constraints if isinstance(c, UniqueConstraint))
        return [c for c in found if self.field in c.fields]


_relations: dict[str, MergeRelation] = {}


def register_merge_relation(
    model: type[Model],
    field: str,
    policy: Policy,
    *,
    label: str = "",
    better: Q | None = None,
    known: Callable[[Actor], Q] | None = None,
    closing: Callable[[Actor], dict[str, Any]] | None = None,
) -> None:
    """List one foreign key; the last word on the same key wins. Errors: FieldDoesNotExist for a key that is not there."""
    relation = MergeRelation(model, field, policy, label, better, known, closing)
    assert relation.target in TARGETS, relation.name
    _relations[relation.name] = relation


def relations_to(target: type[Model]) -> list[MergeRelation]:
    """The listed foreign keys to Business, Contact or Employer, by name. Queries: 0."""
    return sorted((r for r in _relations.values() if r.target is target), key=lambda relation: relation.name)


def relation_named(name: str) -> MergeRelation | None:
    """One listed foreign key by its name in the log; None if it is no longer there."""
    return _relations.get(name)


def unlisted_relations() -> list[str]:
    """Names of foreign keys to one of the targets that nobody has listed; a merge refuses while there are any."""
    found = (f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in _keys(model))
    return sorted(name for name in found if name not in _relations)


def _keys(model: type[Model]) -> Iterable[Any]:
    fields: Iterable[Any] = model._meta.local_fields
    return (f for f in fields if isinstance(f, ForeignKey) and f.related_model in TARGETS)
