"""F0 to F3: a constant page, a table of 50 rows, a form of 20 questions, and a row that is changed."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

from benchmarks.floors.models import Row

# 30 kB, made once.
CONSTANT = b"<!doctype html><title>F0</title>" + b"<p>A page of thirty kilobytes.</p>\n" * 880
CHOICES = ("Outstanding", "Good", "Requires improvement", "Inadequate")


def constant(request: HttpRequest) -> HttpResponse:
    """F0: the same 30 kB for everybody."""
    return HttpResponse(CONSTANT)


def in_group(group: int) -> dict[str, object]:
    """What three queries by an index give: the rows, how many there are, and one of them."""
    rows = Row.objects.filter(group=group)
    return {"number": rows.count(), "first": rows.get(pk=(group - 1) * 50 + 1), "rows": rows[:50]}


def table(request: HttpRequest) -> HttpResponse:
    """F1: session, user, three queries by an index, and a table of 50 rows from a template."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return render(request, "floors/table.html", in_group(1))


def form(request: HttpRequest) -> HttpResponse:
    """F2: the same with 20 rows of questions, each with four choices and a box for words."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    said = in_group(2)
    rows = said["rows"]
    return render(
        request,
        "floors/form.html",
        {**said, "rows": rows[:20], "choices": CHOICES, "token": get_token(request)},  # type: ignore[index]
    )


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """F3: a POST that changes one row in a transaction."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    with transaction.atomic():
        row = Row.objects.select_for_update().get(pk=pk)
        row.words = request.POST["words"]
        row.number += 1
        row.save(update_fields=["words", "number"])
    return HttpResponse("Saved")
