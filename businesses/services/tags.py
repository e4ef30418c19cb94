"""Tags: made, renamed, merged, retired; put on a business and taken off."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import MAX_TAGS, TagLook
from businesses.models import BulkChange, BusinessTag, Tag
from businesses.selectors.businesses import business_get_for
from businesses.selectors.saved_views import tag_get_for
from businesses.validators import one_line, problem_with_text

NAME_LENGTH = 40


@transaction.atomic
def tag_create(*, actor: Actor, name: str, look: str = TagLook.CIRCLE) -> Tag:
    """Make a tag; one of the same name, whatever its case, is given back instead, also if it is made just now.

    Errors: NotAllowedError; BusinessRuleError by input name. Queries: at most 3, and savepoints.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    name = _checked(name, look)
    known = _called(name).first()
    if known is None:
        if Tag.objects.count() >= MAX_TAGS:
            raise BusinessRuleError({"name": [f"There are {MAX_TAGS} tags already. Merge some first."]})
        try:
            with transaction.atomic():
                return Tag.objects.create(name=name, look=look, created_by_id=actor.staff_id)
        except IntegrityError:
            known = _called(name).get()
    if known.is_retired:
        raise BusinessRuleError({"name": [f"“{known.name}” is retired. Whoever manages tags can bring it back."]})
    return known


@transaction.atomic
def tag_change(*, actor: Actor, tag_id: int, name: str, look: str) -> Tag:
    """Rename a tag, or give it another sign. Errors: NotAllowedError, Http404, BusinessRuleError. Queries: 3."""
    tag = _managed(actor, tag_id)
    name = _checked(name, look)
    taken = BusinessRuleError({"name": ["There is a tag of this name. Merge this one into it instead."]})
    if _called(name).exclude(pk=tag_id).exists():
        raise taken
    tag.name, tag.look = name, look
    try:
        with transaction.atomic():
            tag.save(update_fields=["name", "look"])
    except IntegrityError:
        raise taken from None
    return tag


@transaction.atomic
def tag_retire(*, actor: Actor, tag_id: int, retired: bool) -> Tag:
    """Offer a tag no more, or again; it stays where it is. Errors: NotAllowedError, Http404. Queries: 2."""
    tag = _managed(actor, tag_id)
    tag.is_retired = retired
    tag.save(update_fields=["is_retired"])
    return tag


@transaction.atomic
def tag_merge(*, actor: Actor, tag_id: int, into_id: int) -> Tag:
    """Put one tag's businesses under another, and drop the first. Saved views that ask for it ask for nothing more.

    Errors: NotAllowedError, Http404, BusinessRuleError. Locks: both tags, by id. Queries: 7, however many businesses.
    """
    list(Tag.objects.filter(pk__in=(tag_id, into_id)).order_by("pk").select_for_update())
    tag, target = _managed(actor, tag_id), _managed(actor, into_id)
    if tag.pk == target.pk:
        raise BusinessRuleError({"into": ["Choose another tag."]})
    both = BusinessTag.objects.filter(tag=target.pk, business=OuterRef("business"))
    BusinessTag.objects.filter(Exists(both), tag=tag.pk).delete()
    BusinessTag.objects.filter(tag=tag.pk).update(tag=target.pk)
    BulkChange.objects.filter(tag=tag.pk).update(tag=target.pk)
    Tag.objects.filter(pk=tag.pk).delete()
    return target


@transaction.atomic
def business_tag_add(*, actor: Actor, business_id: int, tag_id: int | None = None, name: str = "") -> Tag:
    """Put a tag on a business: one there is, or a new one by its name. Twice is once.

    Errors: NotAllowedError, Http404; BusinessRuleError by input name. Queries: at most 6.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    business = business_get_for(actor=actor, business_id=business_id)
    tag = tag_usable(actor=actor, tag_id=tag_id, name=name)
    row = BusinessTag(business_id=business.pk, tag_id=tag.pk, added_by_id=actor.staff_id)
    BusinessTag.objects.bulk_create([row], ignore_conflicts=True)
    return tag


@transaction.atomic
def business_tag_remove(*, actor: Actor, business_id: int, tag_id: int) -> Tag:
    """Take a tag off a business; twice is once. Errors: NotAllowedError, Http404. Queries: 3."""
    actor.require(Permission.EDIT_BUSINESSES)
    business = business_get_for(actor=actor, business_id=business_id)
    tag = tag_get_for(actor=actor, tag_id=tag_id)
    BusinessTag.objects.filter(business=business.pk, tag=tag.pk).delete()
    return tag


def tag_usable(*, actor: Actor, tag_id: int | None, name: str) -> Tag:
    """The tag that is meant, made if it is new; none merges it away before it is used.

    Errors: Http404; BusinessRuleError by input name. Locks: the tag, if it is known. Queries: at most 3.
    """
    if name.strip():
        return tag_create(actor=actor, name=name)
    if tag_id is None:
        raise BusinessRuleError({"tag": ["Choose a tag, or type a new one."]})
    actor.require(Permission.VIEW_BUSINESSES)
    tag = get_object_or_404(Tag.objects.select_for_update(no_key=True), pk=tag_id)
    if tag.is_retired:
        raise BusinessRuleError({"tag": [f"“{tag.name}” is retired; choose another."]})
    return tag


def _called(name: str) -> QuerySet[Tag]:
    """The tag of a name, compared as the database's constraint does."""
    return Tag.objects.alias(key=Lower("name")).filter(key=Lower(Value(name)))


def _managed(actor: Actor, tag_id: int) -> Tag:
    actor.require(Permission.MANAGE_LISTS)
    return tag_get_for(actor=actor, tag_id=tag_id)


def _checked(name: str, look: str) -> str:
    name = one_line(name)
    if not name:
        raise BusinessRuleError({"name": ["Give the tag a name."]})
    if len(name) > NAME_LENGTH:
        raise BusinessRuleError({"name": [f"Use at most {NAME_LENGTH} characters."]})
    if problem := problem_with_text(name):
        raise BusinessRuleError({"name": [problem]})
    if look not in TagLook.values:
        raise BusinessRuleError({"look": ["Choose a sign."]})
    return name
