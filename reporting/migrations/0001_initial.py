"""First tables."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import SecureTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("business_id", models.BigIntegerField()),
                ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
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
            name="ExportJob",
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
                    "parameters",
                    models.JSONField(default=dict, help_text="Filters: start, end, region_id, agency_id, ..."),
                ),
                ("token_name", models.CharField(blank=True, default="", max_length=80)),
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
                    "requested_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
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
        migrations.CreateModel(
            name="ServedCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "measure",
                        "grain",
                        "start",
                        "region_id",
                        "area_id",
                        "agency_id",
                        "category",
                        "sector_id",
                        "standing",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("measure", models.SmallIntegerField(choices=[(1, "Businesses served"), (2, "Businesses oriented")])),
                (
                    "grain",
                    models.CharField(choices=[("m", "Month"), ("q", "Quarter"), ("y", "Program year")], max_length=1),
                ),
                ("start", models.DateField(help_text="First day of the period.")),
                ("region_id", models.BigIntegerField()),
                ("area_id", models.BigIntegerField()),
                ("agency_id", models.BigIntegerField()),
                ("category", models.SmallIntegerField()),
                ("sector_id", models.BigIntegerField()),
                (
                    "standing",
                    models.SmallIntegerField(choices=[(0, "All"), (1, "New"), (2, "Returning"), (3, "Reactivated")]),
                ),
                ("businesses", models.IntegerField()),
                ("employers", models.IntegerField()),
                ("records", models.IntegerField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CountState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "advanced_through",
                    models.DateField(
                        help_text="Local date up to which open and future services are counted.", null=True
                    ),
                ),
                ("drained_at", models.DateTimeField(help_text="When marks were last worked off.", null=True)),
                ("rebuilt_at", models.DateTimeField(help_text="When everything was last counted anew.", null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="count_state_one")],
            },
        ),
        migrations.CreateModel(
            name="ServedFact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "business_id",
                        "month",
                        "measure",
                        "region_id",
                        "area_id",
                        "agency_id",
                        "category",
                        "sector_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("business_id", models.BigIntegerField()),
                ("employer_id", models.BigIntegerField()),
                ("month", models.DateField(help_text="First day of the month.")),
                ("measure", models.SmallIntegerField(choices=[(1, "Businesses served"), (2, "Businesses oriented")])),
                ("region_id", models.BigIntegerField()),
                ("area_id", models.BigIntegerField()),
                ("agency_id", models.BigIntegerField()),
                ("category", models.SmallIntegerField()),
                ("sector_id", models.BigIntegerField()),
                ("records", models.IntegerField(help_text="Services (or orientations) that started in the month.")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=[
                            "tenant",
                            "measure",
                            "month",
                            "region_id",
                            "agency_id",
                            "category",
                            "sector_id",
                            "business_id",
                        ],
                        name="fact_drill_down",
                    )
                ],
            },
        ),
        SecureTenantTable("ServedFact", audited=False, own_key=True),
        SecureTenantTable("ServedCell", audited=False, own_key=True),
        SecureTenantTable("CountMark", audited=False),
        SecureTenantTable("CountState", audited=False),
        SecureTenantTable("ExportJob"),
    ]
