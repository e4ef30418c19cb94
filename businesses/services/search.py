"""Making the search tables anew; day by day triggers keep them (migration 0005)."""

from django.db import connection, transaction

from bizworks.tenancy.context import current_tenant_id
from businesses.models import Business, SearchEntry

_CHUNK = 10_000


@transaction.atomic
def search_rebuild() -> int:
    """Make every entry and word of the tenant in force anew; returns the number of entries.

    In one transaction, so that nobody meanwhile finds too little. Locks the entries: writers of
    businesses wait. Queries: 4, and 2 for each 10,000 businesses.
    """
    tenant, last = current_tenant_id(), 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM businesses_searchword WHERE tenant_id = %s", [tenant])
        cursor.execute("DELETE FROM businesses_searchentry WHERE tenant_id = %s", [tenant])
        while ids := list(Business.objects.filter(pk__gt=last).order_by("id").values_list("id", flat=True)[:_CHUNK]):
            cursor.execute("SELECT businesses_search_refresh(%s, %s)", [tenant, ids])
            last = ids[-1]
    return SearchEntry.objects.count()
