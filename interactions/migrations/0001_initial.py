"""First tables."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import SecureTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("businesses", "0001_initial"),
        ("directory", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=300)),
                ("occurred_on", models.DateField(help_text="Local date of the contact; not in the future.")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("in_person_business", "In person at the business"),
                            ("in_person_center", "In person at a center"),
                            ("phone", "Phone call"),
                            ("video", "Conference or video call"),
                            ("group", "Group presentation or event"),
                            ("email", "E-mail exchange"),
                            ("mailing", "Mail or mass mailing"),
                            ("voicemail", "Voicemail or no answer"),
                            ("web", "Web form"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=120)),
                ("duration_minutes", models.SmallIntegerField(blank=True, null=True)),
                (
                    "is_substantial",
                    models.BooleanField(default=False, help_text="Staff attest a substantial overview (BR-20d)."),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("shared", "Everyone in the system"),
                            ("agency", "My agency"),
                            ("team", "The people who took part, and their managers"),
                            ("restricted", "Restricted"),
                        ],
                        default="shared",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "form_key",
                    models.UUIDField(default=uuid.uuid4, help_text="Names one act of saving: sent twice, saved once."),
                ),
                ("version", models.IntegerField(default=1)),
                (
                    "agency",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interactions",
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
                        related_name="+",
                        to="directory.center",
                    ),
                ),
                (
                    "recorded_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "slate",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                (
                    "voided_by",
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
            ],
            options={
                "ordering": ["-occurred_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="InteractionBusiness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="businesses.business",
                    ),
                ),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="interactions.interaction",
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
            model_name="interaction",
            name="businesses",
            field=models.ManyToManyField(
                related_name="interactions", through="interactions.InteractionBusiness", to="businesses.business"
            ),
        ),
        migrations.CreateModel(
            name="InteractionContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was_key_representative", models.BooleanField()),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="businesses.business",
                    ),
                ),
                (
                    "contact",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="businesses.contact",
                    ),
                ),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_rows",
                        to="interactions.interaction",
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
        migrations.CreateModel(
            name="InteractionStaff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_rows",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "staff",
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
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="interaction",
            name="staff",
            field=models.ManyToManyField(
                related_name="interactions", through="interactions.InteractionStaff", to="directory.staffmember"
            ),
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("obtained_on", models.DateField(help_text="When the facts were learned.")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("shared", "Everyone in the system"),
                            ("agency", "My agency"),
                            ("team", "The people who took part, and their managers"),
                            ("restricted", "Restricted"),
                        ],
                        default="shared",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "author",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="businesses.business",
                    ),
                ),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="interactions.interaction",
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
                "ordering": ["-obtained_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoteVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("body", models.TextField()),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "note",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="interactions.note",
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
                "ordering": ["number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ServiceDelivered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=300)),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, help_text="Last day; empty = still running.", null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="completed",
                        max_length=12,
                    ),
                ),
                (
                    "assisted",
                    models.CharField(
                        choices=[("staff", "Staff-assisted"), ("self", "Self-service")], default="staff", max_length=5
                    ),
                ),
                (
                    "program",
                    models.CharField(blank=True, default="", help_text="Funding program, if any.", max_length=60),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("shared", "Everyone in the system"),
                            ("agency", "My agency"),
                            ("team", "The people who took part, and their managers"),
                            ("restricted", "Restricted"),
                        ],
                        default="shared",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source_key",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="The row's id where it came from; the same id again is the same row.",
                        max_length=120,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                (
                    "agency",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="directory.agency",
                    ),
                ),
                (
                    "area",
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
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="businesses.business",
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
                        related_name="+",
                        to="directory.center",
                    ),
                ),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "item",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="directory.serviceitem",
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
                        related_name="+",
                        to="directory.region",
                    ),
                ),
                (
                    "staff",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
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
                (
                    "voided_by",
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
            ],
            options={
                "verbose_name_plural": "services delivered",
                "ordering": ["-started_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OrientationJudgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("qualifying", "Qualifying orientation"),
                            ("partial", "Partial overview"),
                            ("outreach", "General outreach"),
                        ],
                        max_length=10,
                    ),
                ),
                ("lines_covered", models.SmallIntegerField()),
                ("lines_needed", models.SmallIntegerField()),
                ("lines_total", models.SmallIntegerField()),
                ("has_direct_contact", models.BooleanField()),
                ("has_key_representative", models.BooleanField()),
                ("is_substantial", models.BooleanField()),
                (
                    "failures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        default=list,
                        help_text="In words, empty when it qualifies.",
                        size=None,
                    ),
                ),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="businesses.business",
                    ),
                ),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "slate",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                (
                    "service",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="interactions.servicedelivered",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SlateCoverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverage",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "line",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.slateline",
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
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "assignee",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
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
                (
                    "interaction",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="interactions.interaction",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["tenant", "assignee", "due_on"],
                        name="follow_up_open",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="interactionbusiness",
            constraint=models.UniqueConstraint(
                fields=("tenant", "interaction", "business"), name="interaction_business_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="interactioncontact",
            constraint=models.UniqueConstraint(
                fields=("tenant", "interaction", "contact"), name="interaction_contact_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="interactionstaff",
            constraint=models.UniqueConstraint(
                fields=("tenant", "interaction", "staff"), name="interaction_staff_once"
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["tenant", "-occurred_on", "-id"], name="interaction_recent"),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(fields=("tenant", "form_key"), name="interaction_form_key"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=models.UniqueConstraint(fields=("tenant", "note", "number"), name="note_version_number"),
        ),
        migrations.AddIndex(
            model_name="servicedelivered",
            index=models.Index(fields=["tenant", "business", "-started_on"], name="service_business_date"),
        ),
        migrations.AddIndex(
            model_name="servicedelivered",
            index=models.Index(fields=["tenant", "started_on"], name="service_date"),
        ),
        migrations.AddIndex(
            model_name="servicedelivered",
            index=models.Index(
                condition=models.Q(("ended_on", None)), fields=["tenant", "business"], name="service_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicedelivered",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"),
                name="service_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicedelivered",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_key", ""), _negated=True),
                fields=("tenant", "source_key"),
                name="service_source_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="orientationjudgement",
            constraint=models.UniqueConstraint(fields=("tenant", "interaction", "business"), name="judgement_once"),
        ),
        migrations.AddConstraint(
            model_name="slatecoverage",
            constraint=models.UniqueConstraint(fields=("tenant", "interaction", "line"), name="coverage_once"),
        ),
        SecureTenantTable("Interaction"),
        SecureTenantTable("InteractionBusiness"),
        SecureTenantTable("InteractionStaff"),
        SecureTenantTable("InteractionContact"),
        SecureTenantTable("ServiceDelivered"),
        SecureTenantTable("OrientationJudgement"),
        SecureTenantTable("SlateCoverage"),
        SecureTenantTable("Note"),
        SecureTenantTable("NoteVersion"),
        SecureTenantTable("FollowUp"),
    ]
