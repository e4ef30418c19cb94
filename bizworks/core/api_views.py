"""The base of the API's lists; apart from `api.py`, which the framework loads before its own views."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import generics

from bizworks.core.api import ActorMay


class TenantListView(generics.ListAPIView):
    """A list of the tenant's rows: filtered, paged by position, read for the request's actor."""

    permission_classes = [ActorMay]

    def rows(self, actor: Any) -> QuerySet:
        """What the actor may read; each list says it by its selector."""
        raise AssertionError(f"{type(self).__name__} names no rows.")

    def get_queryset(self) -> QuerySet:
        """Ask `rows`; the OpenApi document is made without a tenant, from an empty set."""
        if getattr(self, "swagger_fake_view", False):
            return QuerySet(self.serializer_class.Meta.model).none()
        return self.rows(self.request._request.actor)
