"""Chainable reads of businesses and contacts."""

from django.db.models import Q, QuerySet

from businesses.constants import Status


class BusinessQuerySet(QuerySet):
    """Reads of businesses."""

    def listed(self) -> "BusinessQuerySet":
        """Businesses the directory shows: all but merged ones."""
        return self.exclude(status=Status.MERGED)

    def matching(self, text: str) -> "BusinessQuerySet":
        """Businesses in whose name, alias or town every typed word occurs; nine digits also find a FEIN."""
        words = text.lower().split()[:8]
        condition = Q()
        for word in words:
            condition &= Q(search_text__contains=word)
        digits = "".join(ch for ch in text if ch.isdigit())
        if len(digits) == 9:
            condition |= Q(employer__fein=digits)
        return self.filter(condition)

    def with_display_joins(self) -> "BusinessQuerySet":
        """Load what a list row shows, in one query."""
        return self.select_related("employer", "region", "area", "sector", "naics")


class ContactQuerySet(QuerySet):
    """Reads of contacts."""

    def current(self) -> "ContactQuerySet":
        """People who have not left."""
        return self.filter(left_on=None)
