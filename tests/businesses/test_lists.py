"""The list: every order and filter, pages by position whatever happens meanwhile, what it costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bizworks.directory.models import StaffMember
from bizworks.tenancy.context import tenant_context
from businesses import selectors
from businesses.models import Business, BusinessTag, Lead, Tag
from businesses.selectors.lists import ORDERS, business_filtered, business_page_ids
from interactions.models import FollowUp, Interaction, InteractionBusiness
from tests.factories import make_business

LIST = reverse("businesses:list")
BANDS = ["", "1-4", "20-49", "500+"]


def contacted(world, business, day: date) -> None:
    interaction = Interaction.objects.create(
        occurred_on=day,
        mode="phone",
        agency=world.agency,
        recorded_by=StaffMember.objects.get(pk=world.rep.staff_id),
    )
    InteractionBusiness.objects.create(interaction=interaction, business=business)


def vary(world, number: int, *, name: str = "Same name", days_ago: int | None = None, band: str = "") -> Business:
    business = make_business(world, f"{name} {number % 3}", town="Boston" if number % 2 else "Springfield")
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number % 4)
    Business.objects.filter(pk=business.pk).update(size_band=band, created_at=created)
    if days_ago is not None:
        contacted(world, business, date(2026, 1, 1) - timedelta(days=days_ago))
    return business


def found(client, **query) -> list[str]:
    return [row.business.name for row in client.get(LIST, query).context["rows"]]


# --- pages by position


def walk(rows, sort: str, size: int, *, between=lambda: None) -> list[int]:
    """Forwards to the end; between two pages something happens."""
    seen, cursor = [], ""
    while True:
        page = business_page_ids(rows(), sort=sort, cursor=cursor, size=size)
        seen += page.ids
        if not page.next:
            return seen
        cursor = page.next
        between()


def walk_back(rows, sort: str, size: int) -> list[int]:
    """To the last page, then backwards to the first."""
    page = business_page_ids(rows(), sort=sort, size=size)
    while page.next:
        page = business_page_ids(rows(), sort=sort, cursor=page.next, size=size)
    seen = page.ids
    while page.previous:
        page = business_page_ids(rows(), sort=sort, cursor=page.previous, size=size)
        seen = page.ids + seen
    return seen


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.sampled_from(BANDS)), min_size=1, max_size=14),
    size=st.integers(1, 5),
    narrowed=st.booleans(),
)
def test_every_page_walk_visits_each_business_once_in_every_order(in_north, kinds, size, narrowed):
    from django.db import transaction

    with transaction.atomic():
        made = [vary(in_north, n, days_ago=days, band=band).pk for n, (days, band) in enumerate(kinds)]
        parameters = {"region": [str(in_north.region.pk)]} if narrowed else {}
        expected = (
            set(Business.objects.filter(region=in_north.region).values_list("pk", flat=True)) if narrowed else set(made)
        )

        def rows():
            return business_filtered(actor=in_north.rep, parameters=parameters)

        for sort in ORDERS:
            forwards, backwards = walk(rows, sort, size), walk_back(rows, sort, size)
            assert len(forwards) == len(set(forwards)), sort
            assert set(forwards) == expected, sort
            assert backwards == forwards, sort
        transaction.set_rollback(True)


@pytest.mark.parametrize("sort", list(ORDERS))
def test_rows_added_meanwhile_neither_repeat_nor_hide_another(in_north, sort):
    before = [vary(in_north, n, days_ago=n % 3 if n % 2 else None, band=BANDS[n % 4]).pk for n in range(9)]
    numbers = iter(range(100, 200))

    def add() -> None:
        number = next(numbers)
        vary(
            in_north, number, name=("AAA", "Same name", "zzz")[number % 3], days_ago=number % 5, band=BANDS[number % 4]
        )

    seen = walk(lambda: business_filtered(actor=in_north.rep, parameters={}), sort, 2, between=add)
    assert len(seen) == len(set(seen))
    assert set(before) <= set(seen)


def test_orders_are_what_they_say(in_north):
    a = vary(in_north, 1, days_ago=5, band="1-4")  # Boston
    b = vary(in_north, 2, days_ago=1, band="500+")  # Springfield
    c = vary(in_north, 3, band="")  # Boston, never contacted

    def ids(sort: str) -> list[int]:
        return business_page_ids(business_filtered(actor=in_north.rep, parameters={}), sort=sort).ids

    assert ids("name") == [c.pk, a.pk, b.pk]
    assert ids("-name") == [b.pk, a.pk, c.pk]
    assert ids("-contact") == [b.pk, a.pk, c.pk]
    assert ids("contact") == [c.pk, a.pk, b.pk]
    assert ids("size") == [b.pk, a.pk, c.pk]
    assert ids("town") == [c.pk, a.pk, b.pk]
    assert ids("added") == [a.pk, b.pk, c.pk]
    assert ids("-added") == [c.pk, b.pk, a.pk]
    assert ids("no such order") == ids("name")


@pytest.mark.parametrize(
    "cursor", ["a", "%%%", "W10", "WyJhIl0", "WyJhIiwwLDEsMl0", "WyJhIiwxLjAsIngiLDFd", "bnVsbA", "e" * 5000, "é"]
)
@pytest.mark.parametrize("sort", ["name", "contact", "size", "added"])
def test_a_cursor_that_was_tampered_with_begins_at_the_top(in_north, cursor, sort):
    business = vary(in_north, 1)
    page = business_page_ids(business_filtered(actor=in_north.rep, parameters={}), sort=sort, cursor=cursor)
    assert page.ids == [business.pk]


def test_a_cursor_of_another_order_or_with_wrong_values_does_no_harm(north, client_for):
    from businesses.selectors.lists import _write_cursor

    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        vary(north, 1)
    client = client_for(north.rep)
    for key in (("a\x00b", 1), (1, "x"), (None, None), ("a", -1), ("a", 2**70), ("a", True)):
        for sort in ORDERS:
            assert client.get(LIST, {"sort": sort, "cursor": _write_cursor("a", 0, key)}).status_code == 200


# --- filters


def test_several_values_of_a_filter_mean_any_and_several_filters_all(north, client_for):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        make_business(north, "West")
        make_business(north, "East", town="Boston")
        lost = make_business(north, "Nowhere")
        Business.objects.filter(pk=lost.pk).update(area=None, region=None)
    client = client_for(north.rep)
    assert found(client, region=[north.region.pk, north.other_region.pk]) == ["East", "West"]
    assert found(client, region=north.region.pk) == ["West"]
    assert found(client, region=[north.region.pk, north.other_region.pk], town="boston") == ["East"]
    assert found(client, area="none") == ["Nowhere"]
    assert found(client, area=["none", north.area.pk]) == ["Nowhere", "West"]
    assert found(client, region=99999999) == []
    assert found(client, naics="33, 31") == []


def test_last_contact_never_contacted_and_open_steps(north, client_for):
    today = datetime.now(UTC).date()
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        names = {name: make_business(north, name) for name in ("Recent", "Old", "Never")}
        contacted(north, names["Recent"], today - timedelta(days=3))
        contacted(north, names["Old"], today - timedelta(days=200))
        rep = StaffMember.objects.get(pk=north.rep.staff_id)
        FollowUp.objects.create(business=names["Old"], assignee=rep, text="Call", due_on=today)
    client = client_for(north.rep)
    assert found(client, contact="in-30") == ["Recent"]
    assert found(client, contact="out-90") == ["Never", "Old"]
    assert found(client, contact="never") == ["Never"]
    assert found(client, since=(today - timedelta(days=10)).isoformat()) == ["Recent"]
    assert found(client, before=(today - timedelta(days=10)).isoformat()) == ["Never", "Old"]
    assert found(client, step="any") == ["Old"]
    assert found(client, step="none") == ["Never", "Recent"]
    assert found(client, since="not a day") == ["Never", "Old", "Recent"]


def test_a_restricted_contact_is_no_last_contact(north, client_for):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        business = make_business(north, "Quiet")
        contacted(north, business, datetime.now(UTC).date())
        Interaction.objects.update(visibility="restricted")
    client = client_for(north.state)
    assert found(client, contact="never") == ["Quiet"]


def test_lead_and_tag(north, client_for):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        mine, other, none = (make_business(north, name) for name in ("Mine", "Other", "Nobody's"))
        for business, actor in ((mine, north.rep), (other, north.other_rep)):
            Lead.objects.create(
                business=business, region=north.region, staff_id=actor.staff_id, agency_id=actor.agency_id,
                started_on=date(2026, 1, 1), how="taken",
            )  # fmt: skip
        tag = Tag.objects.create(name="Job fair")
        BusinessTag.objects.create(business=none, tag=tag)
    client = client_for(north.rep)
    assert found(client, lead="me") == ["Mine"]
    assert found(client, lead="nobody") == ["Nobody's"]
    assert found(client, lead=["me", north.other_rep.staff_id]) == ["Mine", "Other"]
    assert found(client, tag=tag.pk) == ["Nobody's"]
    assert found(client, tag="none") == ["Mine", "Other"]
    assert found(client, tag=["none", tag.pk]) == ["Mine", "Nobody's", "Other"]


def test_a_strangers_rows_are_in_no_filter(north, south, client_for):
    with tenant_context(south.tenant.pk, user_id=south.rep.user_id):
        theirs = Tag.objects.create(name="Zzcanary")
        BusinessTag.objects.create(business=make_business(south, "zzcanary"), tag=theirs)
    client = client_for(north.state)
    page = client.get(LIST, {"tag": theirs.pk, "region": south.region.pk, "lead": south.rep.staff_id})
    assert page.context["rows"] == []
    assert b"anary" not in page.content.replace(b"zzcanary=", b"")


def test_chips_say_what_is_in_force_and_take_it_back(north, client_for):
    with tenant_context(north.tenant.pk):
        make_business(north, "West")
    query = {"region": [north.region.pk, north.other_region.pk], "naics": "31, 33", "q": "a & b", "cols": "town"}
    chips = client_for(north.rep).get(LIST, query).context["chips"]
    assert [chip.text for chip in chips] == [
        "Search: a & b", "Region: North West", "Region: North East", "NAICS begins with: 31", "NAICS begins with: 33",
    ]  # fmt: skip
    assert f"region={north.other_region.pk}" in chips[1].url
    assert f"region={north.region.pk}&" not in chips[1].url
    assert "naics=33" in chips[3].url
    assert all("cols=town" in chip.url for chip in chips)


def test_columns_are_chosen_and_remembered(north, client_for):
    with tenant_context(north.tenant.pk):
        make_business(north, "West")
    client = client_for(north.rep)
    keys = lambda **query: [column.key for column, _ in client.get(LIST, query).context["rows"][0].cells]  # noqa: E731
    assert keys() == list(selectors.DEFAULT_COLUMNS)
    assert keys(cols=["zip", "phone", "nonsense"]) == ["zip", "phone"]
    assert keys() == ["zip", "phone"]


def test_no_column_tells_what_the_unemployment_agency_said(north, client_for):
    with tenant_context(north.tenant.pk):
        business = make_business(north, "Secret")
        Business.objects.filter(pk=business.pk).update(naics="541714", naics_source="uc")
        business.employer.fein, business.employer.fein_source = "041111111", "uc"
        business.employer.save()
    query = {"cols": ["naics", "industry", "fein"]}
    page = client_for(north.manager).get(LIST, query).content.decode()
    assert "541714" not in page
    assert "Biotech" not in page
    assert "04-1111111" not in page
    assert "•1111" not in page
    assert "541714" in client_for(north.state).get(LIST, query).content.decode()


# --- cost


@pytest.mark.parametrize(
    "query", [{}, {"sort": "-contact"}, {"map": "1"}, {"sort": "size", "q": "name", "tag": "none"}]
)
@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_costs_the_same_for_ten_and_for_a_thousand(north, client_for, query, htmx):
    client = client_for(north.rep)
    headers = {"HX-Request": "true"} if htmx else {}
    spent = []
    for number in (10, 990):
        with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
            first = make_business(north, f"Business {number}")
            rows = [
                Business(
                    employer_id=first.employer_id, name=f"Name {n}", town="Boston", state="MA", region=north.region,
                    search_text=f"name {n} boston", status="active",
                )
                for n in range(number - 1)
            ]  # fmt: skip
            tag = Tag.objects.create(name=f"Tag {number}")
            made = Business.objects.bulk_create(rows)
            BusinessTag.objects.bulk_create(BusinessTag(business=b, tag=tag) for b in made[::2])
        with CaptureQueriesContext(connection) as captured:
            response = client.get(LIST, query | {"view": "none"}, headers=headers)
        assert response.status_code == 200
        assert len(response.context["rows"]) == min(50, len(response.context["rows"]))
        spent.append(len(captured))
    with CaptureQueriesContext(connection) as middleware_alone:
        client.get(reverse("businesses:naics"))
    assert spent[0] - len(middleware_alone) <= (12 if "map" in query else 9 if "q" in query else 8)
    assert spent[1] <= spent[0] + (1 if "contact" in str(query) else 0)


def test_a_count_over_the_cap_says_so(north, client_for, monkeypatch):
    monkeypatch.setattr("businesses.selectors.businesses.COUNT_CAP", 2)
    with tenant_context(north.tenant.pk):
        for n in range(3):
            make_business(north, f"B {n}")
    assert "2+ businesses" in " ".join(client_for(north.rep).get(LIST).content.decode().split())
