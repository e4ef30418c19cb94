"""First tables."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import bizworks.tenancy.context
from bizworks.tenancy.operations import CreateAuditFunctions, SecureTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "is_demo",
                    models.BooleanField(default=False, help_text="All data is fictitious; every page says so."),
                ),
                ("suspended_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("insert", "added"), ("update", "changed"), ("delete", "removed")], max_length=6
                    ),
                ),
                ("user_id", models.IntegerField(null=True)),
                ("request_id", models.CharField(blank=True, default="", max_length=32)),
                ("changes", models.JSONField(help_text="insert/delete: the row; update: {column: [before, after]}")),
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
                "indexes": [
                    models.Index(fields=["tenant", "table_name", "row_id"], name="audit_row"),
                    models.Index(fields=["tenant", "at"], name="audit_at"),
                ],
            },
        ),
        CreateAuditFunctions(),
        SecureTenantTable("AuditEvent", audited=False),
    ]
