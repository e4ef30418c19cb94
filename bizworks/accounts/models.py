"""The user and the API token."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from bizworks.tenancy.models import GlobalForeignKey, Tenant, TenantManager, TenantModel


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password nobody can sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Someone who can sign in. Belongs to one tenant (BR-1); with none, a platform operator.

    System table: sign-in happens before a tenant is in force. What a tenant sees of its people is
    the directory's StaffMember.
    """

    id = models.AutoField(primary_key=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as typed."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Always no: rights come from the role in the tenant (`bizworks.tenancy.policy`)."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Always no, for the same reason."""
        return False


class TokenQuerySet(models.QuerySet):
    """Reads of API tokens."""

    def usable(self) -> "TokenQuerySet":
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ApiToken(TenantModel):
    """A program's key: acts as one person of the tenant, within scopes, until a date.

    Only the SHA-256 digest is kept; the token itself, `bw_<tenant>_<secret>`, is shown once. The
    tenant in it lets the lookup happen under row-level security; the digest alone decides.
    """

    class Scope(models.TextChoices):
        """What a token may do, at most; the person's role still applies."""

        READ = "read", "Read the directory, businesses and interactions"
        WRITE = "write", "Add and change businesses, contacts and interactions"
        COUNTS = "counts", "Read counts"

    user = GlobalForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, help_text="What uses it, for example: MOSES nightly bridge.")
    digest = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(TokenQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="token_digest")]

    def __str__(self) -> str:
        return f"{self.name} (…{self.last_four})"
