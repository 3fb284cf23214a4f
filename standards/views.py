"""A framework's pages: read, search, download, preview; upload, change, accept, confirm, propose, approve, retire."""

from functools import lru_cache
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from people.selectors import without_holder
from people.sensitive import asks_again
from standards import drafting, editing
from standards.crosscheck.warnings import NAMES
from standards.difference import differences
from standards.forms import AcceptForm, FirstDayForm, UploadForm, change_form
from standards.models import FrameworkVersion
from standards.presenting import (
    PAGES,
    Page,
    about_forms,
    areas_of,
    assumptions,
    found,
    groups,
    page_of,
    paths_within,
    standards_of,
    where_of,
)
from standards.schema import FILE, Warning, path_of, read, warnings
from standards.selectors import edition, in_force, recipients_in
from standards.wording import WORDS, in_words, names_of, recipient, simple

STAGES = {"preparing": "Before the meeting", "in_session": "In the meeting"}
RESPONDENTS = WORDS["respondent"]


@lru_cache(maxsize=16)
def document_of(checksum: str, source: str) -> dict[str, Any]:
    """The values of a file, to be read only; a process reads the same file once."""
    return read(source)


@lru_cache(maxsize=16)
def warnings_of(checksum: str, source: str) -> tuple[Warning, ...]:
    """Every warning about a file, accepted or not."""
    return tuple(warnings(document_of(checksum, source), source))


def values(version: FrameworkVersion) -> dict[str, Any]:
    """What an edition's file says."""
    return document_of(version.checksum, version.source)


def open_warnings(version: FrameworkVersion) -> list[Warning]:
    """The warnings that nobody has accepted."""
    return [row for row in warnings_of(version.checksum, version.source) if not row.reason]


def check(request: HttpRequest, right: str = "see") -> None:
    """Frameworks are read and prepared by the QA team and administrators."""
    if not request.user.has_perm(f"standards.{right}_framework{'s' if right == 'see' else ''}"):
        raise PermissionDenied


def posted(request: HttpRequest) -> Any:
    """What was sent, be it nothing; None where nothing was sent."""
    return request.POST if request.method == "POST" else None


def version_at(request: HttpRequest, pk: int, right: str = "see") -> FrameworkVersion:
    """An edition of one's own council, or 404."""
    check(request, right)
    versions = FrameworkVersion.objects.visible_to(request.user).select_related(
        "framework", "council", "proposed_by", "published_by"
    )
    return get_object_or_404(versions, pk=pk)


def shown(request: HttpRequest, version: FrameworkVersion, **more: Any) -> dict[str, Any]:
    """What every page of an edition shows."""
    user = request.user
    newest = newest_of(version)
    current = in_force(version.council, clock.today())
    approves = user.has_perm("standards.approve_framework")
    prepares = user.has_perm("standards.write_framework")
    return {
        "version": version,
        "pages": PAGES,
        "newest": newest,
        "current": current,
        "without_holder": nobody_for(version) if current and current.pk == version.pk else [],
        "open_warnings": len(open_warnings(version)) if version.state == "draft" else 0,
        "can": {
            "prepare": prepares,
            "write": prepares and newest.pk == version.pk,
            "approve": approves and version.proposed_by_id not in {None, user.pk},
            "retire": approves and version.state == "published",
        },
        **more,
    }


def newest_of(version: FrameworkVersion) -> FrameworkVersion:
    """The framework's newest edition: the only one from which the next can be made."""
    editions = FrameworkVersion.objects.filter(framework=version.framework_id)
    return editions.only("edition", "state", "checksum").latest("edition")


def nobody_for(version: FrameworkVersion) -> list[str]:
    """The recipients of an edition for whom nobody holds a post today, in words (C4-e)."""
    found = without_holder(recipients_in(version.policy), version.council_id, clock.today())
    names = names_of(values(version)) if found else None
    return [recipient(name, names) for name in found] if names else []


@require_safe
def framework_list(request: HttpRequest) -> HttpResponse:
    """The editions of one's own council, newest first."""
    check(request)
    versions = (
        FrameworkVersion.objects.visible_to(request.user)
        .select_related("framework", "proposed_by")
        .defer("source", "policy")
    )
    context = {
        "versions": versions,
        "current": in_force(request.user.council, clock.today()),
        "can_write": request.user.has_perm("standards.write_framework"),
    }
    return render(request, "standards/framework_list.html", context)


@require_safe
def schema_file(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a framework's file, for editors that check while one writes."""
    check(request)
    return HttpResponse(
        FILE.read_bytes(),
        content_type="application/schema+json",
        headers={"Content-Disposition": f'attachment; filename="{FILE.name}"'},
    )


@require_safe
def framework(request: HttpRequest, pk: int, page_code: str = "about") -> HttpResponse:
    """One page of an edition."""
    version = version_at(request, pk)
    page = next((one for one in PAGES if one.code == page_code), None)
    if page is None:
        raise Http404
    context = shown(request, version, page=page, **content_of(page, version))
    return render(request, f"standards/{template_of(page)}.html", context)


def template_of(page: Page) -> str:
    """Some pages have a form of their own; the others are groups of facts."""
    own = {"forms": "tools", "standards": "standards", "assumptions": "assumptions"}
    return own.get(page.code, "framework")


def content_of(page: Page, version: FrameworkVersion) -> dict[str, Any]:
    """What a page shows beside its frame."""
    document = values(version)
    if page.code == "forms":
        tools = zip(edition(version).tools.values(), about_forms(document), strict=True)
        return {"tools": list(tools), "respondents": RESPONDENTS}
    if page.code == "standards":
        areas = areas_of(document)
        total = sum(area.count for area in areas)
        return {"standards": standards_of(document), "areas": areas, "total": total}
    if page.code == "assumptions":
        return {"assumptions": assumptions(document)}
    return {"groups": groups(page, document)}


@require_safe
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the framework says some words."""
    version = version_at(request, pk)
    words = request.GET.get("q", "").strip()
    document = values(version)
    hits = [
        {
            "text": text,
            "where": ": ".join(where_of(place, document)),
            "page": page_of(place),
            "change": "" if editing.fixed(place) else path_of(place),
        }
        for place, text in found(document, words)
    ]
    return render(request, "standards/search.html", shown(request, version, words=words, hits=hits))


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The edition's file."""
    version = version_at(request, pk)
    record("download framework", version, by=request.user, at=clock.now())
    name = f"{version.framework.code}-{version.edition}.yaml"
    return HttpResponse(
        version.source,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def preview(request: HttpRequest, pk: int, tool_code: str) -> HttpResponse:
    """A form as each respondent would see it in each stage."""
    version = version_at(request, pk)
    here = edition(version)
    if tool_code not in here.tools:
        raise Http404
    who = request.GET.get("as", "auditor")
    who = who if who in {"auditor", "practitioner"} else "auditor"
    stage = request.GET.get("stage", "in_session")
    stage = stage if stage in STAGES else "in_session"
    tool = here.tools[tool_code]
    context = shown(
        request,
        version,
        tool=tool,
        scales=here.policy.scales,
        grades=here.policy.grades_best_first,
        parts={part.code: part for part in tool.parts},
        who=who,
        stage=stage,
        stages=STAGES,
        said=WORDS,
        respondents=RESPONDENTS,
        sections=[(one, state_of(one, who, stage)) for one in tool.sections],
        paths=paths_within(values(version), tool_code),
    )
    return render(request, "standards/preview.html", context)


def state_of(section: Any, who: str, stage: str) -> str:
    """Whether a person fills the section in a stage, reads it, or does not see it."""
    if stage == "preparing" and who in section.hidden_until_session_from:
        return "hidden"
    filled_by = {part.respondent for question in section.questions for part in question.parts}
    if stage in section.open_in and filled_by & {who, "joint"}:
        return "fill"
    return "read" if stage == "in_session" or stage in section.open_in else "later"


@require_safe
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """What this edition changes, in words."""
    version = version_at(request, pk)
    other = drafting.compared_with(version, clock.today())
    changes = differences(values(other), values(version)) if other else []
    return render(
        request, "standards/difference.html", shown(request, version, other=other, changes=changes)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a framework's file: its faults by line and place, with the text to be mended, or a draft."""
    check(request, "write")
    drafts = FrameworkVersion.objects.visible_to(request.user).filter(state="draft")
    draft = drafts.only("edition", "state", "checksum").order_by("-edition").first()
    form = UploadForm(
        posted(request),
        request.FILES or None,
        draft=draft,
        with_text="text" in request.POST,
    )
    problems: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            version = drafting.upload(
                form.whole, by=request.user, at=clock.now(), replace=form.replaces
            )
        except Refused as fault:
            problems = tuple(fault.problems) or (str(fault),)
            kept = {"text": form.whole, "replace": form.cleaned_data.get("replace", False)}
            form = UploadForm(initial=kept, draft=draft, with_text=True)
        else:
            messages.success(request, loaded_in_words(version))
            return redirect("framework-difference", pk=version.pk)
    status = 422 if form.errors or problems else 200
    context = {"form": form, "problems": problems, "draft": draft}
    return render(request, "standards/upload.html", context, status=status)


def loaded_in_words(version: FrameworkVersion) -> str:
    """What has become of a file."""
    if version.state != "draft":
        return f"This file is edition {version.edition} already. Nothing has changed."
    return f"Edition {version.edition} is loaded and has no faults."


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one value; the result is a draft."""
    version = version_at(request, pk, "write")
    path = request.GET.get("at", "")
    place = editing.place_of(path)
    document = values(version)
    try:
        current = editing.value_at(document, place)
    except editing.NotThere:
        raise Http404 from None
    if not place or not simple(current) or editing.fixed(place):
        raise Http404
    names, seen = names_of(document), editing.mark_of(current)
    form = change_form(posted(request), current=current, place=place, names=names, seen=seen)
    if request.method == "POST" and form.is_valid():
        wanted = drafting.Change(place, form.value, form.cleaned_data["seen"])
        try:
            draft = drafting.change(version, wanted, by=request.user, at=clock.now())
        except (Refused, editing.NotThere) as fault:
            data = request.POST.copy()
            data["seen"] = seen
            form = change_form(data, current=current, place=place, names=names, seen=seen)
            for problem in problems_of(fault):
                form.add_error(next(iter(form.fields)), problem)
        else:
            messages.success(request, f"Saved in the draft of edition {draft.edition}.")
            return redirect("framework-difference", pk=draft.pk)
    context = shown(
        request,
        version,
        form=form,
        where=where_of(place, document),
        now=in_words(current, names, place),
        back=page_of(place),
    )
    return render(request, "standards/change.html", context, status=422 if form.errors else 200)


def problems_of(fault: Exception) -> tuple[str, ...]:
    """A refusal in words, each on its own."""
    if isinstance(fault, Refused):
        return tuple(fault.problems) or (str(fault),)
    return ("The file says this in one place for several. Change it in the file.",)


@require_http_methods(["GET", "HEAD", "POST"])
def warning_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The warnings about an edition by name; those that are meant so are accepted with a reason."""
    version = version_at(request, pk, "write" if request.method == "POST" else "see")
    rows = warnings_of(version.checksum, version.source)
    waiting = sorted((row for row in rows if not row.reason), key=lambda row: row.name)
    by_name = {name: list(some) for name, some in groupby(waiting, lambda row: row.name)}
    sent = request.POST.get("name", "")
    forms = {
        name: AcceptForm(request.POST if name == sent else None, rows=some)
        for name, some in by_name.items()
    }
    form = forms.get(sent)
    if form and form.is_valid():
        chosen = [(sent, path) for path in form.cleaned_data["chosen"]]
        reason = form.cleaned_data["reason"]
        try:
            draft = drafting.accept_warnings(
                version, chosen, reason=reason, by=request.user, at=clock.now()
            )
        except (Refused, editing.NotThere) as fault:
            for problem in problems_of(fault):
                form.add_error(None, problem)
        else:
            messages.success(request, f"Accepted in the draft of edition {draft.edition}.")
            return redirect("framework-warnings", pk=draft.pk)
    context = shown(
        request,
        version,
        waiting=[(name, NAMES[name], by_name[name], forms[name]) for name in by_name],
        accepted=[row for row in rows if row.reason],
        meanings=NAMES,
        form=form,
    )
    status = 422 if form and form.errors else 200
    return render(request, "standards/warnings.html", context, status=status)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm an assumption: its mark goes, in a draft."""
    version = version_at(request, pk, "write")
    place = editing.place_of(request.POST.get("at", ""))
    try:
        draft = drafting.confirm(
            version, place, request.POST.get("seen", ""), by=request.user, at=clock.now()
        )
    except editing.NotThere as fault:
        raise Refused(problems_of(fault)[0]) from None
    messages.success(request, f"Confirmed in the draft of edition {draft.edition}.")
    return redirect("framework-page", pk=draft.pk, page_code="assumptions")


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second person to publish the draft from a day."""
    version = version_at(request, pk, "write")
    initial = {
        "first_day": max(version.effective_from, clock.today()),
        "seen": version.checksum,
    }
    form = FirstDayForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            drafting.propose(version, **form.cleaned_data, by=request.user, at=clock.now())
        except Refused as fault:
            for problem in problems_of(fault):
                form.add_error("first_day", problem)
        else:
            messages.success(
                request, "Somebody else with the right to approve can now publish this edition."
            )
            return redirect("framework", pk=pk)
    context = shown(request, version, form=form)
    return render(request, "standards/propose.html", context, status=422 if form.errors else 200)


@require_POST
@asks_again
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish what somebody else proposed."""
    version = version_at(request, pk, "approve")
    seen = request.POST.get("seen", "")
    drafting.approve(version, seen=seen, by=request.user, at=clock.now())
    messages.success(request, f"Edition {version.edition} is published.")
    return redirect("framework", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an edition out of use for new audits, once it has been said what that means."""
    version = version_at(request, pk, "approve")
    if request.method != "POST":
        return render(request, "standards/retire.html", shown(request, version))
    drafting.retire(version, by=request.user, at=clock.now())
    messages.success(request, f"Edition {version.edition} is retired. Its audits keep it.")
    return redirect("framework", pk=pk)
