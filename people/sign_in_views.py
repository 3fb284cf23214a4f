"""Pages about signing in: what a council asks for, where one is signed in, first passwords, single sign-on."""

from allauth.account.views import LoginView
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.middleware import public
from people import sign_ins, single_sign_on
from people.adapter import may_use_password
from people.agents import device
from people.middleware import ENDED, FACTORS, lacks_second_factor
from people.models import User
from people.roles import WORDS, Role
from people.sensitive import asks_again
from people.sign_in_forms import FirstPasswordForm, RulesForm

INVITED = "invitation"


class SignIn(LoginView):
    """The page to sign in, with the councils' own ways in, and why somebody was signed out."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """What the page shows."""
        ended = self.request.session.pop(ENDED, "") if ENDED in self.request.session else ""
        more = {"issuers": single_sign_on.issuers(), "ended": ended}
        return super().get_context_data(**kwargs) | more


class Overview(IndexView):
    """How somebody signs in: password, second step, passkeys, recovery codes, where they are signed in."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """What the page shows."""
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "uses_password": may_use_password(user),
            "issuers": single_sign_on.issuers_of(user),
            "sessions": len(UserSession.objects.purge_and_list(user)),
            "needed": bool(user.council and user.council.second_factor_roles),
        }


@require_http_methods(["GET", "HEAD"])
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """Why somebody must set up a second step before anything else; to the start, once they have."""
    if not lacks_second_factor(request):
        return redirect("my-work")
    return render(request, "people/second_factor_needed.html")


@require_http_methods(["GET", "HEAD"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in."""
    found = UserSession.objects.purge_and_list(request.user)
    rows = [
        {
            "session": one,
            "device": device(one.user_agent),
            "here": one.session_key == request.session.session_key,
        }
        for one in sorted(found, key=lambda one: one.last_seen_at, reverse=True)
    ]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    sign_ins.end_one(session, by=request.user, at=clock.now())
    messages.success(request, "That browser is signed out.")
    return redirect("my-sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End everything that is signed in as oneself but this browser."""
    from_here = request.user
    sign_ins.end_others(request, from_here, at=clock.now())
    messages.success(request, "Every other browser is signed out.")
    return redirect("my-sessions")


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_rules(request: HttpRequest) -> HttpResponse:
    """What the council asks for when its people sign in, and who still lacks a second step."""
    if not request.user.has_perm("people.see_sign_in"):
        raise PermissionDenied
    council = request.user.council
    possible = any(one.council == council.code for one in single_sign_on.issuers())
    may_change = request.user.has_perm("people.choose_sign_in", council)
    form = RulesForm(request.POST or None, council=council, possible=possible)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            sign_ins.choose_rules(
                council,
                roles=form.cleaned_data["roles"],
                single_sign_on_only=form.cleaned_data.get("single_sign_on_only", False),
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, "Saved. It counts from everybody’s next page on.")
            return redirect("sign-in-rules")
    page = {
        "form": form,
        "may_change": may_change,
        "roles": [WORDS[Role(role)] for role in council.second_factor_roles],
        "people": needing(request.user),
        "issuers": [one for one in single_sign_on.issuers() if one.council == council.code],
    }
    status = 422 if form.errors else 200
    return render(request, "people/sign_in_rules.html", page, status=status)


def needing(reader: User) -> list[dict[str, object]]:
    """The people of whom a second step is asked, by name, and whether they have one."""
    council = reader.council
    roles = council.second_factor_roles if council else []
    if council is None or not roles:
        return []
    today = clock.today()
    found = User.objects.visible_to(reader).active()
    held = found.filter(holdings__in=sign_ins.holdings_with(roles, council.pk, today)).distinct()
    have = set(
        Authenticator.objects.filter(user__in=held, type__in=FACTORS).values_list(
            "user_id", flat=True
        )
    )
    return [{"person": one, "has": one.pk in have} for one in held.order_by("name", "pk")]


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def take_factors_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the second step of somebody who has lost their phone, so that they set up another."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("people.take_factors_away", person):
        raise PermissionDenied
    if request.method == "POST":
        sign_ins.take_factors_away(person, by=request.user, at=clock.now())
        messages.success(request, "The second step is taken away, and the person has been told.")
        return redirect("sign-in-rules")
    page = {"person": person, "has": is_mfa_enabled(person, FACTORS)}
    return render(request, "people/take_factors_away.html", page)


@public
@require_http_methods(["GET", "HEAD"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take an invitation's secret out of the address, where it would stand in histories, into the session."""
    request.session[INVITED] = secret
    return redirect("invitation-password")


@public
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_password(request: HttpRequest) -> HttpResponse:
    """Choose the first password, by an invitation's link."""
    secret = request.session.get(INVITED, "")
    user = sign_ins.invited(secret) if secret else None
    if user is None:
        return render(request, "people/invitation_over.html", status=410)
    form = FirstPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        done = sign_ins.accept(secret, form.cleaned_data["password1"], at=clock.now())
        request.session.pop(INVITED, None)
        if done is None:
            return render(request, "people/invitation_over.html", status=410)
        messages.success(request, "Your password is set. Sign in with it now.")
        return redirect("account_login")
    status = 422 if form.errors else 200
    return render(request, "people/invitation.html", {"form": form}, status=status)


@public
@require_http_methods(["GET", "HEAD"])
def go_to_council(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the council's own sign-in; for somebody who is signed in, to prove again who they are."""
    again = request.user.is_authenticated
    return single_sign_on.go(
        request, provider_id, again=again, target=request.GET.get("next", "")[:500]
    )


@public
@require_http_methods(["GET", "HEAD"])
def back_from_council(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the council's own sign-in."""
    return single_sign_on.come_back(request, provider_id)


@public
@require_http_methods(["GET", "HEAD"])
def called_off(request: HttpRequest) -> HttpResponse:
    """Somebody pressed Cancel at their council's sign-in."""
    messages.info(request, "You did not sign in.")
    return redirect(reverse("account_login"))
