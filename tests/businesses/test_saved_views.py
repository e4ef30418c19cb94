"""Saved views: kept, shared, opened by others, pinned, changed and deleted, by whom."""

import pytest
from django.urls import reverse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.context import tenant_context
from businesses.models import PinnedView, SavedView
from businesses.selectors import view_list
from businesses.services.lists import view_change, view_delete, view_pin, view_save
from tests.factories import make_business

LIST = reverse("businesses:list")


def save(actor, name="West", sharing="private", **content) -> SavedView:
    return view_save(
        actor=actor, name=name, sharing=sharing,
        **({"parameters": {"status": ["active"]}, "sort": "town", "columns": ["zip"]} | content),
    )  # fmt: skip


def opened(actor) -> set[str]:
    return set(view_list(actor=actor).values_list("name", flat=True))


def test_who_sees_a_view(in_north):
    save(in_north.rep, "Mine")
    save(in_north.rep, "Ours", "agency")
    save(in_north.manager, "Everyone's", "everyone")
    assert opened(in_north.rep) == {"Mine", "Ours", "Everyone's"}
    assert opened(in_north.manager) == {"Ours", "Everyone's"}
    assert opened(in_north.other_rep) == {"Everyone's"}


def test_rules_of_a_name_and_of_sharing(in_north):
    save(in_north.rep, "West")
    for name, sharing, field in (
        ("", "private", "name"), ("x" * 61, "private", "name"), ("WEST", "private", "name"),
        ("900-12-3456", "private", "name"), ("A", "nobody", "sharing"), ("A", "everyone", "sharing"),
    ):  # fmt: skip
        with pytest.raises(BusinessRuleError) as refused:
            save(in_north.rep, name, sharing)
        assert list(refused.value.errors) == [field]
    assert save(in_north.manager, "West").name == "West"


def test_only_the_owner_or_who_manages_lists_changes_a_shared_view(in_north):
    view = save(in_north.rep, "Ours", "agency")
    with pytest.raises(NotAllowedError):
        view_change(actor=in_north.partner, view_id=view.pk, name="Theirs", sharing="agency")
    with pytest.raises(NotAllowedError):
        view_delete(actor=in_north.partner, view_id=view.pk)
    assert view_change(actor=in_north.manager, view_id=view.pk, name="Renamed", sharing="agency").name == "Renamed"
    view_pin(actor=in_north.partner, view_id=view.pk)
    view_delete(actor=in_north.rep, view_id=view.pk)
    assert not SavedView.objects.exists()
    assert not PinnedView.objects.exists()


def test_a_list_is_saved_opened_changed_and_pinned(north, client_for):
    with tenant_context(north.tenant.pk):
        make_business(north, "Springfield Works")
        make_business(north, "Boston Works", town="Boston")
    client = client_for(north.rep)
    query = f"region={north.region.pk}&sort=town&cols=zip&cols=phone"
    page = client.get(reverse("businesses:view_add") + "?" + query)
    assert "Region: North West" in page.content.decode()
    response = client.post(reverse("businesses:view_add") + "?" + query, {"name": "West", "sharing": "agency"})
    with tenant_context(north.tenant.pk):
        view = SavedView.objects.get()
    assert (view.parameters, view.sort, view.columns) == ({"region": [str(north.region.pk)]}, "town", ["zip", "phone"])
    page = client.get(response.url)
    assert [row.business.name for row in page.context["rows"]] == ["Springfield Works"]
    assert page.context["current"]["differs"] is False
    changed = client.get(response.url + "&town=springfield")
    assert changed.context["current"]["differs"] is True
    assert "Save changes to this view" in changed.content.decode()
    client.post(reverse("businesses:view_replace", args=[view.pk]), {"query": query + "&town=springfield"})
    with tenant_context(north.tenant.pk):
        view.refresh_from_db()
    assert view.parameters["town"] == ["springfield"]
    client.post(reverse("businesses:view_pin", args=[view.pk]))
    assert client.get(LIST).url == client.get(reverse("businesses:view_open", args=[view.pk])).url
    assert client.get(LIST, {"view": "none"}).status_code == 200
    client.post(reverse("businesses:view_pin", args=[view.pk]), {"unpin": "1"})
    assert client.get(LIST).status_code == 200


def test_a_shared_view_says_whose_it_is(north, client_for):
    with tenant_context(north.tenant.pk):
        view = save(north.rep, "Ours", "agency")
    address = client_for(north.manager).get(reverse("businesses:view_open", args=[view.pk])).url
    page = client_for(north.manager).get(address).content.decode()
    assert f"A view of {north.rep.name}, {north.agency.name}" in page
    assert (
        f"{north.rep.name}, {north.agency.name}"
        in client_for(north.manager).get(reverse("businesses:views")).content.decode()
    )


def test_a_private_view_and_a_strangers_are_not_there(north, south, client_for):
    with tenant_context(north.tenant.pk):
        private = save(north.rep)
    with tenant_context(south.tenant.pk):
        strange = save(south.manager, "Zzcanary", "everyone")
    client = client_for(north.state)
    for name, method in (
        ("view_open", "get"),
        ("view_edit", "get"),
        ("view_delete", "post"),
        ("view_pin", "post"),
        ("view_replace", "post"),
    ):
        for pk in (private.pk, strange.pk, 10**17):
            assert getattr(client, method)(reverse(f"businesses:{name}", args=[pk])).status_code == 404
    assert b"anary" not in client.get(reverse("businesses:views")).content


def test_a_view_form_with_mistakes_keeps_what_was_typed(north, client_for):
    response = client_for(north.rep).post(reverse("businesses:view_add"), {"name": "x" * 61, "sharing": "everyone"})
    assert response.status_code == 422
    assert "x" * 61 in response.content.decode()
