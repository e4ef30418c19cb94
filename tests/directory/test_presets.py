"""Packaged presets: complete, additive, idempotent, and never over an administrator's edit."""

from datetime import date
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bizworks.directory.models import (
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
from bizworks.directory.selectors import PlacementMap, SectorMap
from bizworks.directory.services import map_changes
from bizworks.directory.services.presets import (
    PRESETS_DIRECTORY,
    PresetError,
    preset_apply,
    preset_read,
    preset_slugs,
)
from bizworks.reference.models import County, FederalCategory, Municipality
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent, Tenant

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 15)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="somewhere", name="Somewhere (fictitious)")


@pytest.fixture
def applied(tenant):
    """Apply a preset and stay in the tenant: `with applied("illinois") as report:`."""

    class Applied:
        def __init__(self, slug: str) -> None:
            self.report = preset_apply(tenant=tenant, preset=preset_read(slug))
            self.context = tenant_context(tenant.pk)

        def __enter__(self):
            self.context.__enter__()
            return self.report

        def __exit__(self, *error) -> None:
            self.context.__exit__(*error)

    return Applied


def _counts() -> dict[str, int]:
    models = (Region, Area, AreaRegion, AreaTerritory, Center, Agency, Slate, ServiceItem, Sector, TenantProfile)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("slug", preset_slugs())
def test_second_run_adds_nothing_and_writes_nothing(slug, tenant):
    first = preset_apply(tenant=tenant, preset=preset_read(slug))
    assert first.changed
    assert not first.kept
    with tenant_context(tenant.pk):
        before, events = _counts(), AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as queries:
        second = preset_apply(tenant=tenant, preset=preset_read(slug))
    assert not second.changed
    assert len(queries) == 16 + 3  # the savepoint, and the context given back: a test is itself a transaction
    writes = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert writes == []
    with tenant_context(tenant.pk):
        assert _counts() == before
        assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("slug", preset_slugs())
def test_every_area_in_force_lies_in_exactly_one_region(slug, applied):
    with applied(slug):
        for on in (date(2015, 1, 1), date(2019, 6, 30), date(2019, 7, 1), TODAY):
            for area in Area.objects.in_force(on):
                assert AreaRegion.objects.in_force(on).filter(area=area).count() == 1, (area, on)
                assert AreaTerritory.objects.in_force(on).filter(area=area).exists(), (area, on)


@pytest.mark.parametrize("slug", preset_slugs())
def test_items_follow_the_rules_of_counting(slug, applied):
    with applied(slug):
        items = list(ServiceItem.objects.all())
        assert {i.federal_category_id for i in items} - {None} == set(
            FederalCategory.objects.values_list("code", flat=True)
        )
        for item in items:
            assert item.state_category, item
            assert item.is_counted == (item.federal_category_id is not None), item
            assert item.is_counted == (item.kind in ("service", "orientation")), item
        assert {i.code for i in items if i.is_minimum_menu} >= {"lmi", "job-order"}


def test_massachusetts_places_each_of_351_towns_once(applied):
    with applied("massachusetts"):
        assert Area.objects.count() == 16
        assert Region.objects.count() == 7
        towns = set(Municipality.objects.filter(state="MA").values_list("pk", flat=True))
        placed = list(AreaTerritory.objects.in_force(TODAY).values_list("municipality", flat=True))
        assert len(towns) == len(placed) == 351
        assert towns == set(placed)
        places = PlacementMap()
        region_names = dict(Region.objects.values_list("pk", "name"))
        by_town = {
            name: region_names[places.place(municipality_id=pk, county_id=None, on=TODAY).region_id]
            for pk, name in Municipality.objects.filter(state="MA").values_list("pk", "name")
        }
        assert by_town["Springfield"] == by_town["Athol"] == "Pioneer Valley"
        assert by_town["Boston"] == by_town["Framingham"] == "Greater Boston"
        assert by_town["Lowell"] == "Northeast"
        assert by_town["Nantucket"] == "Cape & Islands"
        assert by_town["Worcester"] == by_town["Fitchburg"] == "Central"


def test_massachusetts_has_the_orientation_and_its_seven_line_slate(applied):
    with applied("massachusetts"):
        orientation = ServiceItem.objects.get(kind=ServiceItem.Kind.ORIENTATION)
        assert orientation.state_category == "Marketing/Outreach Activities"
        assert orientation.federal_category_id == "EIS"
        assert ServiceItem.objects.filter(kind=ServiceItem.Kind.PARTIAL, is_counted=False).count() == 1
        slate = Slate.objects.in_force(TODAY).get()
        assert slate.lines.count() == 7
        assert not Slate.objects.in_force(date(2017, 3, 21)).exists()
        assert TenantProfile.objects.get().year_naming == TenantProfile.YearNaming.FISCAL_END
        assert {"MDCS", "DUA", "MassAbility", "MCB", "DTA", "ACLS", "SCSEP", "MOBD", "CommCorp", "WDB"} <= set(
            Agency.objects.values_list("code", flat=True)
        )


@pytest.mark.parametrize("slug", ["illinois", "southwest_washington"])
def test_other_tenants_have_no_orientation(slug, applied):
    with applied(slug):
        assert not Slate.objects.exists()
        assert set(ServiceItem.objects.values_list("kind", flat=True)) == {"service", "outreach"}


def test_illinois_partitions_102_counties_before_and_after_the_boundary_change(applied):
    with applied("illinois"):
        assert Region.objects.count() == 10
        counties = set(County.objects.filter(state="IL").values_list("pk", flat=True))
        for on in (date(2019, 6, 30), date(2019, 7, 1), TODAY):
            placed = list(AreaTerritory.objects.in_force(on).values_list("county", flat=True))
            assert len(placed) == len(counties) == 102, on
            assert set(placed) == counties, on
        numbers = {area.code.split("-")[1] for area in Area.objects.in_force(TODAY)}
        assert len(numbers) == 22
        places, codes = PlacementMap(), dict(Area.objects.values_list("pk", "code"))
        for name, before, after in (
            ("Calhoun", "lwia-21-edr-9", "lwia-22"),
            ("Jersey", "lwia-21-edr-9", "lwia-22"),
            ("Douglas", "lwia-23-edr-2", "lwia-17"),
            ("Peoria", "lwia-15", "lwia-15"),
        ):
            county = County.objects.get(state="IL", name=name)
            old = places.place(municipality_id=None, county_id=county.pk, on=date(2019, 6, 30))
            new = places.place(municipality_id=None, county_id=county.pk, on=date(2019, 7, 1))
            assert (codes[old.area_id], codes[new.area_id]) == (before, after)
            assert old.region_id == new.region_id is not None
        profile = TenantProfile.objects.get()
        assert (profile.region_label, profile.area_label_plural) == ("EDR", "LWIAs")
        assert {"DCEO", "IDES", "ICCB", "IDHS"} <= set(Agency.objects.values_list("code", flat=True))


def test_southwest_washington_takes_its_sectors_and_leaves_the_trap_alone(applied):
    with applied("southwest_washington"):
        sectors, codes = SectorMap(TODAY), dict(Sector.objects.values_list("pk", "code"))
        found = {
            naics: codes.get(sectors.sector_of(naics)) for naics in ("622110", "722511", "311811", "311812", "236115")
        }
        assert found == {
            "622110": "healthcare",
            "722511": None,
            "311811": None,
            "311812": "manufacturing",
            "236115": "construction",
        }
        counties = AreaTerritory.objects.values_list("county", flat=True)
        assert set(counties) == {"53011", "53015", "53069"}


@pytest.mark.parametrize("slug", ["massachusetts", "illinois"])
def test_every_industry_has_a_sector(slug, applied):
    with applied(slug):
        sectors = SectorMap(TODAY)
        for naics in [
            "111110",
            "211120",
            "221310",
            "236115",
            "311111",
            "423110",
            "445110",
            "484110",
            "513210",
            "522110",
            "531110",
            "541110",
        ]:
            assert sectors.sector_of(naics), naics
        for naics in ["551112", "561110", "611110", "621111", "711110", "722511", "811111", "921110", "311811"]:
            assert sectors.sector_of(naics), naics


def test_edits_of_an_administrator_stay(applied, tenant):
    with applied("massachusetts"):
        Area.objects.filter(code="boston").update(name="City of Boston")
        ServiceItem.objects.filter(code="lmi").update(retired_on=date(2026, 1, 1), federal_category_id="SPE")
        TenantProfile.objects.update(region_label="District")
        Slate.objects.get().lines.filter(position=7).delete()
        Sector.objects.get(code="construction").prefixes.create(prefix="5617")
        springfield = Municipality.objects.get(state="MA", name="Springfield")
        AreaTerritory.objects.filter(municipality=springfield).update(retired_on=date(2026, 1, 1))
        AreaTerritory.objects.create(
            municipality=springfield, area=Area.objects.get(code="berkshire"), starts_on=date(2026, 1, 1)
        )
        Agency.objects.filter(code="OSD").delete()
    report = preset_apply(tenant=tenant, preset=preset_read("massachusetts"))
    assert dict(report.added) == {"agencies": 1}
    with tenant_context(tenant.pk):
        assert Area.objects.get(code="boston").name == "City of Boston"
        lmi = ServiceItem.objects.get(code="lmi")
        assert (lmi.retired_on, lmi.federal_category_id) == (date(2026, 1, 1), "SPE")
        assert TenantProfile.objects.get().region_label == "District"
        assert Slate.objects.get().lines.count() == 6
        assert Sector.objects.get(code="construction").prefixes.count() == 2
        in_force = AreaTerritory.objects.in_force(TODAY).get(municipality=springfield)
        assert in_force.area.code == "berkshire"


def test_a_town_that_already_belongs_somewhere_stays_there(tenant):
    with tenant_context(tenant.pk):
        own = Area.objects.create(code="own", name="Our own area")
        AreaTerritory.objects.create(area=own, municipality=Municipality.objects.get(state="MA", name="Boston"))
    report = preset_apply(tenant=tenant, preset=preset_read("massachusetts"))
    assert report.added["towns and counties in areas"] == 350
    assert report.kept["towns and counties in areas"] == 1
    with tenant_context(tenant.pk):
        assert AreaTerritory.objects.get(municipality__name="Boston").area == own


def test_two_tenants_take_the_same_preset_apart(tenant):
    other = Tenant.objects.create(slug="elsewhere", name="Elsewhere (fictitious)")
    preset_apply(tenant=tenant, preset=preset_read("illinois"))
    with tenant_context(other.pk):
        assert not Area.objects.exists()
    assert preset_apply(tenant=other, preset=preset_read("illinois")).changed


def test_listeners_hear_what_changed_and_only_then(tenant, monkeypatch):
    heard: list[frozenset[str]] = []
    monkeypatch.setattr(map_changes, "_listeners", [heard.append])
    preset_apply(tenant=tenant, preset=preset_read("illinois"))
    preset_apply(tenant=tenant, preset=preset_read("illinois"))
    assert heard == [map_changes.CHANGES]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"regons": []}, "“regons” is not known"),
        ({"regions": [{"code": "a", "name": "A", "colour": "red"}]}, "“colour” is not known"),
        ({"regions": [{"code": "a", "name": "A"}, {"code": "a", "name": "B"}]}, "used twice: a"),
        ({"regions": [{"name": "A"}]}, "code missing"),
        ({"regions": ["a"]}, "not a row with names"),
        ({"regions": [{"code": "a b", "name": "A"}]}, "a b: code: Use letters"),
        ({"regions": [{"code": "a", "name": "A", "starts_on": "soon"}]}, "a: starts_on:"),
        ({"areas": [{"code": "a", "name": "A", "regions": [{"region": "z"}]}]}, "no region “z”"),
        ({"areas": [{"code": "a", "name": "A", "territory": [{"towns": ["Atlantis"]}]}]}, "no town in MA “Atlantis”"),
        ({"centers": [{"code": "c", "name": "C", "area": "z"}]}, "no area “z”"),
        ({"catalogue": [{"federal_category": "XYZ", "items": [{"code": "i", "name": "I"}]}]}, "category “XYZ”"),
        ({"sectors": [{"code": "s", "name": "S", "include": ["x1"]}]}, "prefix: Two to six digits"),
        ({"profile": {"state_codes": ["MA"], "motto": "x"}}, "profile: .*motto"),
        ({"profile": {"state_codes": ["MA"], "program_year_start_month": 13}}, "program_year_start_month"),
    ],
)
def test_a_wrong_preset_is_refused_in_words_and_leaves_nothing(change, message, tmp_path, tenant):
    plain = {"name": "Test", "state": "MA", "profile": {"state_codes": ["MA"]}}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(plain | change))
    with pytest.raises(PresetError, match=message):
        preset_apply(tenant=tenant, preset=preset_read("test", directory=tmp_path))
    with tenant_context(tenant.pk):
        assert not any(_counts().values())
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(plain))
    assert preset_apply(tenant=tenant, preset=preset_read("test", directory=tmp_path)).changed


def test_an_unreadable_or_unknown_preset_is_refused(tmp_path):
    with pytest.raises(PresetError, match="There is no preset “atlantis”; there are: illinois, "):
        preset_read("atlantis")
    with pytest.raises(PresetError, match="There is no preset"):
        preset_read("../presets/illinois")
    (tmp_path / "broken.yaml").write_text("name: [")
    with pytest.raises(PresetError, match="not readable"):
        preset_read("broken", directory=tmp_path)
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(PresetError, match="sections are wanted"):
        preset_read("empty", directory=tmp_path)
    (tmp_path / "short.yaml").write_text("name: Test\nstate: MA\n")
    with pytest.raises(PresetError, match="profile is missing"):
        preset_read("short", directory=tmp_path)


def test_presets_name_their_sources():
    for slug in preset_slugs():
        assert yaml.safe_load((PRESETS_DIRECTORY / f"{slug}.yaml").read_text())["sources"]


def test_the_command_says_what_it_did(tenant):
    out = StringIO()
    call_command("load_preset", "southwest_washington", tenant="somewhere", stdout=out)
    assert "areas: 3 added" in out.getvalue()
    out = StringIO()
    call_command("load_preset", "southwest_washington", tenant="somewhere", stdout=out)
    assert "areas: 3 already there, left as they are" in out.getvalue()
    assert "added" not in out.getvalue()
    with pytest.raises(CommandError, match="There is no tenant “nowhere”"):
        call_command("load_preset", "illinois", tenant="nowhere")
