"""Employer (legal entity) 1-n business (establishment, what is counted) 1-n contact; and what is kept about them."""

from businesses.models.activity import BusinessActivity
from businesses.models.businesses import Business, BusinessIdentifier, Contact, Employer
from businesses.models.imports import ImportBatch, ImportEffect, ImportMapping, ImportRowProblem
from businesses.models.lists import BulkChange, BusinessTag, ListExport, PinnedView, SavedView, Tag
from businesses.models.matching import DuplicatePair, MatchRun
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
from businesses.models.search import SearchEntry, SearchWord
from businesses.models.stages import BusinessStage, ConfirmedMatch, MatchKey, SentForm

__all__ = [
    "Acquaintance",
    "BulkChange",
    "Business",
    "BusinessActivity",
    "BusinessIdentifier",
    "BusinessMerge",
    "BusinessStage",
    "BusinessTag",
    "ConfirmedMatch",
    "Contact",
    "DuplicatePair",
    "Employer",
    "ImportBatch",
    "ImportEffect",
    "ImportMapping",
    "ImportRowProblem",
    "Lead",
    "LeadProposal",
    "ListExport",
    "MatchKey",
    "MatchRun",
    "MergePart",
    "NewsSeen",
    "Outreach",
    "PinnedView",
    "SavedView",
    "SearchEntry",
    "SearchWord",
    "SentForm",
    "Tag",
    "TeamMember",
    "Watch",
]
