"""What the QA officer says about a plan: going over the number, another auditor, leaving out, confirming; and leave."""

from typing import Any

from django import forms

from core.forms import DateField, ServiceForm
from people.models import User


class AskForm(ServiceForm):
    """How a plan is to be worked out."""

    over_number = forms.BooleanField(
        label="Auditors may get more than the framework’s number where a case had no auditor otherwise",
        required=False,
    )

    def __init__(self, *args: Any, numbered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not numbered:
            del self.fields["over_number"]


class AuditorForm(ServiceForm):
    """Another auditor for one drawn file."""

    auditor = forms.ChoiceField(label="Auditor", error_messages={"required": "Choose the auditor."})
    reason = forms.CharField(
        label="Reason for leaving the framework’s rule on teams aside (if you do)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        required=False,
    )

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], override: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["auditor"].choices = [("", "Choose an auditor"), *people]
        if not override:
            del self.fields["reason"]


class NobodyForm(ServiceForm):
    """Why one drawn file is left out."""

    why = forms.CharField(
        label="Why this file is left out",
        max_length=400,
        error_messages={"required": "Say why this file is left out."},
    )


class ConfirmForm(ServiceForm):
    """What is said when a plan is confirmed."""

    audit_on = DateField(
        label="Day of the audits", error_messages={"required": "Enter the day of the audits."}
    )
    left_out = forms.CharField(
        label="Why the cases without an auditor are left out",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=250,
        error_messages={"required": "Choose an auditor for each case, or say why it is left out."},
    )
    practice_week = forms.BooleanField(
        label="These audits are part of Practice Week", required=False
    )
    accepted = forms.BooleanField(label="Yes, give them out all the same", required=False)

    def __init__(self, *args: Any, by_day: bool, without: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_day:
            del self.fields["audit_on"]
        if not without:
            del self.fields["left_out"]


class AwayForm(ServiceForm):
    """Who is away, and from when to when."""

    person = forms.ChoiceField(label="Person", error_messages={"required": "Choose the person."})
    from_on = DateField(
        label="First day away", error_messages={"required": "Enter the first day away."}
    )
    to_on = DateField(
        label="Last day away", error_messages={"required": "Enter the last day away."}
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [
            ("", "Choose a person"),
            *((str(one.pk), one.name) for one in people),
        ]
