"""Addresses of the directory's administration and of invitations."""

from django.urls import URLPattern, path

from bizworks.directory.sections import SECTIONS
from bizworks.directory.views import audit, entries, notices, overview, people, territory, tokens

app_name = "directory"


def _section_urls(kind: str, slug: str) -> list[URLPattern]:
    base, one = f"administration/{slug}/", f"administration/{slug}/<int:{kind}_id>/"
    known = {"kind": kind}
    return [
        path(base, entries.entry_list, known, name=f"{kind}_list"),
        path(f"{base}add/", entries.entry_add, known, name=f"{kind}_add"),
        path(one, entries.entry_edit, known, name=f"{kind}_edit"),
        path(f"{one}retire/", entries.entry_retire, known, name=f"{kind}_retire"),
        path(f"{one}restore/", entries.entry_restore, known, name=f"{kind}_restore"),
    ]


urlpatterns: list[URLPattern] = [
    path("administration/", overview.administration, name="administration"),
    path("administration/profile/", overview.profile_edit, name="profile"),
    path("administration/map.yaml", overview.map_download, name="map_download"),
    path("administration/coverage/", territory.coverage, name="coverage"),
    path("administration/places/", territory.places_suggest, name="places_suggest"),
    path("administration/territory/move/", territory.territory_move, name="territory_move"),
    path("administration/areas/<int:area_id>/move/", territory.area_move, name="area_move"),
    path("administration/slates/<int:slate_id>/version/", entries.slate_version, name="slate_version"),
    path("administration/sectors/preview/", entries.sector_preview, name="sector_preview"),
    *(url for kind, section in SECTIONS.items() for url in _section_urls(kind, section.slug)),
    path("administration/people/", people.staff_list, name="staff_list"),
    path("administration/people/invite/", people.invite, name="invite"),
    path("administration/people/<int:staff_id>/", people.staff_edit, name="staff_edit"),
    path("administration/people/<int:staff_id>/end/", people.staff_end, name="staff_end"),
    path("administration/people/<int:staff_id>/restore/", people.staff_restore, name="staff_restore"),
    path("administration/invitations/<int:invitation_id>/renew/", people.invitation_renew, name="invitation_renew"),
    path(
        "administration/invitations/<int:invitation_id>/withdraw/",
        people.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("administration/api-tokens/", tokens.token_list, name="token_list"),
    path("administration/api-tokens/add/", tokens.token_add, name="token_add"),
    path("administration/api-tokens/<int:token_id>/revoke/", tokens.token_revoke_view, name="token_revoke"),
    path("administration/audit/", audit.audit, name="audit"),
    path("notices/", notices.inbox, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:notice_id>/open/", notices.open_one, name="notice_open"),
    path("invitation/", people.invitation_accept, name="invitation_accept"),
]
