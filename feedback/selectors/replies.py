"""Replies for their pages: what was asked and answered in words, and one audit's feedback whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from audits.models import Audit
from feedback.funnel import best
from feedback.models import ContactWarning, Invitation, Reply
from feedback.selectors.instruments import instrument_of, instruments_in_force
from feedback.sheets import KEPT, OUTCOMES, WAYS
from people.models import Council, User
from people.selectors import roles_of
from standards.edition import Edition
from standards.instruments import AGREE, FACES, Asked, Instrument
from standards.selectors import edition

NAMED = {"agree": AGREE, "faces": FACES}


@dataclass(frozen=True)
class Said:
    """One question with its answer in words."""

    label: str
    heading: str
    text: str
    of: str = ""


@dataclass(frozen=True)
class ReplyRow:
    """One reply in a list."""

    reply: Reply
    title: str
    outcome: str
    way: str
    hides: bool = False


def row_of(reply: Reply, user: User | None = None) -> ReplyRow:
    """A reply with the words for its instrument, its outcome and its way, and whether whose it is, is kept from somebody."""
    title = instrument_of(reply).title
    hides = user is not None and hides_whose(reply, user)
    return ReplyRow(reply, title, OUTCOMES[reply.outcome], WAYS[reply.way], hides)


def in_words(reply: Reply) -> list[Said]:
    """What was answered, in the order of the instrument; what was not answered is left out."""
    return [
        Said(one.label, one.heading, *words_of(one, reply.answers[one.code]))
        for one in instrument_of(reply).fields
        if one.code in reply.answers
    ]


def words_of(one: Asked, value: Any) -> tuple[str, str]:
    """An answer as a person reads it, and of how much: “7” of “10”."""
    if one.kind in NAMED and isinstance(value, int):
        return NAMED[one.kind][value - 1], ""
    if one.kind == "scale":
        return str(value), str(one.steps[-1])
    if one.options:
        return one.options.get(str(value), str(value)), ""
    if one.kind == "date":
        return f"{date.fromisoformat(value):%-d %B %Y}", ""
    return str(value), ""


def with_people(found: QuerySet[Reply]) -> QuerySet[Reply]:
    """Replies with their audit, case and edition; the edition's own text is read once in each process."""
    return found.select_related("audit", "case", "version__framework", "entered_by").defer(
        "version__source", "version__policy"
    )


def types_in(user: User, council: Council, on: date) -> list[Instrument]:
    """The instruments outside audits with which this person types replies in: all for the QA team."""
    roles = roles_of(user, on)
    qa = user.has_perm("feedback.import_replies")
    return [
        one
        for one in instruments_in_force(council, on)
        if one.privacy in KEPT
        and one.fields
        and "in_audit" not in one.delivery
        and (qa or not roles.isdisjoint(one.asked_by))
    ]


@dataclass(frozen=True)
class AuditFeedback:
    """What was asked and said with one audit."""

    replies: list[ReplyRow]
    invitations: list[Invitation]
    instruments: tuple[Instrument, ...]
    warning: ContactWarning | None
    outcome: str | None


def of_audit(audit: Audit, user: User, on: date) -> AuditFeedback:
    """One audit's feedback as a person may see it; the same queries however much there is."""
    replies = [
        row_of(one) for one in with_people(Reply.objects.visible_to(user, on).filter(audit=audit))
    ]
    links = Invitation.objects.visible_to(user, on).filter(audit=audit)
    return AuditFeedback(
        replies,
        list(
            links.select_related("made_by", "version").defer("version__source", "version__policy")
        ),
        asked_with(audit),
        ContactWarning.objects.standing().filter(case=audit.case_id).first(),
        best(row.reply.outcome for row in replies),
    )


def asked_with(audit: Audit) -> tuple[Instrument, ...]:
    """The instruments that belong to an audit under its edition and ask something."""
    return with_audits(edition(audit.version))


def with_audits(found: Edition) -> tuple[Instrument, ...]:
    """The instruments of an edition that belong to its audits and ask something."""
    return tuple(
        one
        for one in found.instruments
        if "in_audit" in one.delivery and one.fields and one.privacy == "identified"
    )


def hides_whose(reply: Reply, user: User) -> bool:
    """Whether whose a reply is, is kept from somebody: that of a confidential one is known to the QA team only (D-G2)."""
    return reply.privacy == "confidential" and not user.has_perm("feedback.import_replies")


def lines_of(replies: Iterable[Reply], user: User) -> list[dict[str, Any]]:
    """What is common to all replies, by the names of a table's columns."""
    return [
        {
            "Case number": reply.case.number if reply.case and not hides_whose(reply, user) else "",
            "Received": reply.received_on,
            "How": WAYS[reply.way],
            "Outcome": OUTCOMES[reply.outcome],
            "Reason": reply.reason,
            "Relation": "" if hides_whose(reply, user) else reply.relation,
            "Themes": ", ".join(reply.themes),
        }
        for reply in replies
    ]
