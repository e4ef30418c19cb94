"""Addresses of interactions."""

from django.urls import URLPattern, URLResolver, path

from interactions import views

app_name = "interactions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("log/", views.log, name="log"),
    path("check/", views.check, name="check"),
    path("follow-ups/", views.follow_ups, name="follow_ups"),
    path("follow-ups/<int:follow_up_id>/done/", views.follow_up_done, name="follow_up_done"),
    path("follow-ups/<int:follow_up_id>/reopen/", views.follow_up_reopen, name="follow_up_reopen"),
    path("<int:interaction_id>/", views.detail, name="detail"),
    path("<int:interaction_id>/void/", views.void, name="void"),
    path("<int:interaction_id>/visibility/", views.visibility, name="visibility"),
    path("<int:interaction_id>/notes/add/", views.note_add, name="note_add"),
    path("<int:interaction_id>/next-step/", views.follow_up_add, name="follow_up_add"),
    path("notes/<int:note_id>/", views.note_correct, name="note_correct"),
    path("notes/<int:note_id>/visibility/", views.note_visibility, name="note_visibility"),
    path("services/record/", views.service_record, name="service_record"),
    path("services/<int:service_id>/", views.service_edit, name="service_edit"),
    path("services/<int:service_id>/void/", views.service_void, name="service_void"),
]
