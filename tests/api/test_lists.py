"""The list's filters, tags and saved views over the API."""

from bizworks.tenancy.context import tenant_context
from businesses.models import BusinessTag, Tag
from businesses.services.lists import view_save
from tests.factories import make_business


def names(answer) -> list[str]:
    status, body = answer
    assert status == 200, body
    return sorted(row["name"] for row in body["results"])


def test_the_filters_are_those_of_the_pages(api, north):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        tag = Tag.objects.create(name="Job fair")
        BusinessTag.objects.create(business=make_business(north, "Tagged"), tag=tag)
        make_business(north, "Plain", town="Boston")
    for query, expected in (
        (f"tag={tag.pk}", ["Tagged"]), (f"tag={tag.pk}&tag=none", ["Plain", "Tagged"]), ("town=boston", ["Plain"]),
        ("contact=never", ["Plain", "Tagged"]), ("since=2026-01-01", []), ("size=unknown&size=500%2B", ["Plain", "Tagged"]),
        ("lead=nobody&served=none&step=none", ["Plain", "Tagged"]), (f"tag=none&region={north.region.pk}", []),
    ):  # fmt: skip
        assert names(api(north, north.rep, "GET", f"/businesses/?{query}")) == expected, query


def test_a_filter_that_is_not_understood_is_a_400(api, north):
    for query in ("contact=soon", "size=huge", "lead=x", "step=maybe", "since=yesterday", "tag=x"):
        assert api(north, north.rep, "GET", f"/businesses/?{query}")[0] == 400, query


def test_tags_and_views_are_read_by_whom_they_are_for(api, north, south):
    with tenant_context(south.tenant.pk):
        Tag.objects.create(name="Zzcanary")
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        tag = Tag.objects.create(name="Job fair")
        BusinessTag.objects.create(business=make_business(north), tag=tag)
        content = {"parameters": {"tag": [str(tag.pk)], "naics": ["31", "33"]}, "sort": "town", "columns": ["zip"]}
        view_save(actor=north.rep, name="Mine", sharing="private", **content)
        view_save(actor=north.rep, name="Ours", sharing="agency", **content)
    _, body = api(north, north.rep, "GET", "/tags/")
    assert [(row["name"], row["businesses"]) for row in body["results"]] == [("Job fair", 1)]
    assert names(api(north, north.rep, "GET", "/saved-views/")) == ["Mine", "Ours"]
    assert names(api(north, north.manager, "GET", "/saved-views/")) == ["Ours"]
    assert names(api(north, north.other_rep, "GET", "/saved-views/")) == []
    _, body = api(north, north.manager, "GET", "/saved-views/")
    assert body["results"][0]["query"] == f"tag={tag.pk}&naics=31%2C+33&sort=town&cols=zip"
