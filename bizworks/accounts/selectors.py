"""Reads of accounts."""

import hashlib
import re
from dataclasses import dataclass

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
