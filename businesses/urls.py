"""Addresses of businesses."""

from django.urls import URLPattern, URLResolver, path

from businesses.views import businesses, contacts, imports, leads, merges, relationships, search, stages

app_name = "businesses"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", businesses.business_index, name="list"),
    path("search/", search.business_suggest, name="search"),
    path("naics/", businesses.naics_suggest, name="naics"),
    path("new/", businesses.business_new, name="create"),
    path("new/matches/", businesses.business_matches, name="matches"),
    path("<int:business_id>/", businesses.business_detail, name="detail"),
    path("<int:business_id>/edit/", businesses.business_edit, name="edit"),
    path("<int:business_id>/contacts/new/", contacts.contact_new, name="contact_create"),
    path("leads/", leads.lead_list, name="leads"),
    path("leads/assign/", leads.leads_assign, name="leads_assign"),
    path("leads/proposals/<int:proposal_id>/accept/", leads.proposal_accept, name="proposal_accept"),
    path("leads/proposals/<int:proposal_id>/decline/", leads.proposal_decline, name="proposal_decline"),
    path("leads/proposals/<int:proposal_id>/withdraw/", leads.proposal_withdraw, name="proposal_withdraw"),
    path("<int:business_id>/relationship/", relationships.relationship, name="relationship"),
    path("<int:business_id>/lead/take/", leads.lead_take, name="lead_take"),
    path("<int:business_id>/lead/propose/", leads.lead_propose, name="lead_propose"),
    path("<int:business_id>/lead/assign/", leads.lead_assign, name="lead_assign"),
    path("<int:business_id>/lead/backup/", leads.lead_backup, name="lead_backup"),
    path("<int:business_id>/lead/message/", relationships.message, name="lead_message"),
    path("<int:business_id>/watch/", relationships.watch, name="watch"),
    path("<int:business_id>/team/add/", relationships.team_add, name="team_add"),
    path("team/<int:member_id>/remove/", relationships.team_remove, name="team_remove"),
    path("contacts/<int:contact_id>/known/", relationships.acquaintance, name="acquaintance"),
    path("news/seen/", relationships.news_seen, name="news_seen"),
    path("<int:business_id>/stages/", stages.stages, name="stages"),
    path("stages/<int:stage_id>/void/", stages.void, name="stage_void"),
    path("contacts/<int:contact_id>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<int:contact_id>/left/", contacts.contact_left, name="contact_left"),
    path("<int:business_id>/merge/", merges.merge_choose, name="merge"),
    path("<int:business_id>/merge/<int:other_id>/", merges.merge_pair, name="merge_pair"),
    path("merges/", merges.merge_index, name="merges"),
    path("merges/<int:merge_id>/undo/", merges.merge_undo, name="merge_undo"),
    path("imports/", imports.import_index, name="imports"),
    path("imports/<int:batch_id>/", imports.import_detail, name="import_detail"),
    path("imports/<int:batch_id>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<int:batch_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:batch_id>/continue/", imports.import_continue, name="import_continue"),
    path("imports/<int:batch_id>/cancel/", imports.import_stop, name="import_cancel"),
    path("imports/<int:batch_id>/rows.csv", imports.import_rows, name="import_rows"),
]
