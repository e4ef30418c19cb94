"""Writes to accounts: people who sign in, programs that hold a token."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bizworks.accounts.models import ApiToken, User
from bizworks.accounts.selectors import email_in_use, token_digest
from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission

TOKEN_MAX_DAYS = 365
SECRET_BYTES = 32  # 43 characters in base64url


@transaction.atomic
def token_issue(
    *, actor: Actor, name: str, scopes: Sequence[str], expires_at: datetime, user_id: int | None = None
) -> tuple[ApiToken, str]:
    """Issue an API token; returns the row and the token itself, which is kept nowhere.

    The token acts as `user_id` (default: the actor), a person of the same tenant, at most within
    `scopes`, until `expires_at` (at most 365 days ahead). Errors: NotAllowedError,
    BusinessRuleError (name, scopes, expires_at, user). Queries: 2.
    """
    actor.require(Permission.MANAGE_TOKENS)
    now = timezone.now()
    errors: dict[str, list[str]] = {}
    if not name.strip():
        errors["name"] = ["Say what will use the token."]
    if not scopes or set(scopes) - set(ApiToken.Scope.values):
        errors["scopes"] = ["Choose at least one thing that the token may do."]
    if not now < expires_at <= now + timedelta(days=TOKEN_MAX_DAYS):
        errors["expires_at"] = [f"Choose a day within the next {TOKEN_MAX_DAYS} days."]
    user = User.objects.filter(pk=user_id or actor.user_id, tenant_id=actor.tenant_id, is_active=True).first()
    if user is None:
        errors["user"] = ["Choose a person who has access here."]
    if errors:
        raise BusinessRuleError(errors)
    plain = f"bw_{actor.tenant_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80],
        digest=token_digest(plain),
        last_four=plain[-4:],
        scopes=[scope for scope in ApiToken.Scope.values if scope in scopes],
        expires_at=expires_at,
    )
    return token, plain


@transaction.atomic
def token_revoke(*, actor: Actor, token_id: int) -> None:
    """Revoke a token; its next request is refused. Revoking twice changes nothing. Queries: 1.

    Errors: NotAllowedError.
    """
    actor.require(Permission.MANAGE_TOKENS)
    ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())


def password_check(*, password: str, email: str, name: str) -> None:
    """Hold a new password against the rules. Errors: BusinessRuleError (password1). Queries: 0."""
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise BusinessRuleError({"password1": error.messages}) from error


@transaction.atomic
def account_create(*, tenant_id: int | None, email: str, name: str, password: str | None) -> User:
    """Make someone who can sign in; without a password not until one is set by link.

    The message for an address in use is the same whoever uses it, here or in another tenant.
    Errors: BusinessRuleError (email, password1). Queries: 2.
    """
    if password is not None:
        password_check(password=password, email=email, name=name)
    taken = BusinessRuleError({"email": ["No account can be made for this address."]})
    if email_in_use(email):
        raise taken
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name, tenant_id=tenant_id)
    except IntegrityError as error:
        raise taken from error


def sessions_end(*, user_id: int) -> int:
    """Delete every session of a user; returns how many. Takes effect with the next request.

    Sessions name their user only inside their payload, so this reads all that have not expired.
    Queries: 2.
    """
    now, mine = timezone.now(), str(user_id)
    keys = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=now).iterator()
        if session.get_decoded().get("_auth_user_id") == mine
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


@transaction.atomic
def operator_create(*, email: str, name: str) -> tuple[User, str]:
    """Make a platform operator, who belongs to no tenant and sees the content of none (BR-1).

    Returns the account and a link, valid as long as any password reset, where the operator chooses a
    password. Errors: BusinessRuleError (email). Queries: 2.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise BusinessRuleError({"email": error.messages}) from error
    user = account_create(tenant_id=None, email=email, name=name, password=None)
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return user, settings.BASE_URL.rstrip("/") + reverse("account_reset_password_from_key", kwargs=key)
