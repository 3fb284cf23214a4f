"""One person: their posts and what follows from them; joining, moving, leaving, and handing their work over."""

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.forms import ServiceForm
from core.moves import Refused
from core.templatetags.service import day
from core.trail import record
from people import posts
from people.access import access_of
from people.handing_over import KINDS, Outcome
from people.models import Post, PostHolding, User
from people.post_forms import (
    EndForm,
    HandOverForm,
    LeaveForm,
    MoveForm,
    PersonForm,
    PostForm,
    people_of_council,
)
from people.selectors import OpenWork, manager_of, mixed_people, open_work, roles_of
from people.sensitive import asks_again
from people.sign_ins import (
    TRIES,
    invite,
    invite_again,
    last_invitation,
    may_be_invited,
    sign_out,
)

GET_OR_POST = ["GET", "HEAD", "POST"]


def check(request: HttpRequest, permission: str, thing: object = None) -> None:
    """Raises PermissionDenied without the right."""
    if not request.user.has_perm(permission, thing):
        raise PermissionDenied


def person_of(request: HttpRequest, pk: int) -> User:
    """A person of one's council, for whoever sees access."""
    check(request, "people.see_access")
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


def holding_of(request: HttpRequest, pk: int) -> PostHolding:
    """A holding of one's council, whose posts one may change."""
    check(request, "people.see_access")
    rows = PostHolding.objects.visible_to(request.user)
    rows = rows.select_related("user", "post__type", "post__unit", "post__council")
    found = get_object_or_404(rows, pk=pk)
    check(request, "people.change_posts", found.user)
    return found


def refuse(form: ServiceForm, fault: Refused, field: str | None = None) -> None:
    """Put what stands against a step on its form, or on the field that it is about."""
    for problem in fault.problems or (str(fault),):
        form.add_error(field, problem)


def show(request: HttpRequest, template: str, form: ServiceForm, **context: object) -> HttpResponse:
    """A form's page; 422 when something is wrong with it."""
    status = 422 if form.errors else 200
    return render(request, f"people/{template}.html", {"form": form, **context}, status=status)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody's posts, what follows from them, and how much they have open: counts, never the things (H-14)."""
    who = person_of(request, pk)
    today = clock.today()
    held = who.holdings.select_related("post__type", "post__unit").order_by("-from_on", "-pk")
    council = request.user.council
    context = {
        "person": who,
        "held": held,
        "today": today,
        "access": access_of(roles_of(who, today), council, today),
        "second_factor": Authenticator.objects.filter(user=who)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .exists(),
        "work": open_work([who.pk], today).get(who.pk, []),
        "mixed": who.pk in mixed_people(council.pk, today),
        "changes": request.user.has_perm("people.change_posts", who),
        "hands_over": request.user.has_perm("people.hand_over_work", who),
        "invitation": last_invitation(who) if may_be_invited(who) else None,
        "tries": TRIES,
        "invites": may_be_invited(who) and request.user.has_perm("people.add_person"),
        "signs_out": who.last_login is not None
        and request.user.has_perm("people.take_factors_away", who),
    }
    record("open person", who, by=request.user, at=clock.now())
    return render(request, "people/person.html", context)


@asks_again
@require_http_methods(GET_OR_POST)
def add_person(request: HttpRequest) -> HttpResponse:
    """Somebody new: they are asked by e-mail to set a password, and get a post on the page that follows."""
    check(request, "people.add_person")
    form = PersonForm(request.POST or None, council=request.user.council)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        who = posts.Newcomer(said["name"], said["email"], said["staff_number"])
        try:
            with transaction.atomic():
                made = posts.add_person(who, by=request.user, at=clock.now())
                invite(made, by=request.user, at=clock.now())
        except Refused as fault:
            refuse(form, fault)
        else:
            messages.success(request, f"{made.name} is added and asked by e-mail to sign in.")
            return redirect("give-post", pk=made.pk)
    return show(request, "add_person", form)


@require_POST
@asks_again
def ask_in_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send another invitation to somebody who has never signed in."""
    who = person_of(request, pk)
    invite_again(who, by=request.user, at=clock.now())
    messages.success(
        request, f"{who.name} gets another invitation. The link of an earlier one no longer works."
    )
    return redirect("person", pk=who.pk)


@require_POST
@asks_again
def sign_out_everywhere(request: HttpRequest, pk: int) -> HttpResponse:
    """End everything that is signed in as somebody else."""
    who = person_of(request, pk)
    sign_out(who, by=request.user, at=clock.now())
    messages.success(request, f"{who.name} is signed out everywhere.")
    return redirect("person", pk=who.pk)


@asks_again
@require_http_methods(GET_OR_POST)
def give_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a post from a day on."""
    who = person_of(request, pk)
    check(request, "people.change_posts", who)
    form = PostForm(
        request.POST or None, council=request.user.council, initial={"from_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            posts.give_post(
                who,
                chosen(request, said["post"]),
                from_on=said["from_on"],
                to_on=said["to_on"],
                cover=said["cover"],
                by=request.user,
                at=clock.now(),
            )
        except Refused as fault:
            refuse(form, fault)
        else:
            messages.success(request, f"{who.name} has the post from {day(said['from_on'])}.")
            return redirect("person", pk=who.pk)
    return show(request, "give_post", form, person=who)


def chosen(request: HttpRequest, pk: str) -> Post:
    """The post that was chosen from the council's."""
    return get_object_or_404(Post.objects.visible_to(request.user), pk=pk)


@asks_again
@require_http_methods(GET_OR_POST)
def move_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody moves from one post to another."""
    holding = holding_of(request, pk)
    form = MoveForm(
        request.POST or None, council=request.user.council, initial={"from_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            posts.move_post(
                holding,
                chosen(request, said["post"]),
                from_on=said["from_on"],
                cover=said["cover"],
                by=request.user,
                at=clock.now(),
            )
        except Refused as fault:
            refuse(form, fault)
        else:
            messages.success(request, f"{holding.user.name} moves on {day(said['from_on'])}.")
            return after(request, holding.user)
    return show(request, "move_post", form, holding=holding, person=holding.user)


@asks_again
@require_http_methods(GET_OR_POST)
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's post on a day, or at once."""
    holding = holding_of(request, pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["last_day"]
        try:
            posts.end_post(holding, last_day=last, by=request.user, at=clock.now())
        except Refused as fault:
            refuse(form, fault, "last_day")
        else:
            words = f"The post ends on {day(last)}." if last else "The post has ended."
            messages.success(request, words)
            return after(request, holding.user)
    return show(request, "end_post", form, holding=holding, person=holding.user)


def after(request: HttpRequest, who: User) -> HttpResponse:
    """On to handing over what is open, or to the person where nothing is; whoever only moves keeps their work."""
    if not open_work([who.pk], clock.today()):
        return redirect("person", pk=who.pk)
    if request.user.has_perm("people.hand_over_work", who):
        return redirect("hand-over-work", pk=who.pk)
    messages.info(
        request,
        f"{who.name} keeps what they have open. The QA team gives it to others where that is needed.",
    )
    return redirect("person", pk=who.pk)


@asks_again
@require_http_methods(GET_OR_POST)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves: their last day, and who goes on with what they have open."""
    who = person_of(request, pk)
    check(request, "people.change_posts", who)
    work = open_work([who.pk], clock.today()).get(who.pk, [])
    form = LeaveForm(request.POST or None, **choices(request, who, work))
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["last_day"]
        try:
            outcome = posts.let_leave(
                who, last_day=last, to=successors(request, form), by=request.user, at=clock.now()
            )
        except Refused as fault:
            refuse(form, fault, "last_day" if str(fault) == posts.TOO_FAR else None)
        else:
            say(request, outcome)
            words = f"leaves on {day(last)}" if last else "has left"
            messages.success(request, f"{who.name} {words}.")
            return redirect("person", pk=who.pk)
    return show(request, "leave", form, person=who, work=work, stays=staying(work))


@asks_again
@require_http_methods(GET_OR_POST)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand what somebody who leaves, or has left, still has open to others."""
    who = person_of(request, pk)
    check(request, "people.hand_over_work", who)
    work = open_work([who.pk], clock.today()).get(who.pk, [])
    form = HandOverForm(request.POST or None, **choices(request, who, work))
    if request.method == "POST" and form.is_valid():
        try:
            to = successors(request, form)
            outcome = posts.hand_over(who, to, by=request.user, at=clock.now())
        except Refused as fault:
            refuse(form, fault)
        else:
            say(request, outcome)
            return redirect("person", pk=who.pk)
    return show(request, "hand_over", form, person=who, work=work, stays=staying(work))


def staying(work: list[OpenWork]) -> list[OpenWork]:
    """What nobody hands over here."""
    return [one for one in work if not one.kind.hand]


def choices(request: HttpRequest, who: User, work: list[OpenWork]) -> dict[str, object]:
    """What a form about handing over asks for."""
    today = clock.today()
    without: list[int] = [one.pk for one in (who, request.user)]
    people = people_of_council(request.user.council, without, today)
    return {"work": work, "people": people, "manager": manager_of(who, today)}


def successors(request: HttpRequest, form: HandOverForm) -> Mapping[str, User]:
    """The people chosen, by kind of work; each is of the council."""
    people = User.objects.visible_to(request.user).in_bulk(form.to.values())
    return {name: people[pk] for name, pk in form.to.items() if pk in people}


def say(request: HttpRequest, outcome: Mapping[str, Outcome]) -> None:
    """What was handed over, and what was not, with the reason."""
    for name, came in outcome.items():
        kind = KINDS[name]
        if came.given:
            messages.success(request, f"Handed over: {kind.words(came.given)}.")
        for why, number in came.left.items():
            messages.warning(request, f"Not handed over: {kind.words(number)}. {why}")
