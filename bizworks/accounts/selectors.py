"""Reads of accounts."""

import hashlib
import re
from dataclasses import dataclass

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from bizworks.accounts.models import ApiToken, User

TOKEN_PATTERN = re.compile(r"Bearer (bw_(\d{1,9})_[A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class TokenClaim:
    """What a bearer token says of itself; proven only by finding `digest` within `tenant_id`."""

    tenant_id: int
    digest: str


def token_digest(token: str) -> str:
    """Hash a token the way it is stored: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_claim(header: str) -> TokenClaim | None:
    """Read an Authorization header; None if it is not one of our bearer tokens. Queries: 0."""
    match = TOKEN_PATTERN.fullmatch(header)
    if not match or int(match[2]) > 2_147_483_647:
        return None
    return TokenClaim(tenant_id=int(match[2]), digest=token_digest(match[1]))


def email_in_use(email: str) -> bool:
    """Tell whether an address already signs in, in whatever tenant; never say which. Queries: 1."""
    return User.objects.filter(email=email.strip().lower()).exists()


def tokens_all() -> QuerySet[ApiToken]:
    """Every API token of the tenant, newest first, with the person it acts as. Queries: 1."""
    return ApiToken.objects.select_related("user")


def token_get_for(token_id: int) -> ApiToken:
    """One token of the tenant, or 404. Queries: 1."""
    return get_object_or_404(ApiToken.objects.select_related("user"), pk=token_id)
