"""The map's entries: who may change them, what is refused in words, and what follows from a change."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import (
    BEGINNING,
    Agency,
    Area,
    AreaRegion,
    AreaTerritory,
    Center,
    Region,
    Sector,
    ServiceItem,
    Slate,
    TenantProfile,
)
from bizworks.directory.selectors import tenant_today
from bizworks.directory.services import map_changes
from bizworks.directory.services.entries import (
    entry_restore,
    entry_retire,
    entry_save,
    fingerprint,
    is_used,
    slate_supersede,
)
from bizworks.directory.services.profile import profile_save
from interactions.models import Interaction

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 15)


@pytest.fixture
def heard(monkeypatch):
    """What the listeners of the map were told."""
    told: list[frozenset[str]] = []
    monkeypatch.setattr(map_changes, "_listeners", [told.append])
    return told


def refusal(act) -> dict[str, list[str]]:
    with pytest.raises(BusinessRuleError) as caught:
        act()
    return caught.value.errors


def save(world, kind, entry_id=None, /, *, actor=None, seen="", **values):
    return entry_save(actor=actor or world.admin, kind=kind, values=values, entry_id=entry_id, seen=seen)


@pytest.mark.parametrize("role", ["rep", "manager", "state", "partner"])
def test_only_who_keeps_the_map_changes_it(role, in_north):
    actor = getattr(in_north, role)
    for act in (
        lambda: save(in_north, "region", actor=actor, code="n", name="New"),
        lambda: entry_retire(actor=actor, kind="agency", entry_id=in_north.agency.pk, retired_on=TODAY),
        lambda: entry_restore(actor=actor, kind="agency", entry_id=in_north.agency.pk),
        lambda: slate_supersede(
            actor=actor, slate_id=in_north.slate.pk, code="s", name="S", starts_on=TODAY, lines=["a"]
        ),
        lambda: profile_save(actor=actor, values={"region_label": "EDR"}),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert save(in_north, "region", code="n", name="New").code == "n"


def test_a_code_is_given_once_and_the_refusal_says_so(in_north):
    assert "taken" in refusal(lambda: save(in_north, "region", code="w", name="Another"))["code"][0]
    assert "taken" in refusal(lambda: save(in_north, "region", in_north.other_region.pk, code="w"))["code"][0]
    assert (
        save(in_north, "region", in_north.region.pk, code="w", name="Same code, its own").name == "Same code, its own"
    )


def test_the_same_code_in_another_tenant_is_free(north, south):
    from bizworks.tenancy.context import tenant_context

    with tenant_context(north.tenant.pk):
        assert save(north, "agency", code="only-here", name="A")
    with tenant_context(south.tenant.pk):
        assert save(south, "agency", code="only-here", name="A")


def test_bad_values_come_back_by_their_column(in_north):
    errors = refusal(lambda: save(in_north, "agency", code="no spaces", name="", email="nothing"))
    assert set(errors) == {"code", "name", "email"}
    assert not Agency.objects.filter(code="no spaces").exists()


def test_a_change_made_on_an_older_state_is_not_saved(in_north):
    seen = fingerprint(in_north.agency)
    save(in_north, "agency", in_north.agency.pk, name="First", seen=seen)
    assert (
        "Someone else" in refusal(lambda: save(in_north, "agency", in_north.agency.pk, name="Second", seen=seen))[""][0]
    )
    assert Agency.objects.get(pk=in_north.agency.pk).name == "First"


def test_a_new_area_lies_in_a_region_from_its_first_day(in_north):
    assert "region" in refusal(lambda: save(in_north, "area", code="n", name="New", starts_on=TODAY))
    assert not Area.objects.filter(code="n").exists()
    area = save(in_north, "area", code="n", name="New", starts_on=TODAY, region=in_north.region)
    row = AreaRegion.objects.get(area=area)
    assert (row.region_id, row.starts_on, row.retired_on) == (in_north.region.pk, TODAY, None)


def test_an_area_cannot_begin_after_its_territory(in_north):
    assert "starts_on" in refusal(lambda: save(in_north, "area", in_north.area.pk, starts_on=TODAY))
    assert Area.objects.get(pk=in_north.area.pk).starts_on == BEGINNING


def test_what_others_depend_on_does_not_retire_and_says_what_to_do(in_north):
    for kind, entry, word in (
        ("region", in_north.region, "1 area lies in it"),
        ("area", in_north.area, "1 town or county belongs to it"),
        ("agency", in_north.agency, "5 people work there"),
    ):
        errors = refusal(
            lambda kind=kind, entry=entry: entry_retire(
                actor=in_north.admin, kind=kind, entry_id=entry.pk, retired_on=TODAY
            )
        )
        assert word in errors["retired_on"][0]
    Center.objects.create(code="c", name="Center", area=in_north.area)
    AreaTerritory.objects.filter(area=in_north.area).update(retired_on=TODAY)
    errors = refusal(
        lambda: entry_retire(actor=in_north.admin, kind="area", entry_id=in_north.area.pk, retired_on=TODAY)
    )
    assert "1 center stands in it" in errors["retired_on"][0]


def test_retired_rows_stay_and_come_back(in_north):
    item = in_north.items.lmi
    entry_retire(actor=in_north.admin, kind="item", entry_id=item.pk, retired_on=TODAY)
    assert ServiceItem.objects.in_force(TODAY - timedelta(days=1)).filter(pk=item.pk).exists()
    assert not ServiceItem.objects.in_force(TODAY).filter(pk=item.pk).exists()
    entry_restore(actor=in_north.admin, kind="item", entry_id=item.pk)
    assert ServiceItem.objects.in_force(TODAY).filter(pk=item.pk).exists()


def test_nothing_ends_before_it_begins(in_north):
    entry = save(in_north, "agency", code="n", name="New", starts_on=TODAY)
    for day in (TODAY, TODAY - timedelta(days=1)):
        errors = refusal(
            lambda day=day: entry_retire(actor=in_north.admin, kind="agency", entry_id=entry.pk, retired_on=day)
        )
        assert "Jan 15, 2026" in errors["retired_on"][0]
    entry_retire(actor=in_north.admin, kind="agency", entry_id=entry.pk, retired_on=TODAY + timedelta(days=2))
    errors = refusal(lambda: save(in_north, "agency", entry.pk, starts_on=TODAY + timedelta(days=2)))
    assert "starts_on" in errors


def test_outreach_is_never_counted(in_north):
    assert "is_counted" in refusal(
        lambda: save(in_north, "item", code="o", name="Mail", kind="outreach", is_counted=True)
    )
    assert not save(in_north, "item", code="o", name="Mail", kind="outreach", is_counted=False).is_counted


def test_the_last_partial_overview_stays_while_there_are_orientations(in_north):
    def retire(item):
        return entry_retire(actor=in_north.admin, kind="item", entry_id=item.pk, retired_on=TODAY)

    assert "orientation" in refusal(lambda: retire(in_north.items.partial))["retired_on"][0]
    retire(in_north.items.orientation)
    assert retire(in_north.items.partial).retired_on == TODAY


def test_what_a_used_item_means_no_longer_changes(in_north):
    from interactions.models import ServiceDelivered
    from tests.factories import make_business

    save(in_north, "item", in_north.items.job_order.pk, kind="orientation")
    business = make_business(in_north)
    ServiceDelivered.objects.create(
        business=business, item=in_north.items.lmi, agency=in_north.agency, started_on=TODAY, ended_on=TODAY
    )
    assert "kind" in refusal(lambda: save(in_north, "item", in_north.items.lmi.pk, kind="orientation"))
    assert save(in_north, "item", in_north.items.lmi.pk, name="Renamed", kind="service").name == "Renamed"


def test_a_sector_takes_prefixes_that_exist_and_make_sense(in_north):
    def sector(includes, excludes=()):
        return save(in_north, "sector", in_north.sector.pk, includes=list(includes), excludes=list(excludes))

    assert "includes" in refusal(lambda: sector([]))
    assert "999" in refusal(lambda: sector(["999"]))["includes"][0]
    assert "excludes" in refusal(lambda: sector(["31"], ["31"]))
    assert "62" in refusal(lambda: sector(["31"], ["62"]))["excludes"][0]
    sector(["31"], ["311811"])
    assert {(p.prefix, p.is_excluded) for p in Sector.objects.get(pk=in_north.sector.pk).prefixes.all()} == {
        ("31", False),
        ("311811", True),
    }


def test_listeners_hear_of_what_moves_counts_and_of_nothing_else(in_north, heard):
    admin = in_north.admin
    save(in_north, "agency", code="n", name="New")
    save(in_north, "region", in_north.region.pk, name="Renamed")
    profile_save(actor=admin, values={"region_label": "EDR", "late_entry_days": 9})
    save(in_north, "sector", in_north.sector.pk, name=in_north.sector.name, includes=["31", "32", "33"], excludes=[])
    assert heard == []
    save(in_north, "sector", in_north.sector.pk, includes=["31"], excludes=[])
    save(in_north, "item", in_north.items.lmi.pk, is_counted=False)
    profile_save(actor=admin, values={"counts_self_service": True})
    assert heard == [frozenset({"sectors"}), frozenset({"catalogue"}), frozenset({"profile"})]


def test_a_listener_hears_only_known_kinds():
    with pytest.raises(ValueError, match="weather"):
        map_changes.map_changed(frozenset({"weather"}))


def use(world, slate):
    return Interaction.objects.create(
        occurred_on=TODAY, mode="group", agency=world.agency, recorded_by_id=world.rep.staff_id, slate=slate
    )


def test_an_unused_slate_is_edited_a_used_one_is_superseded(in_north):
    slate = in_north.slate
    assert not is_used(slate)
    save(in_north, "slate", slate.pk, lines=["One", "Two", "Three"])
    assert [line.name for line in slate.lines.all()] == ["One", "Two", "Three"]
    assert "twice" in refusal(lambda: save(in_north, "slate", slate.pk, lines=["One", "One"]))["lines"][0]
    use(in_north, slate)
    assert is_used(slate)
    assert "new version" in refusal(lambda: save(in_north, "slate", slate.pk, lines=["Other"]))["lines"][0]
    save(in_north, "slate", slate.pk, name="Only its name")
    new = slate_supersede(
        actor=in_north.admin, slate_id=slate.pk, code="slate-2", name="Second", starts_on=TODAY, lines=["A", "B"]
    )
    day_before = TODAY - timedelta(days=1)
    assert [s.pk for s in Slate.objects.in_force(day_before)] == [slate.pk]
    assert [s.pk for s in Slate.objects.in_force(TODAY)] == [new.pk]
    assert [line.name for line in slate.lines.all()] == ["One", "Two", "Three"]


def test_a_new_version_of_a_slate_begins_after_the_old_one_and_leaves_no_gap(in_north):
    def version(on):
        return slate_supersede(
            actor=in_north.admin, slate_id=in_north.slate.pk, code="v2", name="V2", starts_on=on, lines=["A"]
        )

    assert "starts_on" in refusal(lambda: version(in_north.slate.starts_on))
    entry_retire(actor=in_north.admin, kind="slate", entry_id=in_north.slate.pk, retired_on=TODAY)
    assert "gap" in refusal(lambda: version(TODAY + timedelta(days=1)))["starts_on"][0]
    assert version(TODAY).starts_on == TODAY


def test_the_profile_refuses_what_cannot_be(in_north):
    def change(**values):
        return profile_save(actor=in_north.admin, values=values)

    assert "time_zone" in refusal(lambda: change(time_zone="Mars/Olympus"))
    assert "lookback_quarters" in refusal(lambda: change(lookback_quarters=0))
    assert "region_label" in refusal(lambda: change(region_label=""))
    assert TenantProfile.objects.get().lookback_quarters == 12


def test_pages_add_change_retire_and_restore(north, client_for):
    from bizworks.tenancy.context import tenant_context

    client = client_for(north.admin)
    bad = client.post(reverse("directory:region_add"), {"code": "w", "name": "Typed and kept"})
    assert (bad.status_code, b"Typed and kept" in bad.content, b"is taken" in bad.content) == (422, True, True)
    made = client.post(reverse("directory:region_add"), {"code": "n", "name": "New", "starts_on": "2026-01-15"})
    assert made.status_code == 302
    page = client.get(made["Location"])
    seen = page.context["form"]["seen"].value()
    with tenant_context(north.tenant.pk):
        region = Region.objects.get(code="n")
    assert region.starts_on == TODAY
    saved = client.post(made["Location"], {"code": "n", "name": "Newer", "starts_on": "", "seen": seen})
    assert saved.status_code == 302
    stale = client.post(made["Location"], {"code": "n", "name": "Newest", "starts_on": "", "seen": seen})
    assert (stale.status_code, b"Someone else" in stale.content) == (422, True)
    retire = reverse("directory:region_retire", args=[region.pk])
    assert client.post(retire, {"retired_on": "nonsense"}).status_code == 422
    assert client.post(retire, {"retired_on": "2026-02-01"}).status_code == 302
    assert b"/%d/" % region.pk not in client.get(reverse("directory:region_list")).content
    assert b"Retired" in client.get(reverse("directory:region_list") + "?retired=1").content
    assert client.post(reverse("directory:region_restore", args=[region.pk])).status_code == 302
    assert b"/%d/" % region.pk in client.get(reverse("directory:region_list")).content


def test_forms_offer_what_is_in_force_and_what_is_chosen(in_north, client_for):
    retired = save(in_north, "area", code="old", name="Old area", region=in_north.region)
    center = save(in_north, "center", code="c", name="A center", area=retired)
    center.retired_on = None
    Area.objects.filter(pk=retired.pk).update(retired_on=tenant_today())
    client = client_for(in_north.admin)
    assert b"Old area" not in client.get(reverse("directory:center_add")).content
    assert b"Old area" in client.get(reverse("directory:center_edit", args=[center.pk])).content


def test_another_tenants_rows_are_no_choice(north, south, client_for):
    client = client_for(north.admin)
    answer = client.post(reverse("directory:center_add"), {"code": "c", "name": "C", "area": south.area.pk})
    assert (answer.status_code, "area" in answer.context["form"].errors) == (422, True)
    assert (
        client.post(reverse("directory:center_add"), {"code": "c", "name": "C", "area": north.area.pk}).status_code
        == 302
    )


def test_posted_columns_that_the_form_does_not_have_change_nothing(north, client_for, south):
    from bizworks.tenancy.context import tenant_context

    url = reverse("directory:agency_edit", args=[north.agency.pk])
    data = {"code": "cc", "name": "N", "tenant": south.tenant.pk, "retired_on": "2020-01-01", "id": 5}
    assert client_for(north.admin).post(url, data).status_code == 302
    with tenant_context(north.tenant.pk):
        row = Agency.objects.get(pk=north.agency.pk)
    assert (row.tenant_id, row.retired_on, row.name) == (north.tenant.pk, None, "N")


def test_the_sector_preview_says_what_prefixes_take_in(north, client_for):
    client, url = client_for(north.admin), reverse("directory:sector_preview")
    page = client.get(url, {"includes": "31-33", "excludes": "311811"})
    assert page.context["industries"].number > 300
    assert page.context["businesses"] == 0
    assert "311811" in [code.code for code in page.context["industries"].taken_out]
    part = client.get(url, {"includes": "62"}, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert client.get(url, {"includes": "x"}).status_code == 422


def test_the_catalogue_is_searched_by_synonym(in_north, client_for):
    save(in_north, "item", in_north.items.lmi.pk, synonyms="wages, statistics")
    page = client_for(in_north.admin).get(reverse("directory:item_list"), {"q": "statis"})
    assert [row["entry"].pk for row in page.context["rows"]] == [in_north.items.lmi.pk]


def test_the_profile_page_explains_and_saves(north, client_for):
    client, url = client_for(north.admin), reverse("directory:profile")
    page = client.get(url)
    data = {name: field.value() for name, field in ((f.name, f) for f in page.context["form"])}
    data = {k: v for k, v in data.items() if v is not None and v is not False} | {"state_codes": "ma, il"}
    assert client.post(url, data | {"region_label": ""}).status_code == 422
    saved = client.post(url, data | {"region_label": "EDR", "region_label_plural": "EDRs"})
    assert saved.status_code == 302, saved.context["form"].errors
    assert b"EDRs" in client.get("/administration/").content
    assert client.get(url).context["form"]["state_codes"].value() == "MA,IL"
