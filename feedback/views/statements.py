"""What families say over time."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.trail import record
from feedback.selectors.instruments import instruments_in_force
from feedback.selectors.statements import statements_of
from feedback.selectors.voices import of_ten
from people.selectors import roles_of


@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """The 0 to 10 statements by quarter, for those who read answers or totals."""
    today, user = clock.today(), request.user
    roles = roles_of(user, today)
    qa = user.has_perm("feedback.import_replies")
    found = [
        one
        for one in instruments_in_force(user.council, today)
        if not one.anonymous
        and any(of_ten(field.scale) for field in one.fields)
        and (qa or not roles.isdisjoint(one.sees_totals + one.sees_answers))
    ]
    if not found and not user.has_perm("feedback.see_feedback"):
        raise PermissionDenied
    record("open statements", "replies", by=user, at=clock.now())
    tables = [(one, statements_of(one, user, today)) for one in found]
    return render(request, "feedback/statements.html", {"tables": tables})
