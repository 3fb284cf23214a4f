"""What people type into meetings, decisions, and the steps of the QA team."""

from typing import Any

from django import forms

from audits.words import Choice
from core.forms import DateField, Radios, ServiceForm
from moderation.forms.viewing import words_of
from moderation.selectors.people import Candidate


def reason_field(label: str, absent: str, hint: str = "") -> forms.CharField:
    """A reason in one's own words."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        error_messages={"required": absent},
    )


class AssignForm(ServiceForm):
    """Who moderates it."""

    moderator = forms.ChoiceField(
        label="Moderator", error_messages={"required": "Choose the moderator."}
    )

    def __init__(self, *args: Any, candidates: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["moderator"].choices = [
            ("", "Choose a moderator"),
            *((str(one.user.pk), self.words(one)) for one in candidates),
        ]

    @staticmethod
    def words(one: Candidate) -> str:
        """Ann Reed – Service manager, 2 in hand."""
        return f"{one.user.name} – {one.posts}, {one.in_hand} in hand"


class ReasonForm(ServiceForm):
    """A step that needs a reason."""

    reason = reason_field("Reason", "Give the reason.")

    def __init__(self, *args: Any, label: str, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint


class PassUpForm(ReasonForm):
    """A disagreement passed up; it carries the rung that the page was opened at."""

    read_rung = forms.IntegerField(widget=forms.HiddenInput, required=False)


class MeetingForm(ServiceForm):
    """The meeting as one of the two saw it."""

    met_on = DateField(
        label="When did you meet?",
        help_text="For example 22 9 2026",
        error_messages={"required": "Enter the date of the meeting."},
    )
    view = reason_field(
        "How do you see it?", "Say how you see it.", "Your own view, after the talk"
    )
    grade = forms.ChoiceField(
        label="Which grade did you agree?",
        widget=Radios,
        error_messages={"required": "Choose the grade that you agreed, or that you did not agree."},
    )
    learning = forms.CharField(
        label="What does it teach about auditing?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        required=False,
    )

    def __init__(
        self, *args: Any, choices: tuple[Choice, ...], is_moderator: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        none = ("none", "We did not agree on a grade")
        self.fields["grade"].choices = [*words_of(choices), none]
        self.fields["learning"].help_text = (
            "For the auditor to read; needed once you agree" if is_moderator else "Optional"
        )


class DecisionForm(ServiceForm):
    """The decision on a grade."""

    grade = forms.ChoiceField(
        label="The grade", widget=Radios, error_messages={"required": "Choose the grade."}
    )
    reason = reason_field("Reason for your decision", "Give the reason for your decision.")

    def __init__(self, *args: Any, choices: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = words_of(choices)


class LeftoverForm(ServiceForm):
    """What stays of what an earlier grade set off."""

    keep = forms.ChoiceField(
        label="What becomes of it?",
        choices=[
            ("keep", "Everything stays: the work is still needed"),
            ("take_back", "Open tasks are taken back; what was done stays"),
        ],
        widget=Radios,
        error_messages={"required": "Choose what becomes of it."},
    )
    reason = reason_field("Reason", "Give the reason.")
