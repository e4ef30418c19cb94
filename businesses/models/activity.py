"""What is known at a glance of each business's last contact and service."""

from django.db import models

from bizworks.tenancy.models import TenantForeignKey, TenantModel
from businesses.models.businesses import Business


class BusinessActivity(TenantModel):
    """When a business was last contacted and served; no row = never.

    Restricted and voided records are not counted, so that the dates tell nobody what they may not
    know (BR-3). Derived: kept by database triggers on the tables of interactions, in the writer's own
    transaction; nothing else writes it.
    """

    pk = models.CompositePrimaryKey("tenant", "business")
    business = TenantForeignKey(Business, related_name="+")
    last_contact_on = models.DateField(null=True, help_text="Day of the newest interaction.")
    last_service_on = models.DateField(null=True, help_text="Day the newest service in progress or completed started.")

    class Meta(TenantModel.Meta):
        verbose_name_plural = "business activity"
        indexes = [models.Index(fields=["tenant", "last_contact_on", "business"], name="activity_by_contact")]

    def __str__(self) -> str:
        return f"{self.business_id}: {self.last_contact_on}"
