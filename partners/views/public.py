"""The pages behind a partner's link. There is no session, and nothing but this one invitation opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

import pghistory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.selectors import edition_of
from audits.services.meeting import MODES
from core import clock
from core.middleware import address_of, public
from core.moves import Refused
from partners.forms import SectionAnswersForm
from partners.limit import count_wrong, is_blocked
from partners.models import PartnerInvitation
from partners.selectors import answered, asked_sections, given, sealed_word
from partners.services.answering import NoLink, hand_in, may_write, open_link, save_answers
from partners.states import InvitationState
from standards.edition import SectionForm

CHILD = "the child you were told about"


@dataclass(frozen=True)
class Visit:
    """One request with a link that works."""

    request: HttpRequest
    token: str
    invitation: PartnerInvitation
    at: datetime

    def show(self, template: str, status: int = 200, **more: Any) -> HttpResponse:
        """One of the pages with what each of them needs."""
        audit = self.invitation.audit
        context = {
            "token": self.token,
            "invitation": self.invitation,
            "council_name": self.invitation.council.name,
            "child": self.invitation.reference or CHILD,
            "case_number": audit.case.number if self.invitation.tells_case else "",
            "may_write": may_write(self.invitation),
        }
        page = f"partners/public/{template}.html"
        return render(self.request, page, context | more, status=status)


View = Callable[..., HttpResponse]


def behind_link(view: View) -> View:
    """Open a link for a view; what does not work gets one plain page, whatever is wrong with it."""

    @public
    @wraps(view)
    def answer(request: HttpRequest, token: str, **place: str) -> HttpResponse:
        # Row history would otherwise keep the link, and a colleague who is signed in.
        pghistory.context(user=None, page="invited")
        address, at = address_of(request), clock.now()
        if is_blocked(address):
            return gone(request)
        try:
            visit = Visit(request, token, open_link(token, at=at), at)
            return unseen(view(request, visit, **place))
        except NoLink:
            count_wrong(address)
            return gone(request)
        except Http404:
            return gone(request)

    return answer


def gone(request: HttpRequest) -> HttpResponse:
    """The page for every link that does not work; it says nothing of whose it was or why."""
    return unseen(render(request, "partners/public/gone.html", status=404))


def unseen(response: HttpResponse) -> HttpResponse:
    """Keep the link out of search machines, caches and other people's logs."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@behind_link
@require_safe
def invited(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The meeting, the sections that are asked, and how far the answers have come."""
    return start_page(visit)


def start_page(visit: Visit, fault: Refused | None = None) -> HttpResponse:
    """The first page; with what stands in the way of handing in."""
    invitation = visit.invitation
    said, audit = given(invitation), invitation.audit
    done = {code for code, one in said.items() if one.text or one.grade}
    sections = [
        (one, sum(question.code in done for question in one.questions), len(one.questions))
        for one in asked_sections(invitation)
    ]
    return visit.show(
        "start",
        422 if fault else 200,
        name=sealed_word(invitation, "name"),
        audit=audit,
        mode=MODES.get(audit.meeting_mode, ""),
        sections=sections,
        any_answer=bool(done),
        handed_in=invitation.state == InvitationState.HANDED_IN,
        answers=answered(invitation),
        fault=fault,
    )


def section_of(visit: Visit, code: str) -> SectionForm:
    """A section that this partner was asked to answer, or 404."""
    found = next((one for one in asked_sections(visit.invitation) if one.code == code), None)
    if found is None:
        raise Http404
    return found


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """The questions of one section, with what guides them, and the agency's answers."""
    asked = section_of(visit, code)
    edition = edition_of(visit.invitation.audit)
    sent = request.POST if request.method == "POST" else None
    said = given(visit.invitation)
    form = SectionAnswersForm(sent, section=asked, policy=edition.policy, said=said)
    if request.method == "POST" and form.is_valid():
        try:
            save_answers(visit.token, code, form.said, at=visit.at)
        except Refused as fault:
            form.too_late(str(fault))
        else:
            return redirect(after(visit, asked))
    if request.method != "POST" and not may_write(visit.invitation):
        return redirect("invited", visit.token)
    rows = [
        (question, edition.guidance(question), text, grade) for question, text, grade in form.rows
    ]
    grades = [one for one in edition.policy.grades_best_first if one.descriptors]
    status = 422 if form.errors else 200
    return visit.show("section", status, section=asked, form=form, rows=rows, grades=grades)


def after(visit: Visit, asked: SectionForm) -> str:
    """Where one gets from a section that is saved: the next one, or back to the first page."""
    codes = [one.code for one in asked_sections(visit.invitation)]
    rest = codes[codes.index(asked.code) + 1 :]
    if rest:
        return reverse("invited-section", args=[visit.token, rest[0]])
    return reverse("invited", args=[visit.token])


@behind_link
@require_POST
def finish(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Hand the answers in."""
    try:
        hand_in(visit.token, at=visit.at)
    except Refused as fault:
        return start_page(visit, fault)
    return redirect("invited", visit.token)
