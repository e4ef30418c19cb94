"""Nothing that points to a business is forgotten by a merge: models and catalog against the registry (BR-13)."""

import pytest
from django.db import connection

from businesses.models import Business, Contact, Employer
from businesses.services.merge_registry import (
    MOVING,
    Policy,
    relations_to,
    unlisted_relations,
)

RELATIONS = [relation for target in (Business, Contact, Employer) for relation in relations_to(target)]
_FOREIGN_KEYS = """
SELECT k.conrelid::regclass::text || '.' || a.attname FROM pg_constraint k
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname <> 'tenant_id'
 WHERE k.contype = 'f' AND k.confrelid::regclass::text = ANY (%s)
"""
_COLUMNS_BY_NAME = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
   AND a.attname ~ '(^|_)(business|contact|employer)(es|s)?_ids?$'
"""
_UNIQUE_INDEXES = """
SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = %s
 WHERE i.indisunique AND i.indrelid = %s::regclass
"""


PLAIN_COLUMNS = {
    "businesses_bulkchange.business_ids": "what was asked for then",
    "businesses_searchentry.business_id": "derived; kept by triggers",
    "businesses_searchword.business_id": "derived; kept by triggers",
    "reporting_servedfact.business_id": "derived; follows through count marks",
    "reporting_servedfact.employer_id": "derived; follows through count marks",
}


def column_of(relation) -> str:
    return f"{relation.model._meta.db_table}.{relation.key.column}"


def asked(sql: str, *params) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[0] for row in cursor.fetchall()}


def test_every_foreign_key_of_the_models_is_listed():
    assert unlisted_relations() == []


@pytest.mark.django_db
def test_every_foreign_key_of_the_database_is_listed():
    targets = [model._meta.db_table for model in (Business, Contact, Employer)]
    assert asked(_FOREIGN_KEYS, targets) == {column_of(r) for r in RELATIONS}


@pytest.mark.django_db
def test_a_column_that_is_named_like_one_is_listed_too():
    assert asked(_COLUMNS_BY_NAME) - {column_of(r) for r in RELATIONS} <= set(PLAIN_COLUMNS)


@pytest.mark.django_db
@pytest.mark.parametrize("relation", [r for r in RELATIONS if r.moves], ids=lambda r: r.name)
def test_a_unique_place_has_a_policy_that_asks_whether_it_is_taken(relation):
    """The models' constraints are what the merge reads; the database may hold no other."""
    declared = {constraint.name for constraint in relation.uniques}
    assert asked(_UNIQUE_INDEXES, relation.key.column, relation.model._meta.db_table) == declared
    assert not relation.key.unique
    if relation.policy is Policy.MOVE:
        assert not declared
    else:
        assert len(declared) == 1
    assert (relation.closing is not None) == (relation.policy is Policy.MOVE_OR_CLOSE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "relation", [r for r in RELATIONS if r.policy is Policy.MOVE_OR_SET_ASIDE], ids=lambda r: r.name
)
def test_nobody_points_to_rows_that_can_be_set_aside(relation):
    assert asked(_FOREIGN_KEYS, [relation.model._meta.db_table]) == set()


def test_rows_that_move_have_a_number_of_their_own():
    assert [r.name for r in RELATIONS if r.policy in MOVING and r.model._meta.pk.name != "id"] == []


def test_nothing_follows_an_employer_because_employers_are_not_merged():
    assert {r.policy for r in relations_to(Employer)} <= {Policy.CHOSEN, Policy.STAY, Policy.DERIVED}
