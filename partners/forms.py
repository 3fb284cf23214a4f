"""Inviting a partner, and what a partner answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from core.forms import Checkboxes, DateField, ServiceForm
from partners.models import Contribution
from partners.selectors import grade_choices
from partners.services.inviting import Asked
from standards.edition import QuestionForm, SectionForm
from standards.policy import Policy

LONGEST = 10_000


class InviteForm(ServiceForm):
    """Who is invited, to what, and what they are told."""

    name = forms.CharField(
        label="Name", max_length=120, error_messages={"required": "Enter the person’s name."}
    )
    agency = forms.CharField(
        label="Agency",
        help_text="For example: health visiting, school, police.",
        max_length=120,
        error_messages={"required": "Enter their agency."},
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="Their work address. The link is sent there and to nobody else.",
        max_length=200,
        error_messages={"required": "Enter their e-mail address."},
    )
    sections = forms.MultipleChoiceField(
        label="Which sections do you ask them to answer?",
        widget=Checkboxes,
        error_messages={"required": "Choose at least one section."},
    )
    place = forms.CharField(
        label="Where the meeting is held (optional)",
        help_text="A room, or the words of the invitation to the call.",
        max_length=200,
        required=False,
    )
    reference = forms.CharField(
        label="What do you call the child to them? (optional)",
        help_text="Words that they know from you, never a name. Without any they read “the child you were told about”.",
        max_length=80,
        required=False,
    )
    tells_case = forms.BooleanField(label="Tell them the case number", required=False)
    last_day = DateField(
        label="Last day of the link",
        error_messages={"required": "Enter the last day of the link."},
    )

    def __init__(self, *args: Any, sections: Sequence[SectionForm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices = [(one.code, one.title) for one in sections]

    @property
    def asked(self) -> Asked:
        """What was asked."""
        return Asked(**self.cleaned_data)


class RenewForm(ServiceForm):
    """Until when a new link works."""

    last_day = DateField(
        label="Last day of the new link",
        error_messages={"required": "Enter the last day of the link."},
    )


class SectionAnswersForm(ServiceForm):
    """A partner's answers to one section: a text for each question, and a grade where the question has one."""

    def __init__(
        self,
        *args: Any,
        section: SectionForm,
        policy: Policy,
        said: Mapping[str, Contribution],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        for one in section.questions:
            self._ask(one, grade_choices(one, policy), said.get(one.code))
        self.dress()

    def _ask(
        self, one: QuestionForm, grades: list[tuple[str, str]], said: Contribution | None
    ) -> None:
        self.fields[f"text-{one.code}"] = forms.CharField(
            label="What your agency says",
            widget=forms.Textarea(attrs={"rows": 5}),
            max_length=LONGEST,
            required=False,
            initial=said.text if said else "",
        )
        if grades:
            self.fields[f"grade-{one.code}"] = forms.ChoiceField(
                label="The grade you would give (optional)",
                choices=[("", "No grade"), *grades],
                required=False,
                initial=said.grade if said else "",
                error_messages={"invalid_choice": "Choose from the list."},
            )

    @property
    def said(self) -> dict[str, tuple[str, str]]:
        """Text and grade by question."""
        data = self.cleaned_data
        return {
            one.code: (data[f"text-{one.code}"], data.get(f"grade-{one.code}", ""))
            for one in self.section.questions
        }

    @property
    def rows(self) -> list[tuple[QuestionForm, BoundField, BoundField | None]]:
        """Each question with its boxes."""
        return [
            (
                one,
                self[f"text-{one.code}"],
                self[f"grade-{one.code}"] if f"grade-{one.code}" in self.fields else None,
            )
            for one in self.section.questions
        ]
