"""First tables."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import SecureTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("reference", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Business",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("alias", models.CharField(blank=True, default="", help_text="Trading name, DBA.", max_length=200)),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("town", models.CharField(help_text="Town as it is written on letters.", max_length=80)),
                ("state", models.CharField(max_length=2)),
                ("zip_code", models.CharField(blank=True, default="", max_length=5)),
                ("area_override_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "naics_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("self", "Told by the business"),
                            ("public", "Public list"),
                            ("staff", "Entered by staff"),
                            ("purchased", "Purchased list"),
                            ("uc", "Unemployment agency (confidential)"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("active", "Active"),
                            ("inactive", "Inactive"),
                            ("closed", "Closed"),
                            ("merged", "Merged into another"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "employees",
                    models.IntegerField(blank=True, help_text="People employed at this location.", null=True),
                ),
                (
                    "employees_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("self", "Told by the business"),
                            ("public", "Public list"),
                            ("staff", "Entered by staff"),
                            ("purchased", "Purchased list"),
                            ("uc", "Unemployment agency (confidential)"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "size_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not known"),
                            ("1-4", "1 to 4"),
                            ("5-9", "5 to 9"),
                            ("10-19", "10 to 19"),
                            ("20-49", "20 to 49"),
                            ("50-99", "50 to 99"),
                            ("100-249", "100 to 249"),
                            ("250-499", "250 to 499"),
                            ("500+", "500 or more"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("phone", models.CharField(blank=True, default="", max_length=30)),
                ("website", models.CharField(blank=True, default="", max_length=200)),
                (
                    "search_text",
                    models.TextField(editable=False, help_text="Lower-case name, alias and town; what search reads."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "version",
                    models.IntegerField(default=1, help_text="Raised by every change; guards against lost updates."),
                ),
                (
                    "area",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="businesses",
                        to="directory.area",
                    ),
                ),
                (
                    "area_override",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                    "merged_into",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="businesses.business",
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
                    "naics",
                    bizworks.tenancy.models.GlobalForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.naicscode",
                    ),
                ),
                (
                    "recorded_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "region",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="businesses",
                        to="directory.region",
                    ),
                ),
                (
                    "sector",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="businesses",
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
                "verbose_name_plural": "businesses",
                "ordering": ["name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("chief", "CEO or president"),
                            ("plant", "General or plant manager"),
                            ("hr", "HR lead"),
                            ("finance", "CFO"),
                            ("hiring", "Hiring manager"),
                            ("staff", "Other staff"),
                        ],
                        default="staff",
                        max_length=10,
                    ),
                ),
                (
                    "title",
                    models.CharField(blank=True, default="", help_text="Title as on the business card.", max_length=80),
                ),
                (
                    "is_key_representative",
                    models.BooleanField(default=False, help_text="Can speak and decide for the business (BR-22)."),
                ),
                ("phone", models.CharField(blank=True, default="", max_length=30)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("do_not_contact", models.BooleanField(default=False)),
                ("left_on", models.DateField(blank=True, help_text="When the person left the business.", null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="businesses.business",
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
            name="Employer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="Legal name.", max_length=200)),
                (
                    "fein",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Nine digits, stored plain.",
                        max_length=9,
                        validators=[django.core.validators.RegexValidator("^\\d{9}$", "A FEIN has nine digits.")],
                    ),
                ),
                (
                    "fein_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("self", "Told by the business"),
                            ("public", "Public list"),
                            ("staff", "Entered by staff"),
                            ("purchased", "Purchased list"),
                            ("uc", "Unemployment agency (confidential)"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "recorded_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="business",
            name="employer",
            field=bizworks.tenancy.models.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="businesses",
                to="businesses.employer",
            ),
        ),
        migrations.CreateModel(
            name="ImportBatch",
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
                    "source_name",
                    models.CharField(
                        help_text="What the list is; the same name again updates its rows.", max_length=80
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("self", "Told by the business"),
                            ("public", "Public list"),
                            ("staff", "Entered by staff"),
                            ("purchased", "Purchased list"),
                            ("uc", "Unemployment agency (confidential)"),
                        ],
                        default="public",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("file_path", models.CharField(help_text="Below the private files directory.", max_length=300)),
                ("sha256", models.CharField(max_length=64)),
                ("columns", models.JSONField(default=dict, help_text="{our field: their column}")),
                ("header", models.JSONField(default=list, help_text="The file's own columns, in order.")),
                ("rows_new", models.IntegerField(default=0)),
                ("rows_changed", models.IntegerField(default=0)),
                ("rows_unchanged", models.IntegerField(default=0)),
                ("rows_rejected", models.IntegerField(default=0)),
                (
                    "rows_unplaced",
                    models.IntegerField(default=0, help_text="Taken, but in no area; each is explained."),
                ),
                (
                    "requested_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
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
                "verbose_name_plural": "import batches",
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_name", models.CharField(max_length=80)),
                ("columns", models.JSONField(default=dict, help_text="{our field: their column}")),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                "ordering": ["source_name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportRowProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "row_number",
                    models.IntegerField(help_text="Line of data in the file, from 1, the header not counted."),
                ),
                ("is_rejected", models.BooleanField()),
                ("reason", models.TextField()),
                ("cells", models.JSONField(help_text="The row as it came, in the file's order of columns.")),
                (
                    "batch",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="businesses.importbatch",
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
                "ordering": ["row_number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="BusinessIdentifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("ui_account", "UI account number"),
                            ("reporting_unit", "UI reporting unit"),
                            ("moses", "MOSES"),
                            ("eto", "ETO"),
                            ("launchpad", "Launchpad"),
                            ("iwds", "IWDS"),
                            ("list", "Row of an imported list"),
                        ],
                        max_length=15,
                    ),
                ),
                ("value", models.CharField(max_length=120)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("self", "Told by the business"),
                            ("public", "Public list"),
                            ("staff", "Entered by staff"),
                            ("purchased", "Purchased list"),
                            ("uc", "Unemployment agency (confidential)"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="businesses.business",
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
                "ordering": ["scheme", "value"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "business", "scheme", "value"), name="identifier_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("scheme", "list")), fields=("tenant", "value"), name="identifier_list_row"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="employer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fein", ""), _negated=True), fields=("tenant", "fein"), name="employer_fein"
            ),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "name", "id"], name="business_name"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "region", "name", "id"], name="business_region_name"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "naics"], name="business_naics"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "municipality"], name="business_town"),
        ),
        migrations.AddConstraint(
            model_name="importmapping",
            constraint=models.UniqueConstraint(fields=("tenant", "source_name"), name="import_mapping_source"),
        ),
        SecureTenantTable("Employer"),
        SecureTenantTable("Business"),
        SecureTenantTable("BusinessIdentifier"),
        SecureTenantTable("Contact"),
        SecureTenantTable("ImportMapping"),
        SecureTenantTable("ImportBatch"),
        SecureTenantTable("ImportRowProblem"),
    ]
