"""The pages: who may, what strangers see, what they cost, and that what was typed stays."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, Contact
from businesses.selectors import TimelineEntry, timeline
from tests.businesses.conftest import add
from tests.factories import make_business, make_contact

FORM = {
    "name": "Acme Precision", "town": "Springfield", "state": "MA", "naics": "332710", "status": "active",
    "source": "staff",
}  # fmt: skip
CONTACT = {"name": "Kim Doe", "role": "hr", "key": ""}


def url(name: str, *args, **query) -> str:
    return reverse(f"businesses:{name}", args=args, query=query or None)


@pytest.fixture
def business(north) -> Business:
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        return add(north.rep, fein="04-1111111", phone="413 555-0100")


# --- refusals first


@pytest.mark.parametrize("name", ["list", "search", "naics", "create", "imports"])
def test_a_stranger_is_asked_to_sign_in(db, client, name):
    assert client.get(url(name)).status_code == 302


def test_a_partner_reads_and_is_refused_every_change(north, business, client_for):
    client = client_for(north.partner)
    with tenant_context(north.tenant.pk):
        contact = make_contact(business)
    assert client.get(url("list")).status_code == 200
    page = client.get(url("detail", business.pk))
    assert page.status_code == 200
    for words in (b"Edit", b"Log a contact", b"Add a person"):
        assert words not in page.content
    for path in (
        url("create"),
        url("edit", business.pk),
        url("contact_create", business.pk),
        url("contact_edit", contact.pk),
        url("contact_left", contact.pk),
        url("imports"),
    ):
        assert client.get(path).status_code == 403
        assert client.post(path, FORM).status_code == 403


def test_a_representative_may_not_import(north, client_for):
    client = client_for(north.rep)
    assert client.get(url("imports")).status_code == 403
    assert b"Import a list" not in client.get(url("list")).content


def test_a_strangers_business_and_one_that_never_was_answer_alike(north, south, client_for):
    with tenant_context(south.tenant.pk):
        theirs = make_contact(make_business(south, "zzcanary"))
    client = client_for(north.state)
    for name, pk in (
        ("detail", theirs.business_id),
        ("edit", theirs.business_id),
        ("contact_create", theirs.business_id),
        ("contact_edit", theirs.pk),
    ):
        for number in (pk, 987_654_321, 10**30):
            assert client.get(url(name, number)).status_code == 404
    for path in (url("list"), url("list", q="zzcanary"), url("search", q="zzcanary")):
        assert b"zzcanary business" not in client.get(path).content
        assert b"zzcanary</a>" not in client.get(path).content


@pytest.mark.parametrize(
    "query",
    [
        {"region": "x"}, {"region": "-1"}, {"area": "9" * 40}, {"sector": "1 or 1=1"}, {"naics": "abc"}, {"size": "huge"},
        {"status": "merged"}, {"served": "5"}, {"served": "٣"}, {"q": "%" * 300}, {"town": "\u202e" * 90}, {"cursor": "a" * 500},
        {"cursor": "a99999999999999999"}, {"q": "\ud800".encode("utf-8", "surrogatepass")}, {"q": "((((*"},
    ],
)  # fmt: skip
def test_filters_nobody_offered_do_no_harm(north, business, client_for, query):
    response = client_for(north.rep).get(url("list"), query)
    assert response.status_code == 200


def test_a_nul_is_refused(north, client_for):
    assert client_for(north.rep).get(url("list") + "?q=%00").status_code == 400
    for junk in ({"name": "a\x00b"}, {"naics": "\x00"}, {"naics": "a\x00b"}):
        assert client_for(north.rep).post(url("create"), FORM | junk).status_code == 422


# --- the list


def test_the_list_searches_filters_and_counts(north, client_for):
    with tenant_context(north.tenant.pk):
        add(north.rep, employees=48)
        add(north.rep, name="Zenith Bakery", town="Boston", naics="311811")
        add(north.rep, name="Bay Biotech", town="Boston", naics="541714")
    client = client_for(north.rep)

    def found(**query) -> list[str]:
        return [row.business.name for row in client.get(url("list"), query).context["rows"]]

    assert found() == ["Acme Precision", "Bay Biotech", "Zenith Bakery"]
    assert found(q="boston bak") == ["Zenith Bakery"]
    assert found(region=north.region.pk) == found(area=north.area.pk) == found(town="springfield") == ["Acme Precision"]
    assert found(sector=north.sector.pk) == ["Acme Precision", "Zenith Bakery"]
    assert found(naics="3118") == ["Zenith Bakery"]
    assert found(size="20-49") == ["Acme Precision"]
    assert found(size="unknown") == ["Bay Biotech", "Zenith Bakery"]
    assert found(status="closed") == []
    assert found(town="boston", sector=north.sector.pk) == ["Zenith Bakery"]
    page = client.get(url("list"), {"town": "boston"}).content.decode()
    assert "2 businesses" in page


def test_no_filter_column_or_answer_gives_away_what_the_unemployment_agency_said(north, client_for):
    with tenant_context(north.tenant.pk):
        business = add(north.state, naics="541714", employees=77, source="uc")
    for actor, found in ((north.rep, 0), (north.state, 1)):
        client = client_for(actor)
        assert len(client.get(url("list"), {"naics": "5417"}).context["rows"]) == found
        assert client.get(url("list"), {"size": "50-99"}).context["count"] == 0
        answer = client.get(f"/api/v1/businesses/{business.pk}/").json()
        assert (answer["naics"], answer["employees"]) == (("541714", 77) if found else (None, None))
    page = client_for(north.rep).get(url("list")).content.decode()
    assert "Biotechnology" not in page


def test_served_by_an_agency_by_any_and_by_nobody(north, client_for):
    from datetime import date

    from bizworks.directory.models import StaffMember
    from interactions.models import ServiceDelivered

    with tenant_context(north.tenant.pk):
        served, restricted, _never = (make_business(north, n) for n in ("Served", "Secret", "Never"))
        for business, visibility in ((served, "shared"), (restricted, "restricted")):
            ServiceDelivered.objects.create(
                business=business, item=north.items.lmi, agency=north.agency, started_on=date(2026, 1, 5),
                ended_on=date(2026, 1, 5), visibility=visibility, staff=StaffMember.objects.get(pk=north.rep.staff_id),
            )  # fmt: skip

    def found(actor, value) -> list[str]:
        rows = client_for(actor).get(url("list"), {"served": value}).context["rows"]
        return [row.business.name for row in rows]

    assert found(north.other_rep, north.agency.pk) == ["Served"]
    assert found(north.other_rep, "any") == ["Served"]
    assert found(north.other_rep, north.other_agency.pk) == []
    assert found(north.other_rep, "none") == ["Never", "Secret"]
    assert found(north.state, "any") == ["Secret", "Served"]
    assert found(north.state, "none") == ["Never"]


def test_the_words_of_the_list_are_the_tenants(north, business, client_for):
    from bizworks.directory.models import TenantProfile

    with tenant_context(north.tenant.pk):
        TenantProfile.objects.update(region_label="EDR", area_label="LWIA")
    page = client_for(north.rep).get(url("list")).content.decode()
    assert ">EDR" in page
    assert ">LWIA" in page
    assert "Workforce area" not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_costs_the_same_for_one_and_for_ten(north, client_for, htmx):
    client = client_for(north.rep)
    headers = {"HX-Request": "true"} if htmx else {}
    spent = []
    for _ in range(2):
        with tenant_context(north.tenant.pk):
            for _ in range(1 if not spent else 9):
                last = add(north.rep, name=f"Business {Business.objects.count()}", confirmed_reason="Another one")
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url("list"), {"cursor": f"b{last.pk}", "region": north.region.pk}, headers=headers)
        spent.append(len(captured))
        assert (b"<html" in response.content) is not htmx
    assert spent[0] == spent[1]
    with CaptureQueriesContext(connection) as middleware_alone:
        client.get(url("naics", q=""))
    assert spent[0] - len(middleware_alone) <= 8


def test_the_business_page_costs_the_same_for_one_and_for_ten(north, business, client_for):
    client = client_for(north.rep)
    spent = []
    for number in (1, 9):
        with tenant_context(north.tenant.pk):
            for n in range(number):
                make_contact(business, f"Kim {number} {n}")
                add(
                    north.rep,
                    name=f"Other {number} {n}",
                    town="Boston",
                    fein="04-1111111",
                    confirmed_reason="Another one",
                )
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("detail", business.pk)).status_code == 200
        spent.append(len(captured))
    assert spent[0] == spent[1]


def test_the_typeahead_answers_ids_labels_and_hints(north, business, client_for):
    client = client_for(north.rep)
    answer = client.get(url("search", q="acm spring"))
    assert json.loads(answer.content) == [
        {
            "id": business.pk,
            "label": "Acme Precision",
            "hint": "Springfield, MA",
            "why": "",
            "badges": [],
            "marks": [[0, 3]],
            "url": business.get_absolute_url(),
        }
    ]
    assert json.loads(client.get(url("search")).content) == []
    assert {"id": "332710", "label": "332710 Machine Shops", "hint": ""} in json.loads(
        client.get(url("naics", q="machine shop")).content
    )


# --- the page of one


def test_the_page_masks_by_who_looks(north, business, client_for):
    assert b"04-1111111" in client_for(north.rep).get(url("detail", business.pk)).content
    page = client_for(north.other_rep).get(url("detail", business.pk)).content.decode()
    assert "04-1111111" not in page
    assert "••-•••1111" in page


def test_the_timeline_shows_entries_and_stubs_and_goes_on_with_and_without_htmx(
    north, business, client_for, monkeypatch
):
    from datetime import date

    rows = [
        TimelineEntry(
            date(2026, 1, d), "interaction", f"Visit <{d}>", "Agency", ("Kim",), ("Advice",), "Said & done", "/x/"
        )
        for d in range(1, 26)
    ]
    stub = TimelineEntry(date(2026, 2, 1), "stub", "Contact", agency_name="Other Agency", is_stub=True)

    def source(*, actor, business_id, bounds, limit):
        return [
            e
            for e in sorted([*rows, stub], key=lambda e: e.occurred_on, reverse=True)
            if bounds.through is None or e.occurred_on <= bounds.through
        ][:limit]

    monkeypatch.setattr(timeline, "_sources", [source])
    client = client_for(north.rep)
    page = client.get(url("detail", business.pk)).content.decode()
    assert "Other Agency" in page
    assert "Visit &lt;25&gt;" in page
    assert "Said &amp; done" in page
    assert "Visit &lt;3&gt;" not in page
    part = client.get(
        url("detail", business.pk), {"older": "2026-01-07.1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Visit &lt;3&gt;" in part
    assert "<html" not in part
    assert "Visit &lt;3&gt;" in client.get(url("detail", business.pk), {"older": "2026-01-07.1"}).content.decode()
    for older in ("x", "2026-99-99.1", "%00"[:1] * 99):
        assert client.get(url("detail", business.pk), {"older": older}).status_code == 200


def test_a_merged_business_leads_on(north, business, client_for):
    with tenant_context(north.tenant.pk):
        survivor = make_business(north, "Survivor")
        Business.objects.filter(pk=business.pk).update(status="merged", merged_into=survivor)
    page = client_for(north.rep).get(url("detail", business.pk)).content.decode()
    assert "Survivor" in page
    assert url("edit", business.pk) not in page


# --- adding and changing


def test_a_business_is_added(north, client_for):
    response = client_for(north.rep).post(url("create"), FORM | {"employees": "48"})
    with tenant_context(north.tenant.pk):
        business = Business.objects.get()
        assert (business.area_id, business.employees) == (north.area.pk, 48)
    assert response.url == business.get_absolute_url()


def test_a_form_with_mistakes_keeps_what_was_typed(north, client_for):
    typed = FORM | {
        "town": "Atlantis",
        "fein": "900-12-3456",
        "employees": "many",
        "closed_on": "2026-02-31",
        "alias": "AP & <b>",
    }
    response = client_for(north.rep).post(url("create"), typed)
    page = response.content.decode()
    assert response.status_code == 422
    for words in ("Atlantis", "900-12-3456", "AP &amp; &lt;b&gt;", "Please check this form"):
        assert words in page
    response = client_for(north.rep).post(url("create"), FORM | {"town": "Atlantis", "fein": "900-12-3456"})
    assert {"town", "fein"} <= set(response.context["form"].errors)


def test_a_similar_business_is_shown_and_a_reason_saves(north, business, client_for):
    client = client_for(north.rep)
    response = client.post(url("create"), FORM)
    assert response.status_code == 422
    assert f'href="{business.get_absolute_url()}"' in response.content.decode()
    assert client.post(url("create"), FORM | {"confirmed_reason": "Their second shop"}).status_code == 302


def test_without_javascript_an_industry_is_found_and_mistakes_wait(north, client_for):
    response = client_for(north.rep).post(
        url("create"), {"naics_search": "machine shop", "_find": "naics", "name": "Acme"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "332710 Machine Shops" in page
    assert 'value="Acme"' in page
    assert "Please check this form" not in page


def test_an_edit_shows_no_fein_the_actor_may_not_see_and_keeps_it(north, business, client_for):
    client = client_for(north.other_rep)
    page = client.get(url("edit", business.pk)).content.decode()
    assert "1111111" not in page
    assert "ends in 1111" in page
    assert client.post(url("edit", business.pk), FORM | {"version": "1", "fein": ""}).status_code == 302
    with tenant_context(north.tenant.pk):
        assert Business.objects.get().employer.fein == "041111111"
    assert client_for(north.rep).post(url("edit", business.pk), FORM | {"version": "2", "fein": ""}).status_code == 302
    with tenant_context(north.tenant.pk):
        assert Business.objects.get().employer.fein == ""


def test_an_edit_neither_shows_nor_loses_what_came_from_the_unemployment_agency(north, client_for):
    with tenant_context(north.tenant.pk):
        business = add(north.state, employees=77, source="uc")
    client = client_for(north.rep)
    page = client.get(url("edit", business.pk)).content.decode()
    assert "77" not in page
    assert "332710" not in page
    assert "Unemployment agency" not in page
    assert (
        client.post(url("edit", business.pk), FORM | {"version": "1", "employees": "5", "naics": "311811"}).status_code
        == 302
    )
    with tenant_context(north.tenant.pk):
        business.refresh_from_db()
    assert (business.employees, business.employees_source, business.naics_id) == (77, "uc", "332710")


def test_two_people_at_once_lose_nothing(north, business, client_for):
    mine, theirs = client_for(north.rep), client_for(north.other_rep)
    assert theirs.post(url("edit", business.pk), FORM | {"version": "1", "phone": "413 555-0177"}).status_code == 302
    response = mine.post(
        url("edit", business.pk), FORM | {"version": "1", "phone": "413 555-0166", "website": "example.org"}
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "Someone else changed this business" in page
    assert "saved is “413 555-0177”, you have “413 555-0166”" in page
    assert 'name="version" value="2"' in page
    assert 'value="example.org"' in page
    assert mine.post(url("edit", business.pk), FORM | {"version": "2", "phone": "413 555-0166"}).status_code == 302
    with tenant_context(north.tenant.pk):
        business.refresh_from_db()
    assert (business.phone, business.version) == ("413 555-0166", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 60, "٣"])
def test_a_version_that_was_tampered_with_is_a_stale_one(north, business, client_for, version):
    assert client_for(north.rep).post(url("edit", business.pk), FORM | {"version": version}).status_code == 409


def test_mistakes_keep_the_version_that_was_read(north, business, client_for):
    client = client_for(north.rep)
    client.post(url("edit", business.pk), FORM | {"version": "1"})
    page = client.post(url("edit", business.pk), FORM | {"version": "1", "name": ""}).content.decode()
    assert 'name="version" value="1"' in page


# --- people


def test_a_person_is_added_changed_and_leaves(north, business, client_for):
    client = client_for(north.rep)
    assert client.post(url("contact_create", business.pk), CONTACT).url == business.get_absolute_url()
    with tenant_context(north.tenant.pk):
        contact = Contact.objects.get()
        assert contact.is_key_representative
    changed = client.post(url("contact_edit", contact.pk), CONTACT | {"key": "no", "email": "kim@example.org"})
    assert changed.status_code == 302
    page = client.get(url("contact_edit", contact.pk)).content.decode()
    assert '<option value="no" selected>' in page
    assert client.post(url("contact_left", contact.pk), {"left_on": "2026-01-05"}).status_code == 302
    assert "left" in client.get(business.get_absolute_url()).content.decode()
    with tenant_context(north.tenant.pk):
        contact.refresh_from_db()
    assert (contact.is_key_representative, contact.email, str(contact.left_on)) == (
        False,
        "kim@example.org",
        "2026-01-05",
    )


def test_mistakes_about_a_person_keep_what_was_typed(north, business, client_for):
    client = client_for(north.rep)
    response = client.post(
        url("contact_create", business.pk), CONTACT | {"email": "kim at example", "title": "900-12-3456"}
    )
    assert response.status_code == 422
    assert {"email", "title"} == set(response.context["form"].errors)
    assert b"kim at example" in response.content
    with tenant_context(north.tenant.pk):
        contact = make_contact(business)
    assert client.post(url("contact_left", contact.pk), {"left_on": "2999-01-01"}).status_code == 422
    assert client.post(url("contact_left", contact.pk), {"left_on": "x"}).status_code == 422
