"""Search before create: what counts as a match, how it is found, and what saving past one keeps (BR-12)."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.context import tenant_context
from businesses.models import Business, ConfirmedMatch, MatchKey, SentForm
from businesses.selectors.matches import Typed, address_key, likely_matches, strong_matches
from businesses.services.businesses import PossibleDuplicateError, business_create
from businesses.services.sent_forms import sent_forms_drop
from tests.businesses.conftest import add, data
from tests.factories import make_business


def refused(actor, **changes) -> list[tuple[int, str]]:
    with pytest.raises(PossibleDuplicateError) as caught:
        add(actor, **changes)
    return [(match.business.pk, match.rule) for match in caught.value.matches]


# --- what is a strong match


@pytest.mark.parametrize(
    ("known", "typed", "rule"),
    [
        ({"fein": "04-1111111"}, {"name": "Zenith Mills", "fein": "041111111"}, "fein"),
        ({"fein": "04-1111111", "address": "12 Mill Street"}, {"name": "Z", "fein": "04-1111111", "address": "12 MILL ST."}, "fein"),
        ({}, {"name": "ACME PRECISION INC."}, "name"),
        ({}, {"name": "Acme Precison"}, "name"),
        ({}, {"name": "Something else", "alias": "Acme Precision LLC"}, "name"),
        ({"alias": "Precision Parts of Springfield"}, {"name": "The Precision Parts"}, "name"),
        ({"phone": "(413) 555-0100"}, {"name": "Zenith Mills", "phone": "1-413-555-0100 x 12"}, "phone"),
        ({"website": "www.acme.example/about"}, {"name": "Zenith Mills", "website": "https://acme.example"}, "web"),
    ],
)  # fmt: skip
def test_what_looks_like_the_same_business_is_refused(in_north, known, typed, rule):
    business = add(in_north.rep, **known)
    assert refused(in_north.rep, **typed) == [(business.pk, rule)]


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ({}, {"town": "Boston"}),
        ({}, {"name": "Acme Plumbing"}),
        ({"fein": "04-1111111"}, {"town": "Boston", "fein": "04-1111111"}),
        ({"fein": "04-1111111", "address": "12 Mill St"}, {"fein": "04-1111111", "address": "980 Main St"}),
        ({"phone": "413 555-0100"}, {"name": "Zenith", "phone": "413 555-0100", "town": "Boston"}),
        ({"phone": "555-0100"}, {"name": "Zenith", "phone": "555-0100"}),
        ({"website": "facebook.com/acme"}, {"name": "Zenith", "website": "facebook.com/zenith"}),
    ],
)
def test_what_is_another_business_is_saved_without_a_question(in_north, known, typed):
    add(in_north.rep, **known)
    assert add(in_north.rep, **typed).pk
    assert not ConfirmedMatch.objects.exists()


def test_another_address_of_a_chosen_employer_is_a_location_not_a_duplicate(in_north):
    first = add(in_north.rep, address="1 Mill St")
    second = add(in_north.rep, address="2 Main St", employer_id=first.employer_id)
    assert second.employer_id == first.employer_id
    assert refused(in_north.rep, address="2 Main Street", employer_id=first.employer_id)[0] == (second.pk, "fein")


def test_another_tenants_business_is_neither_a_match_nor_likely(north, south):
    with tenant_context(south.tenant.pk):
        add(south.rep, fein="04-1111111", phone="413 555-0100", website="acme.example")
    with tenant_context(north.tenant.pk):
        typed = Typed(name="Acme Precision", town="Springfield", state="MA", fein="041111111", phone="413 555-0100")
        assert likely_matches(actor=north.rep, typed=typed) == []
        assert MatchKey.objects.count() == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [("12 Mill Street", "12 MILL ST."), ("1 North Main Rd, Suite 4", "1 n main road ste 4"), ("", "")],
)
def test_addresses_are_compared_by_what_tells_them_apart(left, right):
    assert address_key(left) == address_key(right)


# --- saving past one


def test_saving_past_a_match_keeps_who_which_and_why(in_north):
    known = add(in_north.rep)
    second = add(in_north.other_rep, confirmed_reason="  Their   second shop ")
    kept = ConfirmedMatch.objects.get()
    assert (kept.business_id, kept.other_id, kept.rule) == (second.pk, known.pk, "name")
    assert (kept.reason, kept.decided_by_id) == ("Their second shop", in_north.other_rep.staff_id)


@pytest.mark.parametrize("reason", ["", "   ", "900-12-3456", "x" * 301, "a\x00b"])
def test_an_empty_or_impossible_reason_saves_nothing(in_north, reason):
    add(in_north.rep)
    with pytest.raises(BusinessRuleError) as caught:
        add(in_north.rep, confirmed_reason=reason)
    assert list(caught.value.errors) == ["confirmed_reason"]
    assert Business.objects.count() == 1


def test_a_form_sent_twice_with_its_reason_saves_once(in_north):
    add(in_north.rep)
    key = uuid.uuid4()
    first, again = (add(in_north.rep, confirmed_reason="Second shop", form_key=key) for _ in range(2))
    assert first == again
    assert (Business.objects.count(), ConfirmedMatch.objects.count()) == (2, 1)
    with pytest.raises(BusinessRuleError, match="sent before"):
        add(in_north.other_rep, name="Zenith", form_key=key)
    with pytest.raises(BusinessRuleError):
        business_create(actor=in_north.rep, data=data(name="", form_key=(fresh := uuid.uuid4())))
    assert business_create(actor=in_north.rep, data=data(name="Zenith", form_key=fresh)).name == "Zenith"
    SentForm.objects.update(sent_at="2020-01-01T00:00:00Z")
    assert sent_forms_drop() == 2


# --- the keys


def found_by(**typed) -> list[int]:
    town = Business.objects.exclude(municipality=None).first().municipality_id
    return [match.business.pk for match in strong_matches(Typed(municipality_id=town, **typed))]


def test_keys_follow_whatever_way_a_business_is_written(in_north):
    business = make_business(in_north, "Bramblecote Metalwork")
    assert found_by(name="Bramblecote Metal Work") == [business.pk]
    Business.objects.filter(pk=business.pk).update(name="Zenith Bakery", phone="413 555-0100")
    assert found_by(name="Bramblecote Metal Work") == []
    assert found_by(name="Zenith Bakeries") == found_by(phone="4135550100") == [business.pk]
    before = MatchKey.objects.count()
    Business.objects.update(sector=in_north.sector)
    assert MatchKey.objects.count() == before == 3
    Business.objects.update(status="merged")
    assert (MatchKey.objects.count(), found_by(name="Zenith Bakery")) == (0, [])
    Business.objects.update(status="active")
    assert found_by(name="Zenith Bakery") == [business.pk]
    Business.objects.all().delete()
    assert MatchKey.objects.count() == 0


@pytest.mark.parametrize("name", ["", "!!!", "The", "Ünïted Çafé & Co.", "名前", "a" * 200, "O'Brien's", "%_\\'"])
def test_odd_names_are_keyed_and_found_again(in_north, name):
    business = make_business(in_north, name or "x")
    assert found_by(name=name) in ([business.pk], [])
    if name.isascii() and len(name) > 4 and name[0].isalnum():
        assert found_by(name=name) == [business.pk]


@pytest.mark.parametrize("many", [10, 1_000])
def test_a_crowded_town_costs_the_same(in_north, many):
    model = make_business(in_north, "Bramblecote Metalwork")
    Business.objects.bulk_create(
        Business(
            employer=model.employer, name=f"Filler {n:05} Works", town=model.town, state="MA",
            municipality=model.municipality, search_text=f"filler {n}",
        )
        for n in range(many)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as captured:
        assert found_by(name="Bramblecote Metal Works") == [model.pk]
    assert len(captured) <= 8


# --- what is shown while typing


def test_while_typing_the_same_employer_elsewhere_is_offered_as_a_location(in_north):
    known = add(in_north.rep, name="Acme Precision - Springfield", fein="04-1111111")
    typed = Typed(name="ACME Precision Inc", town="Westfield", state="MA", fein="041111111")
    (match,) = likely_matches(actor=in_north.rep, typed=typed)
    assert (match.business, match.is_strong) == (known, False)
    assert "another location" in match.reason
    (match,) = likely_matches(actor=in_north.rep, typed=Typed(name="Acme Precision Inc", town="Westfield", state="MA"))
    assert (match.business, match.is_strong) == (known, False)
    (match,) = likely_matches(actor=in_north.rep, typed=Typed(name="Acme Precison", town="Springfield", state="MA"))
    assert (match.business, match.rule) == (known, "name")


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"name": "\u202e" * 200}, {"name": "a" * 200, "town": "z" * 200, "state": "XX"}, {"fein": "000000000"},
        {"name": "((((*", "town": "%", "state": "MA"}, {"name": "x", "employer_id": 2**62},
    ],
)  # fmt: skip
def test_half_typed_and_odd_input_finds_nothing_and_does_no_harm(in_north, typed):
    add(in_north.rep)
    assert likely_matches(actor=in_north.rep, typed=Typed(**typed)) == []
