"""The pages of the API: its description, and the tokens of a council."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.trail import record
from people.sensitive import asks_again
from reporting.api import api
from reporting.forms.packs import TokenForm
from reporting.models import ApiToken
from reporting.selectors.documented import operations_of
from reporting.services import tokens as service

PAGE = 50


def check(request: HttpRequest, permission: str = "reporting.keep_tokens") -> None:
    """Raises PermissionDenied for anybody without the right: the council's administrators and head of QA keep tokens."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """The council's tokens."""
    check(request)
    found = ApiToken.objects.visible_to(request.user).select_related("made_by", "revoked_by")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("list API tokens", "tokens", by=request.user, at=clock.now())
    context = {"page": page, "today": clock.today()}
    return render(request, "reporting/tokens.html", context)


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token, for the head of QA only; it is shown on the page that follows, and never again."""
    check(request, "reporting.make_token")
    form = TokenForm(request.POST or None, on=clock.today())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        token, secret = service.make_token(
            said["name"], said["scopes"], said["expires_on"], by=request.user, at=clock.now()
        )
        context = {"token": token, "secret": secret}
        return render(request, "reporting/token_made.html", context)
    status = 422 if form.errors else 200
    return render(request, "reporting/new_token.html", {"form": form}, status=status)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token at once."""
    check(request)
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    service.revoke(token, by=request.user, at=clock.now())
    messages.success(request, f"The token of {token.name} can no longer be used.")
    return redirect("tokens")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the API gives, from its own description."""
    check(request)
    document = api.get_openapi_schema(path_params={})
    context = {"operations": operations_of(document), "about": document["info"]["description"]}
    return render(request, "reporting/api_help.html", context)
