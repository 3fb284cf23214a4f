"""What goes wrong in the API, as problem details (RFC 9457)."""

import json
import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

log = logging.getLogger(__name__)
TITLES = {
    400: "Not understood",
    401: "No valid token",
    403: "Not within the scopes of this token",
    404: "Not found",
    405: "Only reading is possible",
    422: "A parameter cannot be used",
    429: "Too many requests",
    500: "It did not work",
    503: "Not available just now",
}


class Problem(Exception):
    """A request that is answered with a problem: its status and what to do about it."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """A problem as JSON."""
    found = {
        "type": "about:blank",
        "title": TITLES.get(status, "It did not work"),
        "status": status,
        "detail": detail,
        **more,
    }
    return HttpResponse(
        json.dumps(found),
        status=status,
        content_type="application/problem+json",
        headers=headers or {},
    )


def listen(api: NinjaAPI) -> None:
    """Answer every fault of the API with a problem."""

    @api.exception_handler(Problem)
    def told(request: HttpRequest, fault: Problem) -> HttpResponse:
        return problem(fault.status, fault.detail, fault.headers)

    @api.exception_handler(AuthenticationError)
    def without(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
        return problem(401, "Send a token that is in force.", {"WWW-Authenticate": "Bearer"})

    @api.exception_handler(ValidationError)
    def wrong(request: HttpRequest, fault: ValidationError) -> HttpResponse:
        errors = [
            {"parameter": str(one["loc"][-1]), "says": str(one["msg"])} for one in fault.errors
        ]
        return problem(422, "Look at the parameters that are named.", errors=errors)

    @api.exception_handler(HttpError)
    def plain(request: HttpRequest, fault: HttpError) -> HttpResponse:
        return problem(fault.status_code, str(fault))

    @api.exception_handler(Http404)
    def nothing(request: HttpRequest, fault: Http404) -> HttpResponse:
        return problem(404, "There is nothing at this address for your council.")

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, fault: Exception) -> HttpResponse:
        if isinstance(fault, OperationalError | InterfaceError):
            return problem(503, "The database cannot be reached. Try again.", {"Retry-After": "5"})
        log.error("the read API failed", exc_info=fault)
        return problem(500, "Something went wrong on our side. Try again later.")
