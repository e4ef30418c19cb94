"""The log of merges of businesses."""

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models
from django.db.models import CASCADE, PROTECT, F, Q

from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.models import TenantForeignKey
from bizworks.tenancy.operations import SecureTenantTable


def _tenant() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        default=current_tenant_id,
        editable=False,
        on_delete=PROTECT,
        related_name="+",
        to="tenancy.tenant",
    )


def _key(to: str, on_delete=PROTECT, related_name: str = "+", **options) -> TenantForeignKey:
    return TenantForeignKey(
        db_constraint=False, db_index=False, on_delete=on_delete, related_name=related_name, to=to, **options
    )


def _id() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("businesses", "0010_matching"), ("directory", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="BusinessMerge",
            fields=[
                ("id", _id()),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("merged_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "status_before",
                    models.CharField(help_text="What the absorbed record's status was.", max_length=10),
                ),
                ("fields", models.JSONField(default=dict, help_text="Of the survivor: {column: [before, written]}.")),
                (
                    "united",
                    models.JSONField(
                        default=dict, help_text="People found to be one: {absorbed's contact: survivor's}."
                    ),
                ),
                (
                    "people",
                    models.JSONField(
                        default=dict, help_text="Of united people: {contact: {column: [before, written]}}."
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("absorbed", _key("businesses.business")),
                ("merged_by", _key("directory.staffmember", blank=True, null=True)),
                ("survivor", _key("businesses.business")),
                ("tenant", _tenant()),
                ("undone_by", _key("directory.staffmember", blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "merged_at"], name="merge_when")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("undone_at", None)), fields=("tenant", "absorbed"), name="merge_absorbed_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(("survivor", F("absorbed")), _negated=True), name="merge_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergePart",
            fields=[
                ("id", _id()),
                ("relation", models.CharField(help_text="The foreign key: app.Model.field.", max_length=120)),
                ("moved_from", models.BigIntegerField(help_text="What the rows pointed to.")),
                ("moved_to", models.BigIntegerField(help_text="What they point to since.")),
                (
                    "row_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="The rows that moved.",
                        size=None,
                    ),
                ),
                (
                    "closed",
                    models.JSONField(
                        default=dict, help_text="Rows that were ended: {row: {column: [before, written]}}."
                    ),
                ),
                (
                    "set_aside",
                    models.JSONField(default=list, help_text="Rows taken out because the same was there: whole rows."),
                ),
                ("merge", _key("businesses.businessmerge", CASCADE, "parts")),
                ("tenant", _tenant()),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        SecureTenantTable("BusinessMerge"),
        SecureTenantTable("MergePart"),
    ]
