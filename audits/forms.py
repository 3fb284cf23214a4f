"""Reading what people type on the audit's pages. The form of a tool is built from its questions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict

from audits.answers import COMMA, Given, Unreadable, fields_of, read
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


class ActionForm(ServiceForm):
    """One action: what, why, who, when."""

    kind = forms.ChoiceField(
        label="Kind of action",
        widget=Radios,
        error_messages={"required": "Choose what kind of action it is."},
    )
    what = forms.CharField(
        label="What will be done?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": "Enter what will be done."},
    )
    why = forms.CharField(
        label="What difference should it make for the child? (optional)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    owner = forms.ModelChoiceField(
        label="Who will do it?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose who will do it."},
    )
    due_on = DateField(
        label="By when?",
        help_text="A real date, for example 4 5 2026",
        error_messages={"required": "Enter the date by which it will be done."},
    )

    def __init__(
        self, *args: object, kinds: list[tuple[str, str]], owners: object, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds
        self.fields["owner"].queryset = owners
