"""The tenant, the base of every tenant table, and the audit trail."""

from typing import Any

from django.db import models

from bizworks.tenancy.context import current_tenant_id


class Tenant(models.Model):
    """A whole workforce system (a state, or a local area that runs alone).

    System table: readable before any tenant is in force, because sign-in needs it.
    """

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    is_demo = models.BooleanField(default=False, help_text="All data is fictitious; every page says so.")
    suspended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TenantQuerySet(models.QuerySet):
    """A queryset that always names its tenant, so that indexes beginning with it are used."""


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Answers only inside a tenant context; outside it every question raises."""

    def get_queryset(self) -> models.QuerySet:
        """Rows of the tenant in force. Errors: NoTenantContextError."""
        return super().get_queryset().filter(tenant_id=current_tenant_id())

    def none(self) -> models.QuerySet:
        """An empty set; the one question that needs no tenant."""
        return super().get_queryset().none()


class TenantForeignKey(models.ForeignKey):
    """A foreign key within the tenant.

    The database constraint is composite, (tenant_id, column) to (tenant_id, id), and is made by
    SecureTenantTable together with its index; so Django makes neither.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        """Default to PROTECT: nothing of a tenant disappears by the way."""
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)


class GlobalForeignKey(models.ForeignKey):
    """A foreign key from a tenant table to a table without tenant (reference facts, users)."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        """No index of its own: indexes of tenant tables begin with the tenant."""
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantModel(models.Model):
    """Base of every tenant table; its migration must call SecureTenantTable."""

    tenant = models.ForeignKey(
        Tenant,
        models.PROTECT,
        default=current_tenant_id,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class ReferenceModel(models.Model):
    """Base of tables that no tenant owns; read-only to the application's role."""

    class Meta:
        abstract = True


class AuditEvent(TenantModel):
    """One row per row written, by database triggers (ADR 0001); the application can only add and read."""

    at = models.DateTimeField(db_default=models.functions.Now())
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(
        max_length=6, choices=[("insert", "added"), ("update", "changed"), ("delete", "removed")]
    )
    user_id = models.IntegerField(null=True)
    request_id = models.CharField(max_length=32, blank=True, default="")
    changes = models.JSONField(help_text="insert/delete: the row; update: {column: [before, after]}")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "table_name", "row_id"], name="audit_row"),
            models.Index(fields=["tenant", "at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.operation}"


class BackgroundJob(TenantModel):
    """Base of long work done by the worker: progress, cancel, outcome. The row is the truth, not the broker."""

    class State(models.TextChoices):
        """Where the work stands."""

        DRAFT = "draft", "Not started"
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    progress = models.IntegerField(default=0, help_text="Rows handled so far.")
    total = models.IntegerField(default=0, help_text="Rows in all; 0 = not yet known.")
    cancel_requested = models.BooleanField(default=False)
    problem = models.TextField(blank=True, default="", help_text="What went wrong, in words, if it failed.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True, help_text="Last sign of life of the worker.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True

    @property
    def percent(self) -> int:
        """Progress in percent, 0-100; 100 only when done."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.progress * 100 // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        """Whether the worker still has to do with it."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class FileJob(BackgroundJob):
    """Base of files someone asked for; the row is the record of the export and outlives the file."""

    class Format(models.TextChoices):
        """File formats."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel workbook"

    format = models.CharField(max_length=4, choices=Format)
    file_path = models.CharField(max_length=300, blank=True, default="", help_text="Below the private files directory.")
    file_name = models.CharField(max_length=200, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    downloads = models.IntegerField(default=0)
    expires_on = models.DateField(null=True, blank=True, help_text="The file is removed on this day; the record stays.")

    class Meta(BackgroundJob.Meta):
        abstract = True

    @property
    def is_there(self) -> bool:
        """Whether the file can still be fetched."""
        return self.state == self.State.DONE and bool(self.file_path)
