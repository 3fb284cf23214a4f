"""Figures of the whole council."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from reporting import selectors


@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Grades by quarter, with a line wherever another edition began."""
    if not request.user.has_perm("reporting.see_grades"):
        raise PermissionDenied
    today = clock.today()
    context = {
        "tables": selectors.grades_over_time(request.user, today),
        "kept_back": selectors.kept_back(request.user, today),
    }
    return render(request, "reporting/grades.html", context)
