"""What documents are made of: for each kind how it is called, who may read it, and how its page is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.template.loader import render_to_string

from audits import visibility
from audits.models import Audit
from audits.rules import party
from audits.states import AuditState
from moderation.models import Moderation, Panel
from moderation.selectors.panels import has_verdict, kept_from
from moderation.states import ModerationState
from people.models import User
from programme.models import Draw
from reporting.builders import audit_record, draw_certificate, moderation_record, panel_minutes
from reporting.models import Document

BLIND = "Give your own view of the grade first. The record opens once it is in."
NOT_YOURS_YET = (
    "The minutes open to you once the grade of your own work is final, "
    "and your own view of every grade that you still have to give is in."
)


@dataclass(frozen=True)
class Kind:
    """One kind of document. `title`, `page_words` and `file` are filled with the thing itself as {0}.

    `read` fetches things with what their page needs; `too_early` says why there is no document yet, and
    `kept_from` why a person who may open the thing must not read it yet; both are empty when nothing stands
    against it.
    """

    name: str
    model: type[Model]
    title: str
    page: str
    page_words: str
    ask: str
    file: str
    read: Callable[[], Any]
    too_early: Callable[[Any], str]
    kept_from: Callable[[Any, User], str]
    html: Callable[[Any], str]


def of_audit(audit: Audit, user: User) -> str:
    """Somebody who must give their own view of the grade first would see the auditor's."""
    return BLIND if party(audit, user) == visibility.BLIND else ""


def audit_html(audit: Audit) -> str:
    """The page of an audit's record."""
    context = {"record": audit_record.build(audit)}
    return render_to_string("reporting/audit_record_pdf.html", context)


def draw_html(draw: Draw) -> str:
    """The page of a draw's certificate."""
    context = {"sheet": draw_certificate.build(draw)}
    return render_to_string("reporting/draw_certificate_pdf.html", context)


def moderation_html(moderation: Moderation) -> str:
    """The page of a moderation's record."""
    context = {"record": moderation_record.build(moderation)}
    return render_to_string("reporting/moderation_record_pdf.html", context)


def minutes_html(panel: Panel) -> str:
    """The page of a panel's minutes."""
    context = {"minutes": panel_minutes.build(panel)}
    return render_to_string("reporting/panel_minutes_pdf.html", context)


KINDS = (
    Kind(
        name="audit",
        model=Audit,
        title="PDF of audit {0.reference}",
        page="audit-record",
        page_words="Record of audit {0.reference}",
        ask="ask-for-pdf",
        file="audit-{0.reference}.pdf",
        read=lambda: (
            Audit.objects.with_people().with_edition().select_related("council", "manager")
        ),
        too_early=lambda audit: (
            ""
            if audit.state == AuditState.RETURNED
            else "The record can be made once the audit is returned."
        ),
        kept_from=of_audit,
        html=audit_html,
    ),
    Kind(
        name="draw",
        model=Draw,
        title="PDF of the certificate of draw {0.number}",
        page="certificate",
        page_words="Certificate of draw {0.number}",
        ask="ask-for-certificate",
        file="draw-{0.number}-certificate.pdf",
        read=lambda: Draw.objects.select_related("council", "tool", "version", "follows"),
        too_early=lambda draw: (
            "" if draw.seed else "The certificate can be made once the files are drawn."
        ),
        kept_from=lambda draw, user: "",
        html=draw_html,
    ),
    Kind(
        name="moderation",
        model=Moderation,
        title="PDF of the moderation of audit {0.audit.reference}",
        page="moderation-record",
        page_words="Moderation of audit {0.audit.reference}",
        ask="ask-for-moderation-pdf",
        file="moderation-{0.audit.reference}.pdf",
        read=lambda: Moderation.objects.with_audit(),
        too_early=lambda moderation: (
            ""
            if moderation.state == ModerationState.FINAL
            else "The record can be made once the moderation is finished."
        ),
        kept_from=lambda moderation, user: of_audit(moderation.audit, user),
        html=moderation_html,
    ),
    Kind(
        name="panel",
        model=Panel,
        title="Minutes of validation panel {0.number} (PDF)",
        page="panel",
        page_words="Validation panel {0.number}",
        ask="ask-for-minutes",
        file="panel-{0.number}-minutes.pdf",
        read=lambda: (
            Panel.objects.select_related(
                "version__framework__council", "council", "chair", "selection"
            )
            .defer("version__source", "version__policy")
            .prefetch_related("members")
        ),
        too_early=lambda panel: (
            ""
            if has_verdict(panel)
            else "The minutes can be made once the panel has given its first verdict."
        ),
        kept_from=lambda panel, user: NOT_YOURS_YET if kept_from(panel, user) else "",
        html=minutes_html,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def kind_of(thing: Model) -> Kind:
    """The kind of document that is made of a thing."""
    return next(kind for kind in KINDS if isinstance(thing, kind.model))


def subject_of(document: Document) -> tuple[Kind, int]:
    """What a document is of: its kind and the thing's id."""
    found = ((kind, getattr(document, f"{kind.name}_id")) for kind in KINDS)
    return next((kind, pk) for kind, pk in found if pk is not None)
