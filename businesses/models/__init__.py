"""Employer (legal entity) 1-n business (establishment, what is counted) 1-n contact; and what is kept about them."""

from businesses.models.activity import BusinessActivity
from businesses.models.businesses import Business, BusinessIdentifier, Contact, Employer
from businesses.models.imports import ImportBatch, ImportMapping, ImportRowProblem
from businesses.models.lists import BulkChange, BusinessTag, ListExport, PinnedView, SavedView, Tag
from businesses.models.search import SearchEntry, SearchWord
from businesses.models.stages import BusinessStage, ConfirmedMatch, MatchKey, SentForm
from businesses.models.merges import BusinessMerge, MergePart
from businesses.models.relationships import (
    Acquaintance,
    Lead,
    LeadProposal,
    NewsSeen,
    Outreach,
    TeamMember,
    Watch,
)

__all__ = [
    "Acquaintance",
    "BulkChange",
    "Business",
    "BusinessActivity",
    "BusinessIdentifier",
    "BusinessMerge",
    "BusinessTag",
    "BusinessStage",
    "ConfirmedMatch",
    "Contact",
    "Employer",
    "ImportBatch",
    "ImportMapping",
    "ImportRowProblem",
    "SearchEntry",
    "SearchWord",
    "MatchKey",
    "SentForm",
    "Lead",
    "LeadProposal",
    "ListExport",
    "MergePart",
    "NewsSeen",
    "Outreach",
    "PinnedView",
    "SavedView",
    "Tag",
    "TeamMember",
    "Watch",
]
