"""The one way from a request to an audit: what may not be seen does not exist."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from audits import visibility
from audits.models import Audit
from audits.rules import party
from audits.selectors import edition_of
from audits.selectors.reading import know_people, seen
from core import clock
from core.trail import record_opening
from standards.edition import Edition, QuestionForm, SectionForm, ToolForm


@dataclass(frozen=True)
class Door:
    """An audit as this person may see it, with its edition and form."""

    audit: Audit
    me: str
    edition: Edition
    tool: ToolForm

    def word(self, key: str, default: str) -> str:
        """What this council calls something."""
        return self.edition.policy.word(key, default)


def open_door(request: HttpRequest, pk: int, *, opened: str = "", named: bool = True) -> Door:
    """The audit, or 404 as if it did not exist; `opened` names what is read by GET, for the trail.

    Not `named` where nobody's name is asked for: then its people are not read.
    """
    audit = seen(request.user, pk)
    if audit is None:
        raise Http404
    if named:
        # Joined to the audit's own query they would cost more than the query itself: it is the planning that takes long.
        know_people(audit)
        if request.user.council and request.user.council_id == audit.council_id:
            audit.council = request.user.council
    edition = edition_of(audit)
    if opened and request.method != "POST":
        record_opening(f"open {opened}", audit, by=request.user, at=clock.now())
    return Door(audit, party(audit, request.user), edition, edition.tools[audit.tool.code])


def section_of(door: Door, code: str) -> SectionForm:
    """A section this person may see now, or 404."""
    section = next((one for one in door.tool.sections if one.code == code), None)
    if section is None or not visibility.may_see(section, me=door.me, state=door.audit.state):
        raise Http404
    return section


def question_of(door: Door, code: str) -> tuple[SectionForm, QuestionForm]:
    """A question this person may see now, with its section, or 404."""
    for section in door.tool.sections:
        for question in section.questions:
            if question.code == code:
                return section_of(door, section.code), question
    raise Http404
