"""Employer (legal entity) 1-n business (establishment, what is counted) 1-n contact; and what is kept about them."""

from businesses.models.activity import BusinessActivity
from businesses.models.businesses import Business, BusinessIdentifier, Contact, Employer
from businesses.models.imports import ImportBatch, ImportMapping, ImportRowProblem
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
    "Business",
    "BusinessActivity",
    "BusinessIdentifier",
    "Contact",
    "Employer",
    "ImportBatch",
    "ImportMapping",
    "ImportRowProblem",
    "Lead",
    "LeadProposal",
    "NewsSeen",
    "Outreach",
    "TeamMember",
    "Watch",
]
