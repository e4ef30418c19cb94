"""Places as lists really write them. Every row here is made up, with the dirt of the real lists."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from bizworks.reference.models import Municipality
from bizworks.reference.names import edit_distance, place_key, state_words, zip_digits
from bizworks.reference.selectors import NaicsIndex, PlaceIndex, TownRow, ZipRow, naics_normalise, place_resolve

MA_WORDS = state_words("MA", "Massachusetts")


@pytest.fixture
def index(db) -> PlaceIndex:
    return PlaceIndex.load(["MA", "IL", "WA"])


@pytest.fixture
def names(db) -> dict[int, str]:
    return dict(Municipality.objects.values_list("pk", "name"))


@pytest.mark.parametrize(
    ("state", "town", "zip_code", "expected", "how"),
    [
        # towns as they are, and as they are shouted
        ("MA", "Springfield", "01103", "Springfield", "town"),
        ("MA", "  SPRINGFIELD ", "01103", "Springfield", "town"),
        ("Massachusetts", "Springfield", "", "Springfield", "town"),
        ("ma", "manchester by the sea", "", "Manchester-by-the-Sea", "town"),
        # short forms
        ("MA", "N. Adams", "", "North Adams", "town"),
        ("MA", "No.Attleboro", "", "North Attleborough", "town"),
        ("MA", "So Hadley", "", "South Hadley", "town"),
        ("MA", "W SPRINGFIELD", "1089", "West Springfield", "town"),
        ("MA", "E.LONGMEADOW", "1028", "East Longmeadow", "town"),
        ("MA", "Mt. Washington", "", "Mount Washington", "town"),
        ("MA", "Foxboro", "2035", "Foxborough", "town"),
        ("MA", "MIDDLE BORO", "", "Middleborough", "town"),
        ("MA", "West Borough", "", "Westborough", "town"),
        ("MA", "Attleborough", "", "Attleboro", "town"),
        ("MA", "Town of Lee", "", "Lee", "town"),
        ("MA", "Worcester, MA", "", "Worcester", "town"),
        ("MA", "Worcester Mass.", "", "Worcester", "town"),
        ("MA", "WORCESTER MA 01608", "", "Worcester", "town"),
        ("IL", "St Charles", "60174", "Saint Charles", "town"),
        ("IL", "Mt. Vernon", "62864", "Mount Vernon", "town"),
        # villages, neighborhoods, postal names
        ("MA", "Dorchester", "02125", "Boston", "village"),
        ("MA", "DORCHESTER", "", "Boston", "village"),
        ("MA", "Roxbury / Boston", "", "Boston", "village"),
        ("MA", "Hyannis", "2601", "Barnstable", "village"),
        ("MA", "Indian Orchard", "", "Springfield", "village"),
        ("MA", "Turners Falls", "", "Montague", "village"),
        ("MA", "Mill River", "", "New Marlborough", "village"),
        ("MA", "East Freetown", "2717", "Freetown", "village"),
        ("MA", "Chestnut Hill", "02467", "Brookline", "village"),
        # misspelt
        ("MA", "SPRINGIELD", "", "Springfield", "spelling"),
        ("MA", "Cambirdge", "2138", "Cambridge", "spelling"),
        ("MA", "Sommerville", "", "Somerville", "spelling"),
        ("MA", "Wesborough", "", "Westborough", "spelling"),
        ("MA", "Hopkington", "", "Hopkinton", "spelling"),
        ("MA", "Mattapa", "", "Boston", "spelling"),
        ("WA", "Vanocuver", "98682", "Vancouver", "spelling"),
        # lost zeros, ZIP+4, decimals from a spreadsheet, no town
        ("MA", "", "1103", "Springfield", "zip"),
        ("MA", "", "1103.0", "Springfield", "zip"),
        ("MA", "", "01103-1234", "Springfield", "zip"),
        ("MA", "", "011031234", "Springfield", "zip"),
        ("MA", "", "11031234", "Springfield", "zip"),
        ("MA", "", "MA 01103", "Springfield", "zip"),
        ("MA", "Suite 209", "2155", "Medford", "zip"),
        ("", "", "98660", "Vancouver", "zip"),
        ("", "Boston", "2108", "Boston", "town"),
        # town and ZIP code disagree: an exact town wins, an unknown one does not
        ("MA", "Needham", "02149", "Needham", "town"),
        ("MA", "Bedford", "02740", "Bedford", "town"),
        ("MA", "Middlesex", "01752", "Marlborough", "zip"),
        ("MA", "Salam", "01970", "Salem", "spelling"),
        ("MA", "Boston", "60601", "Boston", "town"),
        ("MA", "Boston", "99999", "Boston", "town"),
        # a city in two counties: the ZIP code decides, else the county with most of its ZIP codes
        ("IL", "Chicago", "", "Chicago", "town"),
        ("IL", "Naperville", "60564", "Naperville", "town"),
    ],
)
def test_dirt_is_read(index, names, state, town, zip_code, expected, how):
    place = index.resolve(state=state, town=town, zip_code=zip_code)
    assert (names.get(place.municipality_id), place.how) == (expected, how)
    assert place.county_fips
    assert place.problem is None


@pytest.mark.parametrize(
    ("state", "town", "zip_code", "problem"),
    [
        ("MA", "", "", "Neither town nor ZIP code is given."),
        ("MA", " ", " ", "Neither town nor ZIP code is given."),
        ("", "Springfield", "", "The state is missing."),
        ("TX", "Austin", "78758", "No places are known for the state “TX”."),
        ("MA", "Atlantis", "", "“Atlantis” is no town or village of MA known here, and no ZIP code is given."),
        ("MA", "Atlantis", "M6K", "“Atlantis” is no town or village of MA known here, and “M6K” is not a ZIP code."),
        (
            "MA",
            "Atlantis",
            "60601",
            "“Atlantis” is no town or village of MA known here, and the ZIP code 60601 is of another state.",
        ),
        ("MA", "", "09999", "No town is given, and the ZIP code 09999 is not known in MA."),
        ("MA", "Chestnut Hill", "", "“Chestnut Hill” may be in Brookline or Newton, and no ZIP code is given."),
        ("MA", "Lex", "", "“Lex” is no town or village of MA known here, and no ZIP code is given."),
    ],
)
def test_what_cannot_be_placed_is_explained(index, state, town, zip_code, problem):
    place = index.resolve(state=state, town=town, zip_code=zip_code)
    assert place.problem == problem
    assert place.municipality_id is place.county_fips is None
    assert place.how == ""


def test_the_zip_code_comes_back_as_five_digits(index):
    def read(town: str, zip_code: str) -> str | None:
        return index.resolve(state="MA", town=town, zip_code=zip_code).zip_code

    assert read("Springfield", "1103-1234") == "01103"
    assert read("", "2108") == "02108"
    assert read("Springfield", "") is None
    assert read("Springfield", "none") is None
    assert index.resolve(state="IL", town="Chicago", zip_code="6060").zip_code is None
    assert index.resolve(state="TX", town="Austin", zip_code="78758").zip_code == "78758"


def test_a_misspelling_of_two_towns_is_left_to_the_zip_code():
    towns = [TownRow(1, "MA", "25001", "Marston"), TownRow(2, "MA", "25003", "Carston")]
    small = PlaceIndex(
        states=[("MA", "Massachusetts")],
        towns=towns,
        aliases=[],
        zips=[
            ZipRow("02001", "MA", "25001", 1),
            ZipRow("02002", "MA", "25003", 2),
            ZipRow("02003", "MA", "25005", None),
        ],
    )
    assert small.resolve(state="MA", town="Parston", zip_code="").problem
    assert small.resolve(state="MA", town="Parston", zip_code="02002").municipality_id == 2
    assert small.resolve(state="MA", town="Marstn", zip_code="").municipality_id == 1
    elsewhere = small.resolve(state="MA", town="Marstn", zip_code="02003")
    assert (elsewhere.municipality_id, elsewhere.county_fips, elsewhere.how) == (None, "25005", "zip")


def test_a_city_in_several_counties_goes_by_zip_code_then_by_its_weight():
    towns = [TownRow(1, "IL", "17043", "Twoville"), TownRow(2, "IL", "17197", "Twoville")]
    zips = [ZipRow("60001", "IL", "17043", 1), ZipRow("60002", "IL", "17043", 1), ZipRow("60003", "IL", "17197", 2)]
    small = PlaceIndex(states=[("IL", "Illinois")], towns=towns, aliases=[], zips=zips)
    assert small.resolve(state="IL", town="Twoville", zip_code="60003").municipality_id == 2
    assert small.resolve(state="IL", town="Twoville", zip_code="").municipality_id == 1
    even = PlaceIndex(states=[("IL", "Illinois")], towns=towns, aliases=[], zips=zips[1:])
    assert even.resolve(state="IL", town="Twoville", zip_code="").problem == (
        "“Twoville” is in more than one county, and no ZIP code is given."
    )


@given(
    state=st.sampled_from(["MA", "IL", "", "TX", "massachusetts"]) | st.text(max_size=5),
    town=st.text(max_size=30),
    zip_code=st.text(max_size=12),
)
def test_no_text_breaks_it(state, town, zip_code):
    small = PlaceIndex(
        states=[("MA", "Massachusetts"), ("IL", "Illinois")],
        towns=[TownRow(1, "MA", "25013", "Springfield"), TownRow(2, "IL", "17167", "Springfield")],
        aliases=[("MA", "indian orchard", 1)],
        zips=[ZipRow("01103", "MA", "25013", 1), ZipRow("62701", "IL", "17167", 2)],
    )
    place = small.resolve(state=state, town=town, zip_code=zip_code)
    assert (place.problem is None) == (place.county_fips is not None) == bool(place.how)
    assert place.zip_code is None or (
        len(place.zip_code) == 5 and place.zip_code.isascii() and place.zip_code.isdigit()
    )


def test_every_town_is_found_by_its_own_name_and_every_zip_code_by_itself(index):
    for town in Municipality.objects.filter(state="MA"):
        for written in (town.name, town.name.upper(), f"{town.name}, MA", town.name.replace("borough", "boro")):
            assert index.resolve(state="MA", town=written, zip_code="").municipality_id == town.pk, written


def test_18_000_rows_take_about_a_second(db):
    towns = list(Municipality.objects.filter(state="MA").values_list("name", flat=True))
    misspelt = [f"{name[:3]}x{name[3:]}" for name in towns[:100]]
    rows = [(name.upper(), "") for name in towns * 51] + [(name, "") for name in misspelt]
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        index = PlaceIndex.load(["MA"])
        found = [index.resolve(state="MA", town=town, zip_code=zip_code) for town, zip_code in rows]
        seconds = time.perf_counter() - started
    assert len(queries) == 4
    assert sum(place.problem is None for place in found) > 18_000 * 0.99
    assert seconds < 5


def test_one_place_can_be_resolved_without_an_index(db):
    assert place_resolve(state="MA", town="Bostn", zip_code="").municipality_id == 35


def test_keys_compare_what_people_mean():
    assert place_key("St. Mary's", state_words=()) == "saint marys"
    assert place_key("Foxboro") == place_key("FOXBOROUGH")
    assert place_key("Mass", state_words=MA_WORDS) == "mass"
    assert place_key("Peñasco") == "penasco"
    assert place_key("12345") == ""


def test_zip_digits():
    assert zip_digits("O2116", lost_zero=True) == "02116"
    assert zip_digits("2116", lost_zero=False) == ""
    assert zip_digits("02116/02117", lost_zero=True) == "02116"
    assert zip_digits("123456", lost_zero=True) == ""
    assert zip_digits("٠٢١١٦", lost_zero=True) == ""


def test_edit_distance_counts_changes_additions_losses_and_swaps():
    assert edit_distance("boston", "boston", 2) == 0
    assert edit_distance("boston", "bostn", 2) == 1
    assert edit_distance("boston", "bsoton", 2) == 1
    assert edit_distance("boston", "bastan", 2) == 2
    assert edit_distance("boston", "worcester", 2) == 3


@pytest.mark.parametrize(
    ("text", "code", "remark"),
    [
        ("541110", "541110", None),
        (" 5411 ", "5411", None),
        ("31", "31", None),
        ("541110.0", "541110", None),
        ("511210", "511210", None),
        ("722511 Full-service restaurants", "722511", None),
        ("54111001", "541110", "NAICS 54111001 is not a known code; taken as 541110."),
        ("541712", "54171", "NAICS 541712 is not a known code; taken as 54171."),
        ("722110", "722", "NAICS 722110 is not a known code; taken as 722."),
        ("999990", None, "NAICS 999990 is not a known code."),
        ("0", None, "“0” is not a NAICS code: two to six digits are wanted."),
        ("Restaurant", None, "“Restaurant” is not a NAICS code: two to six digits are wanted."),
        ("٥٤١١١٠", None, "“٥٤١١١٠” is not a NAICS code: two to six digits are wanted."),
        ("", None, None),
        ("  ", None, None),
    ],
)
def test_naics_texts(db, text, code, remark):
    assert naics_normalise(text) == (code, remark)
    assert NaicsIndex.load().normalise(text) == (code, remark)
