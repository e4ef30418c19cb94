"""Search as you type: what is found, in which order, why, and by whom."""

import json
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from businesses import selectors
from businesses.models import Business, BusinessActivity, BusinessIdentifier, Contact, Employer, ImportMapping, Lead
from businesses.selectors.matches import Typed
from businesses.selectors.search import marks
from businesses.selectors.search_terms import misspellings, terms_of
from tests.factories import make_business, make_contact


def found(world, text: str, *, actor: Actor | None = None, limit: int = 10) -> list[str]:
    return [b.name for b in selectors.business_search(actor=actor or world.rep, text=text, limit=limit)]


def why(world, text: str, *, actor: Actor | None = None) -> list[str]:
    return [hit.why for hit in selectors.business_hits(actor=actor or world.rep, text=text)]


def business(world, name: str, **changes) -> Business:
    row = make_business(world, name, town=changes.pop("town", "Springfield"))
    if "fein" in changes:
        Employer.objects.filter(pk=row.employer_id).update(
            fein=changes.pop("fein"), fein_source=changes.pop("fein_source", "staff")
        )
    Business.objects.filter(pk=row.pk).update(**changes)
    return Business.objects.get(pk=row.pk)


# --- what is understood


@pytest.mark.parametrize(
    "text",
    [
        "oreilly cafe",
        "O'Reilly",
        "o’reilly café",
        "CAFE oreil",
        "the o'reilly cafe inc",
        "oreilly, springfield",
        "springf cafe",
        "oreily cafe",
        "orielly",
        "oreillly cafe",
        "oreilly cafw",
        "or",
        "oreilly in",
        "oreilly llc",
        "sunny corner",
        "CORNER SUNNY",
    ],
)
def test_a_business_is_found_by_what_people_remember(in_north, text):
    business(in_north, "The O'Reilly Café, Inc.", alias="Sunny Corner")
    business(in_north, "Zenith Bakery", town="Boston")
    assert found(in_north, text) == ["The O'Reilly Café, Inc."]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("A.B.C. Plumbing", "abc plumbing"),
        ("A. B. C. Plumbing", "a b plumbing"),
        ("7-Eleven 4021", "7 eleven"),
        ("Smith & Sons", "smith and sons"),
        ("Müller Straßenbau", "muller strassenbau"),
        ("Łódź Bakery", "lodz"),
        ("Bay Mfg. Co.", "bay manufacturing"),
        ("Saint Anne Dairy", "st anne"),
        ("The Company", "the company"),
        ("Co-op Of The Valley", "valley co op"),
        ("北京 Noodles", "北京"),
        ("Pizza 🍕 Palace", "pizza palace"),
    ],
)
def test_accents_marks_and_short_forms_make_no_difference(in_north, name, text):
    business(in_north, name)
    assert found(in_north, text) == [name]


@pytest.mark.parametrize(
    "text", ["", " ", "a", "&", "-", "%", "_", "**", "\x00acme", "acme zenith", "zzz", "acne works"]
)
def test_nothing_is_made_up(in_north, text):
    business(in_north, "Acme Precision")
    assert found(in_north, text) == []


def test_people_numbers_and_addresses_lead_to_their_business(in_north):
    row = business(in_north, "Acme Precision", phone="(413) 555-0142", town="Boston")
    contact = make_contact(row, "Zoë Quist")
    Contact.objects.filter(pk=contact.pk).update(email="zoe@acme.example", phone="617-555-0177", do_not_contact=True)
    BusinessIdentifier.objects.create(business=row, scheme="moses", value="MO-778812", source="staff")
    business(in_north, "Other")
    for text, reason in {
        "zoe quist": "Zoë Quist works here",
        "quist acme": "Zoë Quist works here",
        "413-555-01": "Telephone: (413) 555-0142",
        "1 413 555 0142": "Telephone: (413) 555-0142",
        "555-0142": "Telephone: (413) 555-0142",
        "6175550177": "Zoë Quist: 617-555-0177",
        "zoe@acme": "Zoë Quist: zoe@acme.example",
        "@acme.example": "Zoë Quist: zoe@acme.example",
        "MO-778812": "By a number of another system",
        "mo7788": "By a number of another system",
    }.items():
        hits = selectors.business_hits(actor=in_north.rep, text=text)
        assert [(hit.business.name, hit.why) for hit in hits] == [("Acme Precision", reason)], text


def test_one_who_left_still_leads_there(in_north):
    Contact.objects.filter(pk=make_contact(business(in_north, "Acme"), "Kim Doe").pk).update(left_on=date(2026, 1, 1))
    assert why(in_north, "kim doe") == ["Kim Doe worked here"]


def test_a_row_of_a_list_is_found_by_the_lists_own_number(in_north):
    ImportMapping.objects.create(source_name="Licenses")
    rows = [business(in_north, name) for name in ("Acme", "Hidden")]
    for row, source, number in zip(rows, ("public", "uc"), ("LX-20", "LX-21"), strict=True):
        BusinessIdentifier.objects.create(business=row, scheme="list", value=f"Licenses:{number}", source=source)
    assert found(in_north, "lx-20") == ["Acme"]
    assert found(in_north, "LX-21") == []
    assert found(in_north, "LX-21", actor=in_north.state) == ["Hidden"]


# --- order


def test_whole_names_then_beginnings_then_words_then_town_then_people(in_north):
    for name, town in (("Harbor Acme", "Boston"), ("Acme", "Boston"), ("Acme Works", "Boston")):
        business(in_north, name, town=town)
    business(in_north, "Delta", alias="Acme", town="Boston")
    Business.objects.filter(pk=business(in_north, "Epsilon").pk).update(town="Acme")
    make_contact(business(in_north, "Zeta"), "Acme Jones")
    assert found(in_north, "acme") == ["Acme", "Delta", "Acme Works", "Harbor Acme", "Epsilon", "Zeta"]


def test_when_equal_open_own_region_own_account_and_recent_first(in_north):
    near = Actor(
        tenant_id=in_north.tenant.pk,
        staff_id=in_north.rep.staff_id,
        permissions=in_north.rep.permissions,
        region_ids=frozenset([in_north.region.pk]),
    )
    rows = {
        name: business(in_north, name, town=town)
        for name, town in (
            ("Acme A", "Boston"),
            ("Acme B", "Springfield"),
            ("Acme C", "Springfield"),
            ("Acme D", "Springfield"),
            ("Acme E", "Springfield"),
        )
    }
    Business.objects.filter(pk=rows["Acme B"].pk).update(status="closed")
    BusinessActivity.objects.create(business=rows["Acme D"], last_contact_on=date(2026, 5, 1))
    Lead.objects.create(
        business=rows["Acme E"],
        region=in_north.region,
        staff_id=in_north.rep.staff_id,
        agency=in_north.agency,
        started_on=date(2026, 1, 1),
        how="assigned",
    )
    hits = selectors.business_hits(actor=near, text="acme")
    assert [hit.business.name for hit in hits] == ["Acme E", "Acme D", "Acme C", "Acme A", "Acme B"]
    assert [hit.is_own for hit in hits] == [True, False, False, False, False]


def test_a_company_word_at_the_end_may_yet_become_another(in_north):
    for name in ("Acme Inc", "Acme Insulation"):
        business(in_north, name)
    assert found(in_north, "acme in") == ["Acme Inc", "Acme Insulation"]
    assert found(in_north, "acme ins") == ["Acme Insulation"]


def test_a_slip_is_forgiven_only_where_nothing_is_written_so(in_north):
    for name in ("Barn Cafe", "Bran Cafe"):
        business(in_north, name)
    assert found(in_north, "barn cafe") == ["Barn Cafe"]
    assert sorted(found(in_north, "brn cafe")) == ["Barn Cafe", "Bran Cafe"]
    assert why(in_north, "brn cafe") == ["Similar spelling", "Similar spelling"]
    assert "carn" in misspellings("barn")
    assert "barn" not in misspellings("barn")


def test_common_words_are_looked_up_together(in_north, monkeypatch):
    from businesses.selectors import search_ranks

    for name in ("RARE", "COMMON", "SHARED", "SHORT"):
        monkeypatch.setattr(search_ranks, name, 3)
    for number in range(8):
        business(in_north, f"Valley {number}")
        business(in_north, f"Construction {number}")
    business(in_north, "Mighty Valley Construction")
    assert found(in_north, "valley construction", limit=1) in ([], ["Mighty Valley Construction"])
    for name in ("RARE", "SHORT"):
        monkeypatch.setattr(search_ranks, name, 5)
    for name in ("COMMON", "SHARED"):
        monkeypatch.setattr(search_ranks, name, 100)
    assert found(in_north, "valley construction") == ["Mighty Valley Construction"]
    assert found(in_north, "v con") == ["Mighty Valley Construction"]


# --- who may


def test_a_fein_is_found_by_its_first_digits_only_by_those_who_see_feins(in_north):
    business(in_north, "Acme", fein="041234567")
    business(in_north, "Secret", fein="047654321", fein_source="uc")
    uc_blind = Actor(
        tenant_id=in_north.tenant.pk,
        permissions=in_north.state.permissions - {"see_uc_values"},
    )
    for text in ("04-12", "0412345", "04-123456"):
        assert found(in_north, text) == []
        assert found(in_north, text, actor=in_north.state) == ["Acme"]
    assert found(in_north, "04-1234567") == ["Acme"]
    assert why(in_north, "041234567") == ["By its FEIN"]
    for text in ("047654321", "04-7"):
        assert found(in_north, text) == []
        assert found(in_north, text, actor=uc_blind) == []
    assert found(in_north, "04-765", actor=in_north.state) == ["Secret"]


def test_feins_are_not_guessed_without_end(in_north, monkeypatch):
    from businesses.selectors import search

    cache.clear()
    monkeypatch.setattr(search, "FEINS_AN_HOUR", 2)
    business(in_north, "Acme", fein="041234567")
    business(in_north, "Zenith", fein="047654321")
    for _ in range(3):
        assert found(in_north, "041234567") == ["Acme"]
    assert found(in_north, "040000000") == []
    typed = Typed(name="Quite another", fein="047654321")
    assert found(in_north, "047654321") == selectors.likely_matches(actor=in_north.rep, typed=typed) == []
    rows = selectors.businesses_matching(
        selectors.business_list(actor=in_north.rep), actor=in_north.rep, text="047654321"
    )
    assert not rows.exists()
    assert found(in_north, "041234567") == ["Acme"]
    assert found(in_north, "047654321", actor=in_north.state) == ["Zenith"]


def test_words_of_digits_do_not_tell_how_a_fein_begins(in_north):
    for name, number, source in (("Acme", "041234567", "staff"), ("Zenith", "047654321", "uc")):
        row = business(in_north, name, alias=f"{number[:4]} Works", fein=number, fein_source=source)
        make_contact(row, number[:5])
        for text in (number[:4], number[:5]):
            assert "By its FEIN" not in why(in_north, text)
    assert why(in_north, "0412") == ["Also known as 0412 Works"]
    assert why(in_north, "0476") == ["Also known as 0476 Works"]


def test_a_single_letter_is_not_taken_for_a_kind_of_number(in_north):
    row = business(in_north, "Acme", fein="047654321", fein_source="uc", phone="413-555-0142")
    BusinessIdentifier.objects.create(business=row, scheme="ui_account", value="88112233", source="uc")
    contact = make_contact(row, "Zoe Quist")
    Contact.objects.filter(pk=contact.pk).update(email="zoe@acme.example")
    for letter in "efgu":  # "i" may yet become "Inc", "p" "PC"
        for actor in (in_north.rep, in_north.state):
            rows = selectors.businesses_matching(
                selectors.business_list(actor=actor), actor=actor, text=f"acme {letter}"
            )
            assert not rows.exists(), letter
    assert found(in_north, "acme q") == ["Acme"]


def test_numbers_of_the_unemployment_agency_are_found_by_state_staff_only(in_north):
    row = business(in_north, "Acme")
    BusinessIdentifier.objects.create(business=row, scheme="ui_account", value="88-112233", source="staff")
    BusinessIdentifier.objects.create(business=row, scheme="eto", value="E-445566", source="uc")
    for text in ("88-112233", "88112233", "E-445566", "e4455"):
        assert found(in_north, text) == []
        assert found(in_north, text, actor=in_north.state) == ["Acme"]


def test_lists_and_the_api_find_the_same(in_north):
    business(in_north, "O'Reilly Café", fein="041234567")
    business(in_north, "Zenith", fein="047654321", fein_source="uc")
    everything = selectors.business_list(actor=in_north.rep)
    for text in ("oreilly", "cafe or", "oreily", "041234567", "0412", "047654321", "%", "zen"):
        rows = selectors.businesses_matching(everything, actor=in_north.rep, text=text)
        assert [row.name for row in rows] == found(in_north, text), text
    assert selectors.businesses_matching(everything, actor=in_north.rep, text=" ").count() == 2


# --- the door


def test_the_answer_marks_says_why_and_shows_no_number_it_may_not(north, client_for):
    with tenant_context(north.tenant.pk):
        row = business(north, "Ünder <b>Works", alias="Acme Metal", fein="041234567", status="closed")
    client = client_for(north.rep)
    (answer,) = json.loads(client.get(reverse("businesses:search"), {"q": "under acme"}).content)
    assert answer == {
        "id": row.pk,
        "label": "Ünder <b>Works",
        "hint": "Springfield, MA",
        "why": "Also known as Acme Metal",
        "badges": [["Closed", "bad"]],
        "marks": [[0, 5]],
        "url": row.get_absolute_url(),
    }
    assert b"1234567" not in client.get(reverse("businesses:search"), {"q": "041234567"}).content.replace(
        b"041234567", b""
    )


def test_whoever_asks_without_end_is_told_to_wait(north, client_for, monkeypatch):
    from businesses.views import search

    cache.clear()
    monkeypatch.setattr(search, "SEARCHES_A_MINUTE", 2)
    client = client_for(north.rep)
    codes = [client.get(reverse("businesses:search"), {"q": "ac"}).status_code for _ in range(4)]
    assert codes[-1] == 429
    assert codes[0] == 200
    assert "Wait a minute" in client.get(reverse("businesses:search"), {"q": "ac"}).json()["detail"]
    assert client.get(reverse("businesses:search"), {"q": ""}).status_code == 200
    assert client_for(north.manager).get(reverse("businesses:search"), {"q": "ac"}).status_code == 200


def test_the_queries_do_not_grow(in_north):
    spent = []
    for number in (10, 1_000):
        employer = Employer.objects.create(name="All")
        Business.objects.bulk_create(
            Business(employer=employer, name=f"Acme {n} Works", town="Springfield", state="MA", search_text="acme")
            for n in range(number)
        )
        costs = []
        for text in ("ac", "acme works", "acme wroks", "works 7", "nothing at all", "413-555-0100"):
            with CaptureQueriesContext(connection) as captured:
                selectors.business_hits(actor=in_north.state, text=text)
            costs.append(len(captured))
        spent.append(costs)
    assert max(map(max, spent)) <= 8
    assert max(spent[1]) <= max(spent[0]) + 1
    assert spent[0][:2] == [3, 3]


def test_marks_and_terms():
    assert marks("Łódź Bakery, Boston", ["lo", "bak", "b"]) == ((0, 2), (5, 8), (13, 14))
    assert marks("O'Reilly's", ["oreil"]) == ((0, 5),)
    assert terms_of("x" * 10_000).words == ("x" * 60,)
    assert len(terms_of("ab " * 50).words) == 8
