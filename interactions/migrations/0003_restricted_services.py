"""Find the few restricted services without reading all others."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("interactions", "0002_entered_when_said")]

    operations = [
        migrations.AddIndex(
            "ServiceDelivered",
            models.Index(
                fields=["tenant", "business"], condition=Q(visibility="restricted"), name="service_restricted"
            ),
        ),
    ]
