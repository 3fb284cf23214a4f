"""What follows feedback: the report of a survey, and actions from a reply or a survey."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from actions.choices import choices_of
from actions.models import Action
from actions.selectors import units_for, version_for
from core import clock
from core.moves import Refused
from core.trail import record
from feedback.forms.heard import FollowForm, ReportForm
from feedback.models import Reply, Survey, SurveyReport
from feedback.selectors.instruments import for_staff, instrument_of
from feedback.services.acting import SURVEY, act_on
from feedback.services.survey_reports import share_report, write_report
from feedback.states import SurveyState
from feedback.views.heard import listed_themes
from people.models import User

ANOTHER = "You have recorded “{}” with this form already. Send it again to record this one as well."


@require_http_methods(["GET", "HEAD", "POST"])
def survey_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a closed survey: written by whoever runs it, then shared and read."""
    found = SurveyReport.objects.visible_to(request.user, clock.today())
    report = found.select_related("survey__version", "written_by", "shared_by").filter(survey=pk)
    one = report.first()
    if one and one.shared_at:
        return shared(request, one)
    survey = get_object_or_404(Survey.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("feedback.run_survey", survey):
        raise PermissionDenied
    if survey.state != SurveyState.CLOSED:
        raise Refused("The report is written once the survey is closed.")
    initial = (
        {name: getattr(one, name) for name in ("heard", "next_steps", "themes")} if one else {}
    )
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        listed=listed_themes(request),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and kept(request, survey, form):
        return redirect("survey-report", pk=pk)
    context = {"survey": survey, "form": form, **about(survey, request.user)}
    context["staff"] = for_staff(instrument_of(survey))
    return render(request, "feedback/report_form.html", context, status=422 if form.errors else 200)


def kept(request: HttpRequest, survey: Survey, form: ReportForm) -> bool:
    """Keep the draft, and share it where that button was pressed; what is refused goes into the form."""
    by, at = request.user, clock.now()
    try:
        write_report(survey, form.written, by=by, at=at)
        if "share" in request.POST:
            share_report(survey, by=by, at=at)
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    words = "The report is shared." if "share" in request.POST else "The draft is kept."
    messages.success(request, words)
    return True


def shared(request: HttpRequest, report: SurveyReport) -> HttpResponse:
    """A report as those with whom it is shared read it."""
    survey = report.survey
    record("open report", survey, by=request.user, at=clock.now())
    context = {
        "survey": survey,
        "report": report,
        "reads": request.user.has_perm("feedback.read_totals", survey),
        **about(survey, request.user),
    }
    return render(request, "feedback/report.html", context)


def about(survey: Survey, user: User) -> dict[str, Any]:
    """What both pages of a report say: who was asked, what was answered, and what follows for this reader."""
    on = clock.today()
    actions = Action.objects.visible_to(user, on).raised_by(SURVEY, survey.pk)
    return {
        "instrument": instrument_of(survey),
        "actions": actions.select_related("owner").order_by("due_on", "pk"),
        "acts": user.has_perm("actions.record_any")
        and Survey.objects.visible_to(user, on).filter(pk=survey.pk).exists(),
    }


# Actions ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_reply(request: HttpRequest, key: UUID) -> HttpResponse:
    """Record an action that a reply sets off."""
    one = get_object_or_404(
        Reply.objects.visible_to(request.user, clock.today()).select_related("case__unit"), key=key
    )
    return acting(request, one, reverse("reply", args=[key]))


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_survey(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an action as a next step after a survey."""
    one = get_object_or_404(Survey.objects.visible_to(request.user, clock.today()), pk=pk)
    if one.state != SurveyState.CLOSED:
        raise Http404
    return acting(request, one, reverse("survey-report", args=[pk]))


def acting(request: HttpRequest, found: Reply | Survey, back: str) -> HttpResponse:
    """The form of an action, and what it comes from."""
    if not request.user.has_perm("actions.record_any"):
        raise PermissionDenied
    version = version_for(request.user.council, clock.today())
    if version is None:
        raise Http404
    people = User.objects.visible_to(request.user).active().order_by("name")
    case = getattr(found, "case", None)
    form = FollowForm(
        request.POST if request.method == "POST" else None,
        choices=choices_of(version),
        owners=people,
        workers=people,
        units=units_for(request.user, clock.today()),
        initial={"unit": case.unit_id if case else None, "themes": list(themes_on(found))},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = act_on(
                found,
                form.plan(),
                form.cleaned_data["unit"],
                version=version,
                by=request.user,
                at=clock.now(),
                form_token=form.cleaned_data["form_token"],
            )
        except Refused as fault:
            form.say(fault.problems or (str(fault),))
        else:
            if form.says(made):
                messages.success(
                    request, "The action is recorded and open. Its owner has been told."
                )
                return redirect(back)
            form.renew()
            form.add_error(None, ANOTHER.format(made.title))
    context = {"form": form, "title": title_of(found), "back": back}
    return render(request, "feedback/act.html", context, status=422 if form.errors else 200)


def title_of(found: Reply | Survey) -> str:
    """What an action comes from, in words."""
    return found.title if isinstance(found, Survey) else instrument_of(found).title


def themes_on(found: Reply | Survey) -> list[str]:
    """The themes that a reply or a survey's report bears."""
    if isinstance(found, Reply):
        return found.themes
    report = SurveyReport.objects.filter(survey=found).first()
    return report.themes if report else []
