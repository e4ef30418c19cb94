"""First tables."""

import datetime

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import SecureTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("reference", "0001_initial"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True, default="", help_text="For example: workforce board, college.", max_length=60
                    ),
                ),
                ("phone", models.CharField(blank=True, default="", max_length=30)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
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
                "verbose_name_plural": "agencies",
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AreaTerritory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "area",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="territories",
                        to="directory.area",
                    ),
                ),
                (
                    "county",
                    bizworks.tenancy.models.GlobalForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.county",
                    ),
                ),
                (
                    "municipality",
                    bizworks.tenancy.models.GlobalForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.municipality",
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
                "ordering": ["area", "starts_on"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Center",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
                    ),
                ),
                (
                    "area",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="centers",
                        to="directory.area",
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("representative", "Business service representative"),
                            ("manager", "Regional manager"),
                            ("state", "State staff"),
                            ("admin", "Tenant administrator"),
                            ("partner", "Read-only partner"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "region_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "invited_by",
                    bizworks.tenancy.models.GlobalForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-created_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AreaRegion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "area",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="directory.area",
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
                (
                    "region",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="directory.region",
                    ),
                ),
            ],
            options={
                "ordering": ["area", "starts_on"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Sector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
                    ),
                ),
                ("is_priority", models.BooleanField(default=False)),
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SectorPrefix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "prefix",
                    models.CharField(
                        max_length=6,
                        validators=[django.core.validators.RegexValidator("^\\d{2,6}$", "Two to six digits.")],
                    ),
                ),
                ("is_excluded", models.BooleanField(default=False)),
                (
                    "sector",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prefixes",
                        to="directory.sector",
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
                "ordering": ["prefix"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ServiceItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "Service"),
                            ("outreach", "Outreach (never counted)"),
                            ("orientation", "Orientation (counted when it qualifies, BR-20)"),
                            ("partial", "Partial overview (what an orientation becomes when it does not qualify)"),
                        ],
                        default="service",
                        max_length=12,
                    ),
                ),
                ("state_category", models.CharField(blank=True, default="", max_length=80)),
                (
                    "is_counted",
                    models.BooleanField(default=True, help_text="Delivering it makes a business served (BR-18)."),
                ),
                (
                    "is_minimum_menu",
                    models.BooleanField(default=False, help_text="Every center must offer it (20 CFR 678.430, .435)."),
                ),
                ("description", models.TextField(blank=True, default="")),
                (
                    "synonyms",
                    models.CharField(
                        blank=True, default="", help_text="Other words people type for it.", max_length=200
                    ),
                ),
                (
                    "federal_category",
                    bizworks.tenancy.models.GlobalForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.federalcategory",
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Slate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(default=datetime.date(1900, 1, 1), help_text="First day in force.")),
                (
                    "retired_on",
                    models.DateField(
                        blank=True, help_text="First day no longer in force; empty = in force.", null=True
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
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
                "ordering": ["-starts_on"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SlateLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.SmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                (
                    "slate",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="directory.slate",
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
                "ordering": ["position"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="StaffMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("title", models.CharField(blank=True, default="", max_length=80)),
                ("phone", models.CharField(blank=True, default="", max_length=30)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("representative", "Business service representative"),
                            ("manager", "Regional manager"),
                            ("state", "State staff"),
                            ("admin", "Tenant administrator"),
                            ("partner", "Read-only partner"),
                        ],
                        max_length=15,
                    ),
                ),
                ("ended_on", models.DateField(blank=True, help_text="First day without access.", null=True)),
                (
                    "agency",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="directory.agency",
                    ),
                ),
                (
                    "center",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="directory.center",
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
                (
                    "user",
                    bizworks.tenancy.models.GlobalForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            name="StaffRegion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "region",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.region",
                    ),
                ),
                (
                    "staff",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="staffmember",
            name="regions",
            field=models.ManyToManyField(
                blank=True, related_name="staff", through="directory.StaffRegion", to="directory.region"
            ),
        ),
        migrations.CreateModel(
            name="TenantProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time_zone", models.CharField(default="America/New_York", max_length=40)),
                (
                    "state_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        help_text="States whose towns are offered first.",
                        size=None,
                    ),
                ),
                ("region_label", models.CharField(default="Region", max_length=30)),
                ("region_label_plural", models.CharField(default="Regions", max_length=30)),
                ("area_label", models.CharField(default="Workforce area", max_length=30)),
                ("area_label_plural", models.CharField(default="Workforce areas", max_length=30)),
                ("center_label", models.CharField(default="Career center", max_length=30)),
                ("center_label_plural", models.CharField(default="Career centers", max_length=30)),
                ("representative_label", models.CharField(default="Business service representative", max_length=40)),
                (
                    "representative_label_plural",
                    models.CharField(default="Business service representatives", max_length=40),
                ),
                (
                    "program_year_start_month",
                    models.SmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                    ),
                ),
                (
                    "year_naming",
                    models.CharField(
                        choices=[
                            ("program", "Program year, by its first year (PY2024)"),
                            ("fiscal_end", "Program year and fiscal year, by its last year (PY2024 = FY2025)"),
                        ],
                        default="program",
                        max_length=10,
                    ),
                ),
                (
                    "counts_self_service",
                    models.BooleanField(default=False, help_text="Self-service counts as a service (BR-18)."),
                ),
                (
                    "lookback_quarters",
                    models.SmallIntegerField(
                        default=12,
                        help_text="Quarters before a period in which a business counts as returning (BR-33).",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(40),
                        ],
                    ),
                ),
                (
                    "orientation_min_minutes",
                    models.SmallIntegerField(
                        default=15,
                        help_text="Shortest overview that is substantial (BR-20d).",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "late_entry_days",
                    models.SmallIntegerField(
                        default=7,
                        help_text="Days after which an entry is late (BR-25).",
                        validators=[django.core.validators.MinValueValidator(0)],
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
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="agency_code"),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="area_code"),
        ),
        migrations.AddIndex(
            model_name="areaterritory",
            index=models.Index(fields=["tenant", "municipality"], name="territory_town"),
        ),
        migrations.AddIndex(
            model_name="areaterritory",
            index=models.Index(fields=["tenant", "county"], name="territory_county"),
        ),
        migrations.AddConstraint(
            model_name="areaterritory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("county__isnull", False), ("municipality", None)),
                    models.Q(("county", None), ("municipality__isnull", False)),
                    _connector="OR",
                ),
                name="territory_town_or_county",
            ),
        ),
        migrations.AddConstraint(
            model_name="areaterritory",
            constraint=models.UniqueConstraint(
                condition=models.Q(("municipality__isnull", False)),
                fields=("tenant", "municipality", "starts_on"),
                name="territory_town_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="areaterritory",
            constraint=models.UniqueConstraint(
                condition=models.Q(("county__isnull", False)),
                fields=("tenant", "county", "starts_on"),
                name="territory_county_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="center",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="center_code"),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="region_code"),
        ),
        migrations.AddConstraint(
            model_name="arearegion",
            constraint=models.UniqueConstraint(fields=("tenant", "area", "starts_on"), name="area_region_start"),
        ),
        migrations.AddConstraint(
            model_name="sector",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="sector_code"),
        ),
        migrations.AddConstraint(
            model_name="sectorprefix",
            constraint=models.UniqueConstraint(fields=("tenant", "sector", "prefix"), name="sector_prefix"),
        ),
        migrations.AddConstraint(
            model_name="serviceitem",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="service_item_code"),
        ),
        migrations.AddConstraint(
            model_name="serviceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["outreach", "partial"]), _negated=True),
                    ("is_counted", False),
                    _connector="OR",
                ),
                name="outreach_never_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="slate",
            constraint=models.UniqueConstraint(fields=("tenant", "code"), name="slate_code"),
        ),
        migrations.AddConstraint(
            model_name="slateline",
            constraint=models.UniqueConstraint(fields=("tenant", "slate", "position"), name="slate_line_position"),
        ),
        migrations.AddConstraint(
            model_name="staffregion",
            constraint=models.UniqueConstraint(fields=("tenant", "staff", "region"), name="staff_region"),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.UniqueConstraint(fields=("tenant", "user"), name="staff_user"),
        ),
        migrations.AddConstraint(
            model_name="tenantprofile",
            constraint=models.UniqueConstraint(fields=("tenant",), name="profile_one_per_tenant"),
        ),
        SecureTenantTable("TenantProfile"),
        SecureTenantTable("Region"),
        SecureTenantTable("Area"),
        SecureTenantTable("AreaRegion"),
        SecureTenantTable("AreaTerritory"),
        SecureTenantTable("Center"),
        SecureTenantTable("Agency"),
        SecureTenantTable("StaffMember"),
        SecureTenantTable("StaffRegion"),
        SecureTenantTable("Invitation"),
        SecureTenantTable("ServiceItem"),
        SecureTenantTable("Slate"),
        SecureTenantTable("SlateLine"),
        SecureTenantTable("Sector"),
        SecureTenantTable("SectorPrefix"),
    ]
