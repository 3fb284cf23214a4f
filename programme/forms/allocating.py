"""What the QA officer chooses when an audit is allocated by hand."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms

from core.forms import DateField, Radios, ServiceForm
from people.models import User
from programme.requirements import Activity
from programme.selectors.allocating import Candidate
from programme.selectors.moderators import Moderator


def months(today: date, ahead: int = 3, without: Collection[int] = ()) -> list[tuple[str, str]]:
    """This month and the next ones, as choices, without the months in which nobody audits."""
    start = today.year * 12 + today.month - 1
    year = [date(n // 12, n % 12 + 1, 1) for n in range(start, start + 12)]
    days = ([day for day in year if day.month not in without] or year)[:ahead]
    return [(f"{day:%Y-%m}", f"{day:%B %Y}") for day in days]


class AllocationForm(ServiceForm):
    """Who audits, whose work, in which month."""

    auditor = forms.ChoiceField(label="Auditor", error_messages={"required": "Choose the auditor."})
    worker = forms.ChoiceField(
        label="Worker whose practice is looked at",
        widget=Radios,
        error_messages={"required": "Choose the worker."},
    )
    second_worker = forms.ChoiceField(label="Second worker", required=False)
    tool = forms.ChoiceField(
        label="Form", widget=Radios, error_messages={"required": "Choose the form."}
    )
    moderator = forms.ChoiceField(
        label="Moderator (if known)",
        help_text="The QA team can name the moderator later. Only people who may moderate this audit are listed: "
        "not the auditor, not a worker of the case, and nobody who manages the worker.",
        required=False,
    )
    month = forms.ChoiceField(
        label="Month the audit counts for", error_messages={"required": "Choose the month."}
    )
    audit_on = DateField(
        label="Day of the audit", error_messages={"required": "Enter the day of the audit."}
    )
    practice_week = forms.BooleanField(label="This audit is part of Practice Week", required=False)
    reason = forms.CharField(
        label="Reason for leaving the framework’s rule on teams aside (if you do)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    flash_source = forms.CharField(label="Flash audit raised from", max_length=300, required=False)
    confirmed = forms.BooleanField(label="Yes, allocate it all the same", required=False)

    def __init__(
        self,
        *args: Any,
        candidates: list[Candidate],
        workers: list[tuple[str, str]],
        seconds: list[tuple[str, str]],
        tools: list[tuple[str, str]],
        months: list[tuple[str, str]],
        second_label: str = "",
        override: bool = False,
        flash: Activity | None = None,
        by_day: bool = False,
        today: date | None = None,
        notice: str = "",
        moderators: list[Moderator] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["auditor"].choices = [
            ("", "Choose an auditor"),
            *map(auditor_choice, candidates),
        ]
        self.fields["worker"].choices = workers
        self.fields["second_worker"].choices = [("", "No second worker"), *seconds]
        self.fields["second_worker"].label = (
            f"{second_label} (if any)" if second_label else "Second worker (if any)"
        )
        self.fields["tool"].choices = tools
        self.fields["month"].choices = months
        self.today = today
        self.fields["audit_on"].help_text = notice
        del self.fields["month" if by_day else "audit_on"]
        if moderators is None:
            del self.fields["moderator"]
        else:
            self.fields["moderator"].choices = [
                ("", "Nobody yet"),
                *map(moderator_choice, moderators),
            ]
        if not seconds:
            del self.fields["second_worker"]
        if not override:
            del self.fields["reason"]
        if flash is None:
            del self.fields["flash_source"]
        else:
            self.fields["flash_source"].label = f"{flash.title} raised from (if it is one)"
            self.fields[
                "flash_source"
            ].help_text = f"Leave this empty for an audit of the programme. {flash.note}"
        if len(tools) == 1:
            del self.fields["tool"]

    def clean_audit_on(self) -> date:
        """The day of the audit, which has not passed."""
        day: date = self.cleaned_data["audit_on"]
        if self.today and day < self.today:
            raise forms.ValidationError("The day of the audit has passed.")
        return day

    def person(self, name: str, people: dict[int, User]) -> User | None:
        """The person chosen in a field."""
        code = self.cleaned_data.get(name)
        return people.get(int(code)) if code else None


def auditor_choice(candidate: Candidate) -> tuple[str, str]:
    """One line of the list of auditors: who, which post, how many already, and whether they may."""
    load = f", {candidate.auditor.allotted} already" if candidate.auditor.allotted else ""
    bar = " – cannot audit this file" if candidate.objections else ""
    return str(candidate.user.pk), f"{candidate.user.name} ({candidate.post}{load}){bar}"


def moderator_choice(one: Moderator) -> tuple[str, str]:
    """One line of the list of moderators: who, which posts, how many they have been named for."""
    load = f", {one.in_hand} in hand" if one.in_hand else ""
    return str(one.user.pk), f"{one.user.name} ({one.posts}{load})"
