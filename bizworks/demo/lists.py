"""Fictitious tags on some businesses, and views that colleagues share."""

import random
from collections.abc import Sequence

from bizworks.directory.models import StaffMember
from bizworks.tenancy.policy import Role
from businesses.constants import Sharing, TagLook
from businesses.models import Business, BusinessTag, SavedView, Tag

_TAGS = (
    ("Spring job fair", TagLook.CIRCLE, 0.06),
    ("Apprenticeship sponsor", TagLook.STAR, 0.04),
    ("Manufacturing partnership", TagLook.SQUARE, 0.05),
    ("Second-chance employer", TagLook.DIAMOND, 0.03),
    ("Advisory board", TagLook.FLAG, 0.01),
)
_VIEWS = (
    ("Not contacted for half a year", {"contact": ["out-180"]}, "contact", Sharing.EVERYONE),
    ("My businesses, longest ago first", {"lead": ["me"]}, "contact", Sharing.EVERYONE),
    ("Large and never served", {"size": ["500+", "250-499", "100-249"], "served": ["none"]}, "size", Sharing.EVERYONE),
)
_COLUMNS = ["where", "industry", "size", "contact", "tags", "lead"]


def make_lists(businesses: Sequence[Business], *, seed: int) -> None:
    """Put the tags on, and share the views in the name of a manager. Queries: 4 and 1 for each 1,000 tags put on."""
    rng = random.Random(seed)  # noqa: S311  invented data
    owner = StaffMember.objects.filter(role__in=[Role.MANAGER, Role.STATE]).order_by("id").first()
    tags = [(Tag.objects.create(name=name, look=look, created_by=owner), share) for name, look, share in _TAGS]
    BusinessTag.objects.bulk_create(
        (
            BusinessTag(business=business, tag=tag, added_by=owner)
            for tag, share in tags
            for business in businesses
            if rng.random() < share
        ),
        batch_size=1_000,
    )
    if owner is None:
        return
    SavedView.objects.bulk_create(
        SavedView(
            name=name, owner=owner, agency_id=owner.agency_id, sharing=sharing, parameters=parameters, sort=sort,
            columns=_COLUMNS,
        )
        for name, parameters, sort, sharing in _VIEWS
    )  # fmt: skip
