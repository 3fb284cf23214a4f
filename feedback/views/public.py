"""The pages behind a link, for people without an account. No session is made, and no address is kept (D-G2).

The language and the easy-read form stand in the address, never in a session or with the answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import pghistory
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.middleware import public
from core.moves import Refused
from core.trail import source
from feedback.forms.answering import AnswersForm, choices_of
from feedback.paging import Page, first_open, pages_of
from feedback.services.ending import ending_of
from feedback.services.inviting import NoLink
from feedback.services.links import Opened, decline, hand_in, keep, open_link
from feedback.states import Outcome
from people.roles import Role
from standards.instruments import ENGLISH, TEXTS, Asked, Instrument

GONE = 410
# The pages that end a link: whoever sends one of them twice is told again what came of it, by the template for it.
ENDS = ("answer-check", "answer-decline")
ENDED = {Outcome.ANSWERED: "thanks", Outcome.DECLINED: "declined"}
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Visit:
    """One look at what a link leads to, in a language, usual or easy to read."""

    request: HttpRequest
    link: str
    opened: Opened
    language: str
    easy: bool
    at: datetime

    @classmethod
    def of(cls, request: HttpRequest, link: str, at: datetime) -> "Visit":
        """What the link leads to, in the language that the address asks for where the questions stand in it."""
        opened = open_link(link, at=at)
        wanted = (request.GET.get("lang"), opened.language, ENGLISH)
        language = next(one for one in wanted if one in opened.instrument.languages)
        easy = request.GET.get("easy", "1" if opened.easy else "0") == "1"
        return cls(request, link, opened, language, easy and opened.instrument.easy_read, at)

    @property
    def instrument(self) -> Instrument:
        """What is asked."""
        return self.opened.instrument

    @property
    def title(self) -> str:
        """The survey's name, or the instrument's where that stands in the page's language."""
        own = self.language in self.instrument.translations or not self.opened.title
        if not own:
            return self.opened.title
        said = self.instrument.said
        return said("public_title", self.language) or said("title", self.language)

    def pages(self, draft: Mapping[str, Any] | None = None) -> list[Page]:
        """The pages to which the answers lead."""
        answers = self.opened.draft if draft is None else draft
        return pages_of(self.instrument, answers, self.easy)

    def url(self, name: str, *args: object, **query: str) -> str:
        """The address of one of the link's pages in the same language and form."""
        chosen = {"lang": self.language, "easy": "1" if self.easy else "0"} | query
        usual = {"lang": self.opened.language, "easy": "1" if self.opened.easy else "0"}
        said = urlencode({key: value for key, value in chosen.items() if value != usual.get(key)})
        return reverse(name, args=[self.link, *args]) + (f"?{said}" if said else "")

    def to(self, page: Page | None) -> str:
        """The address of a page of questions; past the last, that of the page to check."""
        return self.url("answer-page", page.number) if page else self.url("answer-check")

    def show(self, template: str, status: int = 200, **more: object) -> HttpResponse:
        """One of the templates with what each of them needs."""
        instrument = self.instrument
        context = {
            **words_of(self.language),
            "visit": self,
            "asks": self.opened.council.name,
            "title": self.title,
            "easy": self.easy,
            "help_text": instrument.said("help_text", self.language),
            "start_url": self.url("answer"),
            "decline_url": self.url("answer-decline"),
        }
        return render(
            self.request, f"feedback/public/{template}.html", context | more, status=status
        )


def words_of(language: str) -> dict[str, str]:
    """The page's language and the direction in which it is read."""
    bidi = translation.get_language_bidi() if language in dict(settings.LANGUAGES) else False
    return {"language": language, "direction": "rtl" if bidi else "ltr"}


def behind_link(view: View) -> View:
    """Open a link for a view, in its language; what cannot be opened gets one plain page. Nothing says who looked."""

    @public
    @wraps(view)
    def answer(request: HttpRequest, link: str, **place: int) -> HttpResponse:
        # Row history and trail would otherwise keep the link, the address and a colleague who is signed in.
        pghistory.context(user=None, page="answer")
        hidden = source.set("")
        at = clock.now()
        try:
            visit = Visit.of(request, link, at)
            with translation.override(visit.language):
                return unseen(view(request, visit, **place))
        except NoLink:
            return unseen(gone(request))
        except Refused as fault:
            return unseen(sent_twice(request, link, at) or gone(request, str(fault)))
        finally:
            source.reset(hidden)

    return answer


def sent_twice(request: HttpRequest, link: str, at: datetime) -> HttpResponse | None:
    """The plain page for whoever ends a link that they have ended already; it says nothing of whose it was."""
    page = request.resolver_match
    if request.method != "POST" or page is None or str(page.url_name) not in ENDS:
        return None
    ending = ending_of(link, at=at)
    if ending is None:
        return None
    language = request.GET.get("lang", ending.language)
    language = language if language in dict(settings.LANGUAGES) else ENGLISH
    with translation.override(language):
        template = f"feedback/public/{ENDED[ending.outcome]}.html"
        return render(request, template, words_of(language))


def gone(request: HttpRequest, why: str = "") -> HttpResponse:
    """The page for every link that cannot be answered; it says nothing of whose it was."""
    language = request.GET.get("lang", ENGLISH)
    language = language if language in dict(settings.LANGUAGES) else ENGLISH
    with translation.override(language):
        context = {**words_of(language), "why": _(why) if why else ""}
        return render(request, "feedback/public/gone.html", context, status=GONE)


def unseen(response: HttpResponse) -> HttpResponse:
    """Keep the link out of search machines, caches and other people's logs."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store, private"
    # With "no-referrer" browsers send "Origin: null" with our own forms, which the check against forgery refuses.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@behind_link
@require_safe
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who asks, why, until when; the language, the easy-read form, and where one goes on."""
    instrument, pages = visit.instrument, visit.pages()
    draft = visit.opened.draft
    intro = visit.easy and instrument.said("easy_intro", visit.language)
    return visit.show(
        "start",
        intro=intro or instrument.said("intro", visit.language),
        privacy=instrument.privacy,
        worker_reads=Role.PRACTITIONER in instrument.sees_answers,
        begun=bool(draft),
        go_on=visit.to(first_open(pages, draft)),
        last_day=date_format(visit.opened.last_day, "j F Y"),
        count=sum(len(page.fields) for page in pages),
        languages=[
            (code, name_of(code), visit.url("answer", lang=code)) for code in instrument.languages
        ],
        may_easy=instrument.easy_read,
        other_form=visit.url("answer", easy="0" if visit.easy else "1"),
    )


def name_of(code: str) -> str:
    """A language's name in itself."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """One page of questions. Whatever button is pressed, what was written is kept first."""
    pages = visit.pages()
    page = next((one for one in pages if one.number == number), None)
    if page is None:
        return redirect(visit.url("answer"))
    how = {"language": visit.language, "easy": visit.easy}
    if request.method != "POST":
        form = AnswersForm(page.fields, initial=dict(visit.opened.draft), **how)
        return ask(visit, form, page, pages)
    form = AnswersForm(page.fields, request.POST, **how)
    form.is_valid()
    form.add_faults(keep(visit.link, form.given, at=visit.at))
    go = request.POST.get("go", "next")
    if go == "decline":
        return redirect(visit.url("answer-decline"))
    if form.errors:
        return ask(visit, form, page, pages, status=422)
    return redirect(after(visit, page, go))


def after(visit: Visit, page: Page, go: str) -> str:
    """Where one gets from a page that has been kept."""
    pages = visit.pages(open_link(visit.link, at=visit.at).draft)
    before = [one for one in pages if one.number < page.number]
    if go == "later" or (go == "back" and not before):
        return visit.url("answer")
    if go == "back":
        return visit.to(before[-1])
    return visit.to(next((one for one in pages if one.number > page.number), None))


def ask(
    visit: Visit, form: AnswersForm, page: Page, pages: list[Page], status: int = 200
) -> HttpResponse:
    """Show a page of questions."""
    heading = page.heading.said("heading", visit.language) if page.heading else ""
    texts = any(one.kind in TEXTS for one in page.fields)
    return visit.show(
        "question",
        status,
        form=form,
        heading=heading,
        place=[one.number for one in pages].index(page.number) + 1,
        places=len(pages),
        no_names=visit.instrument.anonymous and texts,
    )


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everything that was answered, before it is sent; then the thanks."""
    draft = visit.opened.draft
    if request.method == "POST" and draft:
        hand_in(visit.link, at=visit.at)
        return visit.show("thanks", thanks=visit.instrument.said("thanks", visit.language))
    pages = visit.pages()
    said = [
        (label_of(visit, one), text_of(one, draft.get(one.code), visit.language), visit.to(page))
        for page in pages
        for one in page.fields
    ]
    status = 422 if request.method == "POST" else 200
    return visit.show("check", status, said=said, empty=not draft, back=visit.to(pages[-1]))


def label_of(visit: Visit, one: Asked) -> str:
    """A question as it was asked."""
    return one.said("easy" if visit.easy and one.easy else "label", visit.language)


def text_of(one: Asked, value: Any, language: str) -> str:
    """An answer in words; nothing where there is none."""
    if value in (None, ""):
        return ""
    if one.kind in TEXTS:
        return str(value)
    if one.kind == "date":
        return str(date_format(date.fromisoformat(value), "j F Y"))
    return dict(choices_of(one, language)).get(str(value), "")


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say that one does not want to answer, and be asked once whether that is so."""
    if request.method == "POST":
        decline(visit.link, at=visit.at)
        return visit.show("declined")
    go_on = visit.to(first_open(visit.pages(), visit.opened.draft))
    return visit.show("decline", go_on=go_on)
