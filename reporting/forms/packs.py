"""Reading what somebody chooses for a pack, and a token for a tool."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from actions.models import Action
from audits.filters import SELECT, AuditFilter
from audits.models import Audit
from core.forms import Checkboxes, DateField, Radios, ServiceForm
from people.models import User
from reporting.models import ApiToken, Pack

LONGEST = 365


class PackFilter(AuditFilter):
    """The returned audits that may be put into a pack: by service, months, grade, and the theme of an action."""

    theme = django_filters.ChoiceFilter(
        method="themed",
        label="Theme",
        empty_label="Any theme",
        choices=[],
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(
        self, data: Any, *, queryset: "QuerySet[Audit]", user: User, themes: list[str]
    ) -> None:
        super().__init__(data, queryset=queryset, user=user)
        del self.filters["state"]
        self.filters["theme"].extra["choices"] = [(one, one) for one in themes]

    def themed(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits with an action that has the theme."""
        actions = Action.objects.filter(
            source="audit", source_id=OuterRef("pk"), themes__contains=[value]
        )
        return audits.filter(Exists(actions))


class PackForm(ServiceForm):
    """Which kind of pack, its title, what is learned, and further words to take out."""

    kind = forms.ChoiceField(
        label="Who is it for?",
        choices=[
            (Pack.Kind.INSPECTION, "Inspectors: each child with everything that followed"),
            (Pack.Kind.SLT, "Senior leaders: the same, with what leaders may read of feedback"),
        ],
        widget=Radios,
        error_messages={"required": "Say who it is for."},
    )
    title = forms.CharField(
        label="Title",
        max_length=120,
        help_text="Without names.",
        error_messages={"required": "Enter a title."},
    )
    numbers = forms.CharField(
        label="Case numbers",
        required=False,
        help_text="One on each line. The latest returned audit of each child is taken.",
        widget=forms.Textarea({"rows": 4}),
    )
    learning = forms.CharField(
        label="What is learned from these audits",
        required=False,
        help_text="It stands on the first page. Without names.",
        widget=forms.Textarea({"rows": 4}),
    )
    also = forms.CharField(
        label="Further words to take out",
        required=False,
        help_text="Names of children or families that somebody wrote down, one on each line.",
        widget=forms.Textarea({"rows": 3}),
    )

    def clean_numbers(self) -> list[str]:
        """The case numbers, each once."""
        return lines_of(self.cleaned_data["numbers"])

    def clean_also(self) -> list[str]:
        """The words, each once."""
        return words_of(self.cleaned_data["also"])


class MoreForm(ServiceForm):
    """Further words to take out of a pack that is there."""

    also = forms.CharField(
        label="Further words to take out",
        help_text="One on each line.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Enter at least one word."},
    )

    def clean_also(self) -> list[str]:
        """The words, each once."""
        return words_of(self.cleaned_data["also"])


class TokenForm(ServiceForm):
    """A token for a tool: its name, what it may read, until when."""

    name = forms.CharField(
        label="Which tool will use it?",
        max_length=80,
        error_messages={"required": "Enter the name of the tool."},
    )
    scopes = forms.MultipleChoiceField(
        label="What may it read?",
        choices=ApiToken.Scope.choices,
        widget=Checkboxes,
        error_messages={"required": "Choose at least one."},
    )
    expires_on = DateField(
        label="Until which day?",
        help_text="A year from today at the latest.",
        error_messages={"required": "Enter the last day."},
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_expires_on(self) -> date:
        """A day from today to a year from now."""
        day: date = self.cleaned_data["expires_on"]
        if day < self.on:
            raise forms.ValidationError("Enter today or a later day.")
        if day > self.on + timedelta(days=LONGEST):
            raise forms.ValidationError("Enter a day within a year from today.")
        return day


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def words_of(text: str) -> list[str]:
    """The words to take out. Raises ValidationError for one that is too long, or too short to mean anybody."""
    found = lines_of(text)
    if any(len(one) > 80 for one in found):
        raise forms.ValidationError("Use 80 characters or fewer on each line.")
    if any(len(one) < 3 for one in found):
        raise forms.ValidationError("Use at least three letters on each line.")
    return found
