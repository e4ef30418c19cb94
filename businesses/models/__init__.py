"""Employer (legal entity) 1-n business (establishment, what is counted) 1-n contact; and what is kept about them."""

from businesses.models.activity import BusinessActivity
from businesses.models.businesses import Business, BusinessIdentifier, Contact, Employer
from businesses.models.imports import ImportBatch, ImportMapping, ImportRowProblem

__all__ = [
    "Business",
    "BusinessActivity",
    "BusinessIdentifier",
    "Contact",
    "Employer",
    "ImportBatch",
    "ImportMapping",
    "ImportRowProblem",
]
