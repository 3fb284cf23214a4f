"""Reading what somebody enters about holds, lists of what is due, and requests for what is kept."""

from typing import Any

from django import forms

from cases.models import CaseFile
from core.forms import Checkboxes, DateField, Radios, ServiceForm
from people.models import User
from retention.models import Hold

CASE, PERSON = "case", "person"


class SubjectForm(ServiceForm):
    """Whom it is about: one case by its number, or one member of staff by their e-mail address."""

    about = forms.ChoiceField(
        label="Who is it about?",
        choices=[(CASE, "A child, by the case number"), (PERSON, "A member of staff")],
        widget=Radios,
        error_messages={"required": "Say who it is about."},
    )
    number = forms.CharField(
        label="Case number", max_length=40, required=False, help_text="For a child."
    )
    email = forms.CharField(
        label="E-mail address of the member of staff",
        max_length=254,
        required=False,
        help_text="For a member of staff, also one who has left.",
    )

    def __init__(self, data: Any, *, council_id: int) -> None:
        super().__init__(data)
        self.council_id = council_id
        self.subject: CaseFile | User | None = None

    def clean(self) -> dict[str, Any]:
        """Find whom it is about, within the council."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("about") == CASE:
            self.find(
                CaseFile.objects.filter(council=self.council_id), "number", data.get("number", "")
            )
        elif data.get("about") == PERSON:
            self.find(
                User.objects.filter(council=self.council_id), "email", data.get("email", "").lower()
            )
        return data

    def find(self, rows: Any, name: str, value: str) -> None:
        """The one that is called so; an error beside the field where there is none."""
        value = value.strip()
        if not value:
            self.add_error(
                name, "Enter the case number." if name == "number" else "Enter the e-mail address."
            )
            return
        self.subject = rows.filter(**{name: value}).first()
        if self.subject is None:
            words = (
                "case with this number" if name == "number" else "member of staff with this address"
            )
            self.add_error(name, f"There is no {words}.")


class HoldForm(SubjectForm):
    """What is held back, why, from when and until when."""

    reason = forms.ChoiceField(
        label="Why?",
        choices=Hold.Reason.choices,
        widget=Radios,
        error_messages={"required": "Say why nothing may be erased."},
    )
    text = forms.CharField(
        label="What others should know about it",
        required=False,
        max_length=1000,
        help_text="No names, and nothing of the child’s story.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until_on = DateField(
        label="Until when?",
        required=False,
        help_text="Leave it empty to hold until somebody lifts it.",
    )


class RequestForm(SubjectForm):
    """Whom a request is about, and the day on which it came."""

    received_on = DateField(
        label="On which day did the council receive the request?",
        help_text="The answer is due one calendar month later.",
        error_messages={"required": "Enter the day on which the request came."},
    )


class RefuseForm(ServiceForm):
    """Why a list is not approved."""

    reason = forms.CharField(
        label="Why is it not approved?",
        max_length=300,
        error_messages={"required": "Enter why it is not approved."},
    )


class LiftForm(ServiceForm):
    """Why a hold is lifted."""

    reason = forms.CharField(
        label="Why is it no longer needed?",
        max_length=300,
        help_text="No names, and nothing of the child’s story.",
        error_messages={"required": "Enter why it is lifted."},
    )


class ReadForm(ServiceForm):
    """Which of the words found are taken out, further ones, and that everything has been read."""

    out = forms.MultipleChoiceField(label="Take these words out", required=False, widget=Checkboxes)
    more = forms.CharField(
        label="Take out besides",
        required=False,
        max_length=1000,
        help_text="One word or name on each line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    read = forms.BooleanField(
        label="I have read every passage, and what names somebody else is taken out",
        error_messages={"required": "Read every passage, then say so here."},
    )

    def __init__(self, data: Any, *, words: list[str]) -> None:
        super().__init__(data)
        self.fields["out"].choices = [(one, one) for one in words]

    def also(self) -> list[str]:
        """Everything that is taken out besides the known names."""
        more = self.cleaned_data["more"].splitlines()
        return [*self.cleaned_data["out"], *(one.strip() for one in more if one.strip())]
