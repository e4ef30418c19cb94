"""What is compared, and what each agreement or difference weighs: the parameters of the linkage model.

A weight is a base-2 logarithm: +1 makes it twice as likely that two records are one business, -1 half as
likely. Trained once on public lists and kept here, so that a tenant of ten businesses is judged like one of a
million (ADR 0009 says how, and how well). Splink wants two probabilities for each level; only their ratio
counts, so they are made from the weight.
"""

from typing import Any

PRIOR_WEIGHT = -10.1
"""Two records that share a block are one business once in about a thousand times."""
_UNLIKELY = 0.001

_FIRST_L, _FIRST_R = "solids_l[1]", "solids_r[1]"
_SECOND_L, _SECOND_R = "solids_l[2]", "solids_r[2]"
_CONFLICT = (
    "(marks_l is not null and marks_r is not null"
    " and not list_has_all(marks_l, marks_r) and not list_has_all(marks_r, marks_l))"
)
_SHORTER = f"least(length({_FIRST_L}), length({_FIRST_R}))"
_LIKENESS = "greatest({})".format(
    ", ".join(
        f"jaro_winkler_similarity({a}, {b})"
        for a, b in ((_FIRST_L, _FIRST_R), (_FIRST_L, _SECOND_R), (_SECOND_L, _FIRST_R), (_SECOND_L, _SECOND_R))
    )
)
_LEAST_LIKENESS = (
    f"least(jaro_winkler_similarity({_FIRST_L}, {_FIRST_R}), jaro_winkler_similarity({_SECOND_L}, {_SECOND_R}))"
)
_SHARED = "len(list_intersect(tokens_l, tokens_r))"
_FEWEST = "least(len(tokens_l), len(tokens_r))"
_ALL_OF_ONE = "len(list_intersect(all_words_l, all_words_r)) = least(len(all_words_l), len(all_words_r))"
_STEMS = "len(list_intersect(stems_l, stems_r))"
_STEMS_MOST = "greatest(len(stems_l), len(stems_r))"
_WORDS_SHORTER = "least(length(words_l), length(words_r))"
_WORDS_APART = "damerau_levenshtein(words_l, words_r)"
_SAME_WORDS = "words_l = words_r and length(words_l) >= 4"


def _begins(left: str, right: str, least: int) -> str:
    """Whether one of two names is the beginning of the other and has at least so many letters."""
    return (
        f"(least(length({left}), length({right})) >= {least}"
        f" and (starts_with({left}, {right}) or starts_with({right}, {left})))"
    )


_NAME = (
    (
        "second",
        (
            "list_has_any(solids_l, solids_r) and len(solids_l) > 1 and len(solids_r) > 1"
            " and len(list_intersect(solids_l, solids_r)) < least(len(solids_l), len(solids_r))"
            f" and {_LEAST_LIKENESS} < 0.9"
        ),
        1.0,
    ),
    ("same", "list_has_any(solids_l, solids_r) and greatest(spread_l, spread_r) <= 2", 9.2),
    ("chain", "list_has_any(solids_l, solids_r)", 6.4),
    ("numbers", f"{_CONFLICT} and ({_LIKENESS} >= 0.85 or {_SHARED} >= 2 or words_l = words_r)", -6.8),
    (
        "letter",
        (
            "marks_l is not distinct from marks_r and words_l <> words_r"
            f" and ({_WORDS_SHORTER} >= 10 and {_WORDS_APART} <= 2 or {_WORDS_SHORTER} >= 5 and {_WORDS_APART} <= 1)"
        ),
        5.0,
    ),
    ("alike", f"not {_CONFLICT} and {_LIKENESS} >= 0.955", 5.0),
    ("adds", f"{_SAME_WORDS} and {_ALL_OF_ONE}", 5.2),
    (
        "begins",
        (
            f"{_begins(_FIRST_L, _FIRST_R, 10)} or {_begins(_SECOND_L, _FIRST_R, 8)}"
            f" or {_begins(_FIRST_L, _SECOND_R, 8)} or {_SHORTER} >= 14 and"
            f" damerau_levenshtein(left({_FIRST_L}, {_SHORTER}), left({_FIRST_R}, {_SHORTER})) <= 1"
        ),
        4.4,
    ),
    (
        "short_forms",
        (
            f"least(len(stems_l), len(stems_r)) >= 3 and {_SHARED} >= 1 and ({_STEMS} >= 0.75 * {_STEMS_MOST}"
            f" or {_STEMS} >= 4 and {_STEMS} >= 0.6 * {_STEMS_MOST} and {_SHARED} >= 2)"
        ),
        4.7,
    ),
    ("contained", f"{_SHARED} >= 2 and {_ALL_OF_ONE}", 1.6),
    ("similar", f"{_LIKENESS} >= 0.92", -1.7),
    ("swaps", _SAME_WORDS, -0.7),
    ("two_words", f"{_SHARED} >= 2", -2.4),
    ("only_word", f"{_SHARED} = 1 and {_FEWEST} = 1", -2.4),
    ("one_word", f"{_SHARED} = 1", -3.5),
    ("other", "ELSE", -2.3),
)
"""Levels of a comparison: (what it is called, when it holds, its weight); the first that holds is taken."""

_NUMBER, _STREET = "number_l = number_r", "street_l = street_r"
_BOTH = "number_l is not null and street_l is not null and number_r is not null and street_r is not null"
_NEAR = "(zip_l = zip_r or place_l = place_r)"
_LIKE_STREETS = (
    "(jaro_winkler_similarity(street_l, street_r) >= 0.85 or starts_with(street_l, street_r)"
    " or starts_with(street_r, street_l) or ends_with(street_l, street_r) or ends_with(street_r, street_l))"
)
_PLACE = (
    ("unit", f"{_NUMBER} and {_STREET} and {_NEAR} and unit_l <> unit_r", 4.1),
    ("address", f"{_NUMBER} and {_STREET} and {_NEAR}", 7.5),
    ("address_alike", f"{_NUMBER} and {_LIKE_STREETS} and {_NEAR}", 8.3),
    (
        "number_typo",
        (
            f"{_BOTH} and {_STREET} and {_NEAR} and least(length(number_l), length(number_r)) >= 4"
            " and damerau_levenshtein(number_l, number_r) = 1"
        ),
        5.7,
    ),
    ("street", f"{_BOTH} and {_STREET} and {_NEAR}", -0.1),
    ("zip_apart", f"{_BOTH} and zip_l = zip_r", -3.7),
    ("town_apart", f"{_BOTH} and place_l = place_r", -8.3),
    ("address_elsewhere", f"{_BOTH} and {_NUMBER} and {_STREET}", 4.0),
    ("apart", _BOTH, -6.1),
    ("zip", "zip_l = zip_r", 8.9),
    ("town", "place_l = place_r", 4.0),
    ("other", "ELSE", -3.0),
)
OTHER_ADDRESSES = frozenset({"street", "zip_apart", "town_apart", "apart"})
"""Two addresses are known and differ: with the same employer, that is another location (BR-12)."""


def _same_or_not(column: str, same: float, different: float) -> tuple:
    missing = f"{column}_l is null or {column}_r is null"
    return ((None, missing, 0.0), ("same", f"{column}_l = {column}_r", same), ("different", "ELSE", different))


_INDUSTRY = (
    (None, "naics_l is null or naics_r is null", 0.0),
    ("same", "left(naics_l, 4) = left(naics_r, 4)", 1.0),
    ("sector", "left(naics_l, 2) = left(naics_r, 2)", 0.0),
    ("different", "ELSE", -1.5),
)
COMPARISONS: dict[str, tuple] = {
    "name": _NAME,
    "place": _PLACE,
    "phone": _same_or_not("phone", 4.0, -1.5),
    "site": _same_or_not("site", 4.0, -1.0),
    "fein": _same_or_not("fein", 7.0, -6.0),
    "naics": _INDUSTRY,
}

BLOCKS: tuple[str, ...] = (
    "l.name_key = r.name_key and l.place = r.place",
    "l.name_key = r.name_key and l.zip = r.zip",
    "l.phone = r.phone and l.place = r.place",
    "l.phone = r.phone and l.name_key = r.name_key",
    "l.fein = r.fein and l.place = r.place",
    "l.site = r.site and l.place = r.place",
    "l.number = r.number and l.street = r.street and l.place = r.place and l.door < 50 and r.door < 50",
    "l.number = r.number and l.street = r.street and l.zip = r.zip and l.door < 50 and r.door < 50",
    "l.head = r.head and l.place = r.place",
    "l.start = r.start and l.zip = r.zip",
    "l.tail = r.tail and l.place = r.place",
    "l.number = r.number and l.place = r.place and l.start = r.start",
)
WORD_BLOCK = "l.word = r.word and l.place = r.place"
"""What two records must share to be compared at all; words that very many bear in one town are left out."""


def level_names(comparison: str) -> list[str]:
    """What the levels of a comparison are called, by Splink's number for them (0 = the last)."""
    return [name for name, _, _ in reversed(COMPARISONS[comparison]) if name is not None]


def settings(*, only_new: bool) -> dict[str, Any]:
    """The model as Splink reads it; `only_new` = only pairs of which one is marked as new or changed."""
    extra = " and (l.is_new or r.is_new)" if only_new else ""
    blocks: list[dict[str, Any]] = [{"blocking_rule": block + extra} for block in BLOCKS]
    blocks.append({"blocking_rule": WORD_BLOCK + extra, "arrays_to_explode": ["word"]})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 1 / (1 + 2**-PRIOR_WEIGHT),
        "blocking_rules_to_generate_predictions": blocks,
        "comparisons": [
            {"output_column_name": name, "comparison_levels": [_level(*level) for level in levels]}
            for name, levels in COMPARISONS.items()
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }


def _level(name: str | None, condition: str, weight: float) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name or "not known"}
    if name is None:
        return level | {"is_null_level": True}
    return level | {"m_probability": _UNLIKELY * 2**weight, "u_probability": _UNLIKELY}


_WEIGHTS = {f"{name}:{level}": weight for name, levels in COMPARISONS.items() for level, _, weight in levels if level}


def weight_of(reasons: list[str]) -> float:
    """What reasons weigh together; unknown ones (of an older model) weigh nothing."""
    return sum(_WEIGHTS.get(reason, 0.0) for reason in reasons)
