"""The forms over the list of businesses."""

from businesses.filters.acts import BulkForm, ExportForm, MergeTagForm, TagForm, ViewForm
from businesses.filters.listing import Chip, ListForm, list_query

__all__ = ["BulkForm", "Chip", "ExportForm", "ListForm", "MergeTagForm", "TagForm", "ViewForm", "list_query"]
