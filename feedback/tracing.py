"""Replies and links in the trail. Surveys hang on no case, and anonymous answers leave no line (decision 0015)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from core.tracing import Traced, trace
from feedback.models import Invitation, Praise, Reply


def replies_of_cases(ids: Iterable[int]) -> Iterable[int]:
    """What was said about these children's cases or with audits of their files."""
    about = Q(case__in=ids) | Q(audit__case__in=ids)
    return Reply.objects.filter(about).values_list("pk", flat=True)


def links_of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The links that were given out about these children's cases or audits."""
    about = Q(case__in=ids) | Q(audit__case__in=ids)
    return Invitation.objects.filter(about).values_list("pk", flat=True)


def praise_of_cases(ids: Iterable[int]) -> Iterable[int]:
    """What may be shown of replies about these children's cases or audits."""
    about = Q(reply__case__in=ids) | Q(reply__audit__case__in=ids)
    return Praise.objects.filter(about).values_list("pk", flat=True)


def reply_of(key: UUID) -> int | None:
    """The reply behind the key in its address."""
    return Reply.objects.filter(key=key).values_list("pk", flat=True).first()


trace(
    Traced(
        "feedback.reply",
        "Reply",
        ("feedback/replies/<uuid:",),
        replies_of_cases,
        by_key=reply_of,
    )
)
trace(Traced("feedback.invitation", "Link to a form", of_cases=links_of_cases))
trace(Traced("feedback.praise", "Recognition", ("recognition/<int:",), praise_of_cases))
