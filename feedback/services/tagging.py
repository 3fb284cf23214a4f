"""Themes of replies: tags that the QA team gives, from the framework's list where it has one (B6, G-45)."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.trail import record
from feedback.models import Reply
from people.models import User


@transaction.atomic
def tag_reply(reply: Reply, themes: Sequence[str], *, by: User, at: datetime) -> Reply:
    """Give a reply its themes in the place of those it had. Raises PermissionDenied for whoever is not of the QA team."""
    found: Reply = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    if not by.has_perm("feedback.tag_reply", found):
        raise PermissionDenied
    found.themes = list(themes)
    found.save(update_fields=["themes"])
    record("tag reply", found, by=by, at=at, council_id=found.council_id)
    return found
