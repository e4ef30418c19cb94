"""Chainable reads of businesses and contacts."""

from django.db.models import F, Q, QuerySet

from bizworks.reference.names import place_key
from businesses.constants import Status


class BusinessQuerySet(QuerySet):
    """Reads of businesses."""

    def listed(self) -> "BusinessQuerySet":
        """Businesses the directory shows: all but merged ones."""
        return self.exclude(status=Status.MERGED)

    def in_town(self, text: str) -> "BusinessQuerySet":
        """Businesses whose town is called so, or is written beginning so."""
        return self.filter(Q(municipality__name_key=place_key(text)) | Q(town__istartswith=text))

    def after(self, search_text: str, pk: int) -> "BusinessQuerySet":
        """Businesses behind a place in the order (search_text, id)."""
        return self.filter(Q(search_text__gt=search_text) | Q(id__gt=pk), search_text__gte=search_text)

    def before(self, search_text: str, pk: int) -> "BusinessQuerySet":
        """Businesses in front of a place in the order (search_text, id)."""
        return self.filter(Q(search_text__lt=search_text) | Q(id__lt=pk), search_text__lte=search_text)

    def with_display_joins(self) -> "BusinessQuerySet":
        """Load what a list row shows, in one query."""
        return self.select_related("employer", "region", "area", "sector", "naics")


class ContactQuerySet(QuerySet):
    """Reads of contacts."""

    def current(self) -> "ContactQuerySet":
        """People who have not left."""
        return self.filter(left_on=None)

    def in_order(self) -> "ContactQuerySet":
        """Key representatives first, then by name; people who left last."""
        return self.order_by(F("left_on").desc(nulls_first=True), "-is_key_representative", "name", "id")
