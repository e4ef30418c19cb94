"""What search reads: each business's words, and which businesses a word leads to."""

from django.db import models

from bizworks.tenancy.models import TenantModel


class SearchEntry(TenantModel):
    """What can be found of one business, in comparable form; merged businesses have none.

    Derived: kept by database triggers on businesses, employers, contacts and identifiers, in the
    writer's own transaction, so it needs no foreign key; nothing else writes it. `rebuild_search` makes
    it anew.
    """

    pk = models.CompositePrimaryKey("tenant", "business_id")
    business_id = models.BigIntegerField()
    region_id = models.BigIntegerField(default=0, help_text="The business's region; 0 = none.")
    is_closed = models.BooleanField(default=False)
    name_key = models.TextField(db_collation="C", help_text="Name without case, accents, marks and legal form.")
    alias_key = models.TextField(db_collation="C", default="")
    town_key = models.TextField(db_collation="C", default="")
    people_key = models.TextField(db_collation="C", default="", help_text="Names of its contacts.")
    numbers = models.TextField(
        db_collation="C",
        default="",
        help_text="p: telephone, e: e-mail, f: FEIN (g: of UC), i: other systems' numbers (u: of UC).",
    )

    class Meta(TenantModel.Meta):
        verbose_name_plural = "search entries"
        indexes = [models.Index(fields=["tenant", "region_id", "name_key"], name="search_name")]

    def __str__(self) -> str:
        return f"{self.business_id}: {self.name_key}"


class SearchWord(TenantModel):
    """That a word (or number) of an entry leads to its business.

    Read by equality and by ranges in byte order alone: the only operators that may use an index under
    row-level security (ADR 0008). Derived, by triggers on the entries.
    """

    pk = models.CompositePrimaryKey("tenant", "word", "business_id")
    word = models.TextField(db_collation="C")
    business_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.word}: {self.business_id}"
