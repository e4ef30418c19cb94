"""Making a tenant by command, and carrying its map to another as a file."""

import re
from datetime import date
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client

from bizworks.accounts.models import User
from bizworks.directory.models import Agency, Area, AreaTerritory, SectorPrefix, SlateLine, TenantProfile
from bizworks.directory.services.entries import slate_supersede
from bizworks.directory.services.preset_export import preset_dump, preset_text
from bizworks.directory.services.territory import territory_move
from bizworks.reference.models import Municipality
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant

pytestmark = pytest.mark.django_db
ARGUMENTS = ["--slug", "new", "--name", "New (fictitious)", "--admin-email", "first@example.org"]


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_a_tenant_is_made_with_its_map_and_its_administrator_gets_in():
    link = re.search(r"http://\S+/invitation/\S+", run("create_tenant", *ARGUMENTS, "--preset", "massachusetts"))[0]
    tenant = Tenant.objects.get(slug="new")
    with tenant_context(tenant.pk):
        assert Area.objects.count() == 16
    password = {"password1": "an honest sentence", "password2": "an honest sentence"}
    client = Client()
    assert client.post(link.removeprefix("http://127.0.0.1:8000"), password).status_code == 302
    client.force_login(User.objects.get(email="first@example.org"))
    assert client.get("/administration/people/").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*ARGUMENTS, "--preset", "atlantis"], "no preset"),
        ([*ARGUMENTS], "give the state"),
        (["--slug", "bad slug", *ARGUMENTS[2:], "--state", "MA"], "slug"),
        ([*ARGUMENTS[:4], "--admin-email", "nothing", "--state", "MA"], "email"),
    ],
)
def test_a_tenant_that_cannot_be_is_not_made_at_all(arguments, words):
    with pytest.raises(CommandError, match=f"(?i){words}"):
        run("create_tenant", *arguments)
    assert not Tenant.objects.filter(name="New (fictitious)").exists()
    assert not User.objects.filter(email__in=["first@example.org", "nothing"]).exists()


def test_a_tenant_exists_once(north):
    with pytest.raises(CommandError, match="already"):
        run("create_tenant", "--slug", north.tenant.slug, *ARGUMENTS[2:], "--state", "MA")


def test_an_empty_map_is_enough_to_begin():
    run("create_tenant", *ARGUMENTS, "--state", "il")
    with tenant_context(Tenant.objects.get(slug="new").pk):
        assert TenantProfile.objects.get().state_codes == ["IL"]
        assert [agency.name for agency in Agency.objects.all()] == ["New (fictitious)"]


def map_of(tenant_id: int) -> dict:
    with tenant_context(tenant_id):
        return preset_dump(actor=system_actor(tenant_id), name="Same")


@pytest.mark.parametrize("preset", ["massachusetts", "illinois", "southwest_washington"])
def test_a_map_carried_to_another_tenant_is_the_same_map(preset, tmp_path):
    run("create_tenant", *ARGUMENTS, "--preset", preset)
    first = Tenant.objects.get(slug="new")
    file = tmp_path / "map.yaml"
    run("export_preset", "--tenant", "new", "--output", str(file))
    second = ["--slug", "copy", "--name", "Copy", "--admin-email", "second@example.org"]
    run("create_tenant", *second, "--preset", str(file))
    assert map_of(first.pk) == map_of(Tenant.objects.get(slug="copy").pk)


def test_history_goes_with_the_map(north, tmp_path):
    start = date(2026, 7, 1)
    with tenant_context(north.tenant.pk):
        town = Municipality.objects.get(state="MA", name="Springfield")
        territory_move(actor=north.admin, area_id=north.other_area.pk, effective_on=start, municipality_ids=[town.pk])
        slate_supersede(
            actor=north.admin, slate_id=north.slate.pk, code="s2", name="Two", starts_on=start, lines=["A", "B"]
        )
    file = tmp_path / "map.yaml"
    file.write_text(preset_text(map_of(north.tenant.pk)))
    run("create_tenant", *ARGUMENTS, "--preset", str(file))
    tenant = Tenant.objects.get(slug="new")
    assert map_of(tenant.pk) == map_of(north.tenant.pk)
    with tenant_context(tenant.pk):
        rows = AreaTerritory.objects.filter(municipality=town).order_by("starts_on")
        assert [(r.area.code, r.retired_on) for r in rows] == [("wa", start), ("ea", None)]
        assert SlateLine.objects.count() == 9
        assert SectorPrefix.objects.count() == 3


def test_the_page_hands_the_map_over_without_people(north, client_for):
    answer = client_for(north.admin).get("/administration/map.yaml")
    assert "attachment" in answer["Content-Disposition"]
    assert set(yaml.safe_load(answer.content)) >= {"regions", "areas", "agencies", "catalogue", "sectors", "slates"}
    assert north.rep.email.encode() not in answer.content


def test_places_that_a_file_cannot_name_are_listed(north):
    postal = Municipality.objects.exclude(kind="town").first()
    with tenant_context(north.tenant.pk):
        territory_move(
            actor=north.admin, area_id=north.area.pk, effective_on=date(2026, 1, 1), municipality_ids=[postal.pk]
        )
    assert any(postal.name in remark for remark in map_of(north.tenant.pk)["remarks"])


def test_an_unknown_tenant_has_no_map():
    with pytest.raises(CommandError, match="no tenant"):
        run("export_preset", "--tenant", "nowhere")
