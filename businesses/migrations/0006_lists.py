"""Tags, saved views, changes of many at once, files of lists; and an index for each order and filter of the list."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import CASCADE, PROTECT
from django.db.models.functions import Lower

from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.models import TenantForeignKey
from bizworks.tenancy.operations import RunStatements, SecureTenantTable


class DropCoveredIndexes(RunStatements):
    """The new indexes begin with these columns, so the plain ones only cost writing."""

    forwards = tuple(f"DROP INDEX businesses_business_{name}_id_tix" for name in ("area", "region", "sector"))
    backwards = tuple(
        f"CREATE INDEX businesses_business_{name}_id_tix ON businesses_business (tenant_id, {name}_id)"
        for name in ("area", "region", "sector")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0005_search"),
        ("directory", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                (
                    "look",
                    models.CharField(
                        choices=[
                            ("circle", "Circle"),
                            ("square", "Square"),
                            ("triangle", "Triangle"),
                            ("diamond", "Diamond"),
                            ("star", "Star"),
                            ("flag", "Flag"),
                        ],
                        default="circle",
                        help_text="Sign before the name.",
                        max_length=8,
                    ),
                ),
                (
                    "is_retired",
                    models.BooleanField(default=False, help_text="Stays where it is, but is put on nothing more."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="BulkChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Not started"),
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("progress", models.IntegerField(default=0, help_text="Rows handled so far.")),
                ("total", models.IntegerField(default=0, help_text="Rows in all; 0 = not yet known.")),
                ("cancel_requested", models.BooleanField(default=False)),
                (
                    "problem",
                    models.TextField(blank=True, default="", help_text="What went wrong, in words, if it failed."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "heartbeat_at",
                    models.DateTimeField(blank=True, help_text="Last sign of life of the worker.", null=True),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "action",
                    models.CharField(
                        choices=[("tag_add", "Add a tag"), ("tag_remove", "Remove a tag"), ("lead", "Assign the lead")],
                        max_length=10,
                    ),
                ),
                (
                    "business_ids",
                    ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="The businesses to be changed.",
                        size=None,
                    ),
                ),
                (
                    "selected",
                    models.IntegerField(
                        default=0, help_text="Businesses chosen; those it makes no difference to included."
                    ),
                ),
                ("changed", models.IntegerField(default=0, help_text="Businesses really changed.")),
                (
                    "lead",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "requested_by",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "undoes",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="businesses.bulkchange",
                    ),
                ),
                (
                    "tag",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="businesses.tag",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="BusinessTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "added_by",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "business",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="tags",
                        to="businesses.business",
                    ),
                ),
                (
                    "change",
                    TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="businesses.bulkchange",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "tag",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="businesses",
                        to="businesses.tag",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "sharing",
                    models.CharField(
                        choices=[("private", "Only me"), ("agency", "My agency"), ("everyone", "Everyone")],
                        default="private",
                        max_length=8,
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(default=dict, help_text="{filter: [values]}, as in the list's address."),
                ),
                ("sort", models.CharField(max_length=10)),
                ("columns", models.JSONField(default=list, help_text="Keys of the columns, in order.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "agency",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The owner's agency when it was shared.",
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "owner",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PinnedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "staff",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "view",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=CASCADE,
                        related_name="+",
                        to="businesses.savedview",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ListExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Not started"),
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("progress", models.IntegerField(default=0, help_text="Rows handled so far.")),
                ("total", models.IntegerField(default=0, help_text="Rows in all; 0 = not yet known.")),
                ("cancel_requested", models.BooleanField(default=False)),
                (
                    "problem",
                    models.TextField(blank=True, default="", help_text="What went wrong, in words, if it failed."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "heartbeat_at",
                    models.DateTimeField(blank=True, help_text="Last sign of life of the worker.", null=True),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "Excel workbook")], max_length=4)),
                (
                    "file_path",
                    models.CharField(
                        blank=True, default="", help_text="Below the private files directory.", max_length=300
                    ),
                ),
                ("file_name", models.CharField(blank=True, default="", max_length=200)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("downloads", models.IntegerField(default=0)),
                (
                    "expires_on",
                    models.DateField(
                        blank=True, help_text="The file is removed on this day; the record stays.", null=True
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(default=dict, help_text="{filter: [values]}, as in the list's address."),
                ),
                ("sort", models.CharField(max_length=10)),
                ("columns", models.JSONField(default=list, help_text="Keys of the columns, in order.")),
                (
                    "requested_by",
                    TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=current_tenant_id,
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveIndex(
            model_name="business",
            name="business_town",
        ),
        migrations.RemoveIndex(
            model_name="businessactivity",
            name="activity_last_contact",
        ),
        migrations.AddField(
            model_name="business",
            name="size_order",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(size_band="500+", then=0),
                    models.When(size_band="250-499", then=1),
                    models.When(size_band="100-249", then=2),
                    models.When(size_band="50-99", then=3),
                    models.When(size_band="20-49", then=4),
                    models.When(size_band="10-19", then=5),
                    models.When(size_band="5-9", then=6),
                    models.When(size_band="1-4", then=7),
                    models.When(size_band="", then=8),
                    default=9,
                ),
                help_text="Place of the size band, the largest first: the order of lists.",
                output_field=models.SmallIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "area", "search_text", "id"], name="business_area_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "sector", "search_text", "id"], name="business_sector_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "municipality", "search_text", "id"], name="business_town_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "county", "search_text", "id"], name="business_county_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "status", "search_text", "id"], name="business_status_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "town", "search_text", "id"], name="business_by_town"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "size_order", "search_text", "id"], name="business_by_size"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "created_at", "id"], name="business_by_day"),
        ),
        migrations.AddIndex(
            model_name="businessactivity",
            index=models.Index(fields=["tenant", "last_contact_on", "business"], name="activity_by_contact"),
        ),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(fields=["tenant", "sharing", "agency"], name="saved_view_shared"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("owner"), Lower("name"), name="saved_view_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="pinnedview",
            constraint=models.UniqueConstraint(fields=("tenant", "staff"), name="pinned_view_one"),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(models.F("tenant"), Lower("name"), name="tag_name"),
        ),
        migrations.AddConstraint(
            model_name="businesstag",
            constraint=models.UniqueConstraint(fields=("tenant", "tag", "business"), name="business_tag_once"),
        ),
        DropCoveredIndexes(),
        SecureTenantTable("Tag"),
        SecureTenantTable("BulkChange"),
        SecureTenantTable("BusinessTag"),
        SecureTenantTable("SavedView"),
        SecureTenantTable("PinnedView"),
        SecureTenantTable("ListExport"),
    ]
