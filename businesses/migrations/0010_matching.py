"""Pairs of businesses that may be one, and the jobs that look for them."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import PROTECT, F, Q

from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.models import TenantForeignKey
from bizworks.tenancy.operations import SecureTenantTable

STATES = [
    ("waiting", "Waiting"),
    ("undecided", "Undecided"),
    ("distinct", "Not the same"),
    ("location", "Locations of one employer"),
]
JOB_STATES = [
    ("draft", "Not started"),
    ("queued", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]


def _tenant() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        default=current_tenant_id,
        editable=False,
        on_delete=PROTECT,
        related_name="+",
        to="tenancy.tenant",
    )


def _key(to: str, **options) -> TenantForeignKey:
    return TenantForeignKey(db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+", to=to, **options)


def _staff() -> TenantForeignKey:
    return _key("directory.staffmember", blank=True, null=True)


def _id() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("businesses", "0009_imports"), ("directory", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", _id()),
                ("probability", models.FloatField(default=0, help_text="0 to 1; 0 = only a person thinks so.")),
                ("reasons", models.JSONField(default=list, help_text='What agrees and differs: "comparison:level".')),
                (
                    "changed",
                    models.JSONField(
                        default=list,
                        help_text="What has come to agree since it was decided that they are not the same.",
                    ),
                ),
                (
                    "active_on",
                    models.DateField(
                        blank=True, help_text="Newest contact with either, when last compared.", null=True
                    ),
                ),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=10)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "note",
                    models.CharField(blank=True, default="", help_text="Why a person thinks so.", max_length=300),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "moved",
                    models.JSONField(
                        default=dict, help_text="Businesses that changed employer: {business: former employer}."
                    ),
                ),
                (
                    "version",
                    models.IntegerField(default=1, help_text="Raised by every decision; guards against two at once."),
                ),
                ("decided_by", _staff()),
                ("flagged_by", _staff()),
                ("left", _key("businesses.business")),
                ("right", _key("businesses.business")),
                ("tenant", _tenant()),
            ],
            options={
                "ordering": ["-probability", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "state", "-probability", "id"], name="duplicate_pair_queue")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "left", "right"), name="duplicate_pair_once"),
                    models.CheckConstraint(condition=Q(left__lt=F("right")), name="duplicate_pair_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchRun",
            fields=[
                ("id", _id()),
                ("state", models.CharField(choices=JOB_STATES, default="draft", max_length=10)),
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
                    "changed_since",
                    models.DateTimeField(blank=True, help_text="Empty = all are compared with all.", null=True),
                ),
                ("attempts", models.SmallIntegerField(default=0, help_text="Starts so far; after three it fails.")),
                ("pairs_found", models.IntegerField(default=0)),
                (
                    "pairs_new",
                    models.IntegerField(default=0, help_text="Not known before, and so waiting for a decision."),
                ),
                ("requested_by", _staff()),
                ("tenant", _tenant()),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(state__in=["queued", "running"]), fields=("tenant",), name="match_run_one_open"
                    )
                ],
            },
        ),
        SecureTenantTable("DuplicatePair"),
        SecureTenantTable("MatchRun"),
    ]
