"""What people type when they ask for a change after allocation, or decide on one."""

from typing import Any

from django import forms

from core.forms import DateField, ServiceForm
from programme.forms.allocating import auditor_choice
from programme.selectors.allocating import Candidate


def reason_field(label: str, absent: str) -> forms.CharField:
    """A reason in one's own words."""
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        error_messages={"required": absent},
    )


class MoreTimeForm(ServiceForm):
    """Until when, and why."""

    deadline_on = DateField(
        label="New deadline",
        help_text="For example 19 5 2026",
        error_messages={"required": "Enter the new deadline."},
    )
    reason = reason_field("Why is more time needed?", "Give the reason.")


class LeaveOutForm(ServiceForm):
    """Why the audit is left out."""

    reason = reason_field("Why is this audit left out?", "Give the reason.")


class DecisionForm(ServiceForm):
    """A decision on a request; with more time, the day that is given."""

    deadline_on = DateField(label="New deadline, if you grant it", required=False)
    note = forms.CharField(
        label="Your reason (you must give one when you refuse)",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, dated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not dated:
            del self.fields["deadline_on"]


class ReassignForm(ServiceForm):
    """Who takes over, and why."""

    auditor = forms.ChoiceField(
        label="New auditor", error_messages={"required": "Choose the new auditor."}
    )
    reason = reason_field("Why does it pass to somebody else?", "Give the reason.")
    aside = forms.CharField(
        label="Reason for leaving the framework’s rule on teams aside (if you do)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    confirmed = forms.BooleanField(
        label="Yes, give it to this auditor all the same", required=False
    )

    def __init__(
        self, *args: Any, candidates: list[Candidate], override: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["auditor"].choices = [
            ("", "Choose an auditor"),
            *map(auditor_choice, candidates),
        ]
        if not override:
            del self.fields["aside"]
