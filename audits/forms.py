"""Reading what people type on the audit's pages. The form of a tool is built from its questions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict
from django.utils import timezone

from audits.answers import COMMA, Given, Unreadable, fields_of, read
from audits.models import Audit, Loop
from audits.selectors import Box
from audits.services.meeting import MODES
from core.forms import DateField, Radios, ServiceForm, TimeInput
from people.models import User
from standards.policy import Policy


def mark(given: Given) -> str:
    """A short mark of a value as it was shown, to tell what the person changed from what they only saw."""
    plain = f"{given.number}|{given.text}|{given.day}|{given.place}"
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def typed_for(name: str, box: Box, data: QueryDict) -> dict[str, str]:
    """What came in for one part: field name after the part's own → text."""
    if box.part.kind == "checklist":
        return {"": COMMA.join(data.getlist(name))}
    return {
        field: data.get(f"{name}:{field}" if field else name, "") for field in fields_of(box.part)
    }


def sent(box: Box, data: Mapping[str, str]) -> bool:
    """Whether the page that came in held this part at all."""
    return f"{box.name}:version" in data


def version_of(box: Box, data: Mapping[str, str]) -> int:
    """The version of the answer that the page was made from; 0 for a blank one."""
    text = data.get(f"{box.name}:version", "0")[:9]
    return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True)
class Typed:
    """One part as it came in: the answer, or the fault that stops it from being one."""

    box: Box
    given: Given | None
    version: int
    changed: bool
    fault: str = ""
    typed: dict[str, str] | None = None


def read_box(box: Box, data: QueryDict, policy: Policy) -> Typed:
    """Read one editable part of a page."""
    typed = typed_for(box.name, box, data)
    version = version_of(box, data)
    try:
        given = read(box.part, typed, policy)
    except Unreadable as fault:
        return Typed(box, None, version, True, str(fault), fault.typed)
    return Typed(box, given, version, mark(given) != data.get(f"{box.name}:was", ""), typed=typed)


def as_typed(box: Box, one: Typed, fault: str = "") -> Box:
    """The part with what was typed still in it, and why it was not saved."""
    return replace(box, fault=fault or one.fault, typed=one.typed)


class MeetingForm(ServiceForm):
    """When and how the auditor and the worker meet."""

    day = DateField(
        label="Date of the meeting", error_messages={"required": "Enter the date of the meeting."}
    )
    time = forms.TimeField(
        label="Start time",
        widget=TimeInput(),
        help_text="For example 14:30",
        error_messages={"required": "Enter the start time."},
    )
    mode = forms.ChoiceField(
        label="How will you meet?",
        choices=list(MODES.items()),
        widget=Radios,
        error_messages={"required": "Choose how you will meet."},
    )


class ReasonForm(ServiceForm):
    """A note in one's own words."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=5000)

    def __init__(
        self, *args: object, label: str, hint: str = "", absent: str, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.label, field.help_text = label, hint
        field.error_messages["required"] = absent


class LoopForm(ServiceForm):
    """The form that closes a loop (C3-2). What is missing is said when it is handed in, so that it can be saved half-way."""

    met_on = DateField(
        label="When did you meet the worker and their manager?",
        help_text="For example 4 5 2026",
        required=False,
    )
    met_manager = forms.ModelChoiceField(
        label="Which manager was there with the worker?",
        queryset=User.objects.none(),
        empty_label="Choose the manager",
        required=False,
    )
    different = forms.CharField(
        label="What is different for the child?",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=5000,
        required=False,
    )
    secured = forms.ChoiceField(
        label="Is safeguarding secured?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios,
        required=False,
    )
    outstanding = forms.CharField(
        label="Is anything still open? (optional)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    # The loop as somebody else has saved it while this was written.
    stands: Loop | None = None

    def __init__(self, *args: object, managers: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["met_manager"].queryset = managers

    def overtaken(self, loop: Loop) -> None:
        """Keep what was typed beside what stands there now, so that it can be saved over it."""
        self.data = {**self.data, "version": str(loop.version)}
        self.stands = loop


class LinkForm(ServiceForm):
    """Which audit is the second one."""

    reaudit = forms.ModelChoiceField(
        label="Which audit is the second one?",
        queryset=User.objects.none(),
        empty_label=None,
        widget=Radios,
        error_messages={"required": "Choose the second audit."},
    )
    reason = forms.CharField(
        label="If the auditor is the same as before, why? (optional)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: object, audits: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reaudit"].queryset = audits
        self.fields["reaudit"].label_from_instance = self.words

    @staticmethod
    def words(audit: Audit) -> str:
        """2026-0012, case 700012, given out on 4 May 2026."""
        on = timezone.localdate(audit.allocated_at)
        return f"{audit.reference}, case {audit.case.number}, given out on {on:%-d %B %Y}, auditor {audit.auditor.name}"
