"""How well duplicates are found, on a labelled set of our own making, and how texts are made comparable."""

import subprocess
import sys
from dataclasses import replace

import pytest

from bizworks.benchmark.labelled import make_lists
from businesses.constants import PAIR_LIKELY
from businesses.selectors.match_words import reason_sentence, reason_words
from businesses.services.linkage import pairs_find
from businesses.services.linkage_features import Known, address_parts, features, name_words, phone_digits, site_of
from businesses.services.linkage_model import COMPARISONS


def found(rows, **options):
    return {(p.left, p.right): p for part in pairs_find(rows, **options) for p in part}


@pytest.mark.parametrize("seed", [1, 7])
def test_precision_and_recall_on_the_labelled_set(seed):
    """P10: precision at least 0.98, recall at least 0.95, near misses included."""
    lists = make_lists(businesses=1_500, seed=seed)
    likely = {key for key, pair in found(lists.rows).items() if pair.probability >= PAIR_LIKELY}
    right = len(likely & lists.truth)
    assert right / len(likely) >= 0.98
    assert right / len(lists.truth) >= 0.95


HERE = Known(id=1, name="Larkspur Foundry Inc.", address="12 Elm Street", town="Springfield", municipality_id=7,
             zip_code="01103", state="MA", phone="(413) 555-0101", employer_id=1)  # fmt: skip


def probability(left, right):
    pairs = found([replace(left, id=1, employer_id=1), replace(right, id=2, employer_id=2)], lowest=0.0001)
    return pairs[1, 2].probability if pairs else 0.0


@pytest.mark.parametrize(
    "other",
    [
        {"name": "LARKSPUR FOUNDRY"},
        {"name": "Larkspur Fuondry, LLC", "phone": ""},
        {"name": "Larkspur Foundry", "address": "", "phone": ""},
        {"name": "Owner Holdings LLC", "alias": "Larkspur Foundry", "phone": ""},
        {"name": "Owner Holdings LLC dba Larkspur Foundry"},
        {"address": "12 ELM ST., Suite 4", "phone": "1-413-555-0101"},
    ],
)
def test_one_business_written_otherwise(other):
    assert probability(HERE, replace(HERE, **other)) >= PAIR_LIKELY


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"name": "John Barrow Sr. Looms"}, {"name": "John Barrow Jr. Looms"}),
        ({"name": "Store #4021"}, {"name": "Store #4027", "address": "90 Canal Street", "phone": ""}),
        ({"phone": ""}, {"name": "Kestrel Dental Associates", "phone": ""}),
        ({}, {"address": "900 Canal Street", "zip_code": "01104", "phone": "413-555-0177"}),
        ({"name": "Heritage Hall North"}, {"name": "Heritage Hall South"}),
        ({"fein": "001111111"}, {"fein": "002222222", "phone": "413-555-0199"}),
    ],
)
def test_near_misses(left, right):
    assert probability(replace(HERE, **left), replace(HERE, **right)) < PAIR_LIKELY


def test_only_pairs_with_something_new():
    rows = [replace(HERE, id=n, employer_id=n, is_new=n == 3) for n in (1, 2, 3)]
    assert set(found(rows, only_new=True)) == {(1, 3), (2, 3)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Acme Mfg. Co., Inc.", ("acme", "manufacturing")),
        ("A.B. Smith & Sons", ("ab", "smith", "sons")),
        ("Women's Health Care Svcs", ("womens", "healthcare", "services")),
        ("Café Zoë c/o Somebody", ("cafe", "zoe")),
        ("Inc.", ("inc",)),
        ("株式会社", ()),
    ],
)
def test_names_are_compared_without_their_dirt(text, words):
    assert name_words(text) == words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 N. Elm St., Suite 4B", ("12", "north elm", "4b")),
        ("One Financial Center", ("1", "financial center", "")),
        ("0045 Main Street 2nd Floor", ("45", "main", "2")),
        ("P.O. Box 12", ("", "", "")),
        ("Corner of Elm and Main", ("", "", "")),
        ("#", ("", "", "")),
        ("7", ("7", "", "")),
    ],
)
def test_addresses_are_taken_apart(text, parts):
    assert address_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "digits"), [("1 (413) 555-0101 x9", "4135550101"), ("000-000-0000", ""), ("555-0101", ""), ("", "")]
)
def test_telephones(text, digits):
    assert phone_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Acme.example/x?y", "acme.example"),
        ("acme.example:80", "acme.example"),
        ("facebook.com/acme", ""),
        ("http://[bad", ""),
        ("nothing", ""),
    ],
)
def test_websites(text, host):
    assert site_of(text) == host


def test_any_text_becomes_features():
    for text in ("", " ", "\x00", "'\"\\", "&&&", "dba", "#" * 200, "İıſß" * 50, "1" * 200):
        features(Known(id=1, name=text, alias=text, address=text, town=text, phone=text, website=text))


def test_every_reason_has_words():
    codes = {f"{name}:{level}" for name, levels in COMPARISONS.items() for level, _, _ in levels if level}
    silent = {"naics:sector"}
    assert {code for code in codes if not reason_words([code])} == silent
    assert reason_sentence(["name:letter", "phone:different", "place:unit"]) == (
        "Names differ by one or two letters; same building, other units"
    )
    assert reason_sentence(["of:an", "older:model"]) == ""


def test_heavy_packages_are_loaded_by_the_worker_only():
    code = "import sys, businesses.services.linkage; sys.exit(bool({'duckdb', 'splink', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
