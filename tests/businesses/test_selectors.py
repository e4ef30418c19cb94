"""Finding, paging, masking, and what upper apps add."""

from datetime import date

import pytest

from bizworks.core.errors import NotAllowedError
from bizworks.directory.services.map_changes import MapScope
from bizworks.reference.models import Municipality
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from businesses import selectors
from businesses.models import Business, BusinessIdentifier
from businesses.selectors import TimelineEntry, hooks, timeline
from businesses.selectors.matches import name_key
from tests.businesses.conftest import add
from tests.factories import make_business


@pytest.fixture
def no_hooks(monkeypatch):
    """Registries as if no upper app were there."""
    for name in ("_panels", "_served", "_alerts"):
        monkeypatch.setattr(hooks, name, [])
    monkeypatch.setattr(timeline, "_sources", [])


def names(businesses) -> list[str]:
    return [business.name for business in businesses]


# --- who may


def test_nobody_without_the_permission_reads(in_north):
    nobody = Actor(tenant_id=in_north.tenant.pk)
    for read in (
        lambda: selectors.business_list(actor=nobody),
        lambda: selectors.business_get_for(actor=nobody, business_id=1),
        lambda: selectors.business_search(actor=nobody, text="acme"),
        lambda: selectors.contact_get_for(actor=nobody, contact_id=1),
        lambda: selectors.import_list(actor=in_north.rep),
        lambda: selectors.import_get_for(actor=in_north.partner, batch_id=1),
    ):
        with pytest.raises(NotAllowedError):
            read()


def test_a_strangers_business_is_never_found(north, south):
    with tenant_context(south.tenant.pk):
        theirs = add(south.rep, name="Secret Works", fein="04-1111111")
    with tenant_context(north.tenant.pk):
        for text in ("Secret", "041111111", "Springfield"):
            assert selectors.business_search(actor=north.state, text=text) == []
        assert selectors.business_page(selectors.business_list(actor=north.rep), cursor=f"a{theirs.pk}").rows == []


# --- typeahead


@pytest.mark.parametrize(
    "text", ["acme", "PRECISION acme", "springf acm", "metal", "04-1111111", "041111111", "  acme   prec "]
)
def test_words_are_found_in_any_order_over_name_alias_town_and_fein(in_north, text):
    add(in_north.rep, alias="AP Metal", fein="04-1111111")
    add(in_north.rep, name="Zenith Bakery", town="Boston")
    assert names(selectors.business_search(actor=in_north.rep, text=text)) == ["Acme Precision"]


@pytest.mark.parametrize("text", ["", "a", "%", "_%", "\x00acme", "zz", "04111111", "'; drop table", "acme zenith"])
def test_nothing_is_found_by_what_does_not_stand_there(in_north, text):
    add(in_north.rep, fein="04-1111111")
    assert selectors.business_search(actor=in_north.rep, text=text) == []


def test_a_name_that_begins_so_comes_first_then_the_own_region(in_north):
    for name, town in (("Big Acme", "Springfield"), ("Acme Two", "Boston"), ("Acme Three", "Springfield")):
        make_business(in_north, name, town=town)
    near = Actor(
        tenant_id=in_north.tenant.pk,
        permissions=in_north.rep.permissions,
        region_ids=frozenset([in_north.other_region.pk]),
    )
    assert names(selectors.business_search(actor=near, text="acme")) == ["Acme Two", "Acme Three", "Big Acme"]
    assert names(selectors.business_search(actor=in_north.rep, text="acme", limit=1)) == ["Acme Three"]


def test_merged_businesses_are_not_offered(in_north):
    business = make_business(in_north, "Acme")
    Business.objects.update(status="merged")
    assert selectors.business_search(actor=in_north.rep, text="acme") == []
    assert selectors.business_get_for(actor=in_north.rep, business_id=business.pk) == business


# --- the list


def test_pages_go_forth_and_back_whatever_the_case(in_north):
    for name in ("beta", "Alpha", "delta", "Gamma", "alpha"):
        make_business(in_north, name)
    businesses = selectors.business_list(actor=in_north.rep)
    first = selectors.business_page(businesses, size=2)
    second = selectors.business_page(businesses, cursor=first.next, size=2)
    third = selectors.business_page(businesses, cursor=second.next, size=2)
    assert [names(p.rows) for p in (first, second, third)] == [["Alpha", "alpha"], ["beta", "delta"], ["Gamma"]]
    assert (first.previous, third.next) == ("", "")
    assert names(selectors.business_page(businesses, cursor=third.previous, size=2).rows) == ["beta", "delta"]
    back = selectors.business_page(businesses, cursor=second.previous, size=2)
    assert (names(back.rows), back.previous) == (["Alpha", "alpha"], "")


@pytest.mark.parametrize("cursor", ["x", "a", "a1x", "c5", "a" + "9" * 40, "b-1", "a٣", "a987654321"])
def test_a_cursor_that_was_tampered_with_begins_at_the_top(in_north, cursor):
    make_business(in_north, "Alpha")
    assert names(selectors.business_page(selectors.business_list(actor=in_north.rep), cursor=cursor).rows) == ["Alpha"]


def test_the_count_is_exact_up_to_its_cap(in_north, monkeypatch):
    monkeypatch.setattr(selectors.businesses, "COUNT_CAP", 2)
    businesses = selectors.business_list(actor=in_north.rep)
    for expected in ((1, False), (2, False), (2, True)):
        make_business(in_north)
        assert selectors.business_count_capped(businesses) == expected


def test_a_change_of_the_map_can_say_how_many_it_would_touch(in_north):
    town = Municipality.objects.get(state="MA", name="Springfield")
    add(in_north.rep)
    add(in_north.rep, name="Zenith", town="Westfield", naics="311811")
    scope = MapScope(municipality_ids=frozenset([town.pk]))
    assert selectors.businesses.business_count_in(scope) == 1
    scope = MapScope(county_ids=frozenset([town.county_id]), except_municipality_ids=frozenset([town.pk]))
    assert selectors.businesses.business_count_in(scope) == 1
    scope = MapScope(naics_included=frozenset(["3"]), naics_excluded=frozenset(["31"]))
    assert selectors.businesses.business_count_in(scope) == 1


# --- what may be read of one


def test_a_fein_is_whole_for_state_staff_and_the_agency_that_recorded_it(in_north):
    business = add(in_north.rep, fein="04-1111111")
    shown = {
        role: selectors.business_facts(
            actor=actor, business=selectors.business_get_for(actor=actor, business_id=business.pk)
        )[0].value
        for role, actor in vars(in_north).items()
        if isinstance(actor, Actor)
    }
    assert shown["state"] == shown["rep"] == "04-1111111"
    assert shown["other_rep"] == "••-•••1111"


def test_what_came_from_the_unemployment_agency_is_held_back(in_north):
    business = add(in_north.state, fein="04-1111111", employees=77, source="uc")
    BusinessIdentifier.objects.create(business=business, scheme="ui_account", value="UI-424242", source="uc")
    business = selectors.business_get_for(actor=in_north.rep, business_id=business.pk)
    for actor in (in_north.rep, in_north.other_rep, in_north.admin):
        facts = selectors.business_facts(actor=actor, business=business)
        text = " ".join(fact.value for fact in facts)
        assert [value for value in ("77", "UI-424242", "04-1111111", "332710") if value in text] == []
    facts = selectors.business_facts(actor=in_north.state, business=business)
    assert "UI-424242" in {fact.value for fact in facts}


def test_the_other_locations_of_an_employer(in_north):
    first = add(in_north.rep, fein="04-1111111")
    second = add(in_north.rep, name="Acme West", town="Boston", fein="04-1111111", confirmed_reason="Another one")
    assert selectors.employer_locations(business=first) == [second]


# --- NAICS and names


def test_an_industry_is_found_by_digits_and_by_words(db):
    assert ("332710", "Machine Shops") in selectors.naics_search("machine shop")
    assert selectors.naics_search("33271")[0][0] == "332710"
    assert selectors.naics_search("x") == selectors.naics_search("\x00\x00\x00") == []
    assert selectors.naics_named(["332710", "99"]) == [("332710", "332710 Machine Shops"), ("99", "99")]


@pytest.mark.parametrize(
    ("name", "key"),
    [("The Acme Co., Inc.", "acme"), ("Café Étoile LLC", "cafe etoile"), ("The Company", "the company"), ("!!", "")],
)
def test_names_are_compared_without_what_does_not_tell_them_apart(name, key):
    assert name_key(name) == key


# --- timelines, panels, who was served


def entries(*days: int, kind: str = "interaction") -> list[TimelineEntry]:
    return [TimelineEntry(occurred_on=date(2026, 1, day), kind=kind, title=f"{kind} {day}") for day in days]


def source(everything):
    def read(*, actor, business_id, bounds, limit):
        rows = [entry for entry in everything if bounds.through is None or entry.occurred_on <= bounds.through]
        return sorted(rows, key=lambda entry: entry.occurred_on, reverse=True)[:limit]

    return read


def test_timelines_are_merged_newest_first_and_paged_without_gap_or_repeat(in_north, no_hooks):
    one, two = entries(1, 5, 5, 5, 9), entries(3, 5, 7, kind="note")
    timeline.register_timeline_source(source(one))
    timeline.register_timeline_source(source(two))
    seen, cursor = [], ""
    for _ in range(5):
        page = selectors.timeline_for(actor=in_north.rep, business_id=1, cursor=cursor, limit=2)
        seen += page.entries
        cursor = page.older
        if not cursor:
            break
    assert [entry.occurred_on.day for entry in seen] == [9, 7, 5, 5, 5, 5, 3, 1]
    assert sorted(map(id, seen)) == sorted(map(id, one + two))


@pytest.mark.parametrize("cursor", ["x", "2026-13-01.0", "2026-01-05", "2026-01-05.-1", "2026-01-05." + "9" * 50, "."])
def test_a_timeline_cursor_that_was_tampered_with_does_no_harm(in_north, no_hooks, cursor):
    timeline.register_timeline_source(source(entries(1, 5)))
    selectors.timeline_for(actor=in_north.rep, business_id=1, cursor=cursor)


def test_a_panel_shows_only_if_its_provider_has_something(in_north, no_hooks):
    business = make_business(in_north)
    hooks.register_business_panel("a.html", lambda *, actor, business: {"name": business.name})
    hooks.register_business_panel("b.html", lambda *, actor, business: None)
    assert [p.template for p in selectors.business_panels(actor=in_north.rep, business=business)] == ["a.html"]


def test_while_no_app_knows_services_nobody_is_served(in_north, no_hooks):
    make_business(in_north)
    condition = selectors.served_condition(actor=in_north.rep, agency_id=None)
    assert not Business.objects.filter(condition).exists()
    assert Business.objects.exclude(condition).count() == 1
