"""Tokens made by hand, so that these tests do not depend on the page that issues them."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from bizworks.accounts.models import ApiToken
from bizworks.tenancy.context import tenant_context


def issue(world, actor, *scopes: str, days: int = 1) -> dict[str, str]:
    """Make a token by hand and return the header that carries it."""
    token = f"bw_{world.tenant.pk}_{secrets.token_urlsafe(32)}"
    with tenant_context(world.tenant.pk):
        ApiToken.objects.create(
            user_id=actor.user_id,
            name="test",
            digest=hashlib.sha256(token.encode()).hexdigest(),
            last_four=token[-4:],
            scopes=list(scopes),
            expires_at=datetime.now(UTC) + timedelta(days=days),
        )
    return {"Authorization": f"Bearer {token}"}
