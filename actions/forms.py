"""Reading what people type about actions."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from actions.choices import Choices
from actions.limits import about
from actions.models import Action, ImpactAnswer
from actions.plans import Plan
from actions.services.impact import AGAIN, NEW, Said
from actions.words import RECORDED_HERE
from core.forms import Checkboxes, DateField, Radios, ServiceForm
from people.models import OrgUnit, User

LONGEST = 2000
MOST_THEMES = 10


def text(label: str, absent: str = "", hint: str = "", rows: int = 3) -> forms.CharField:
    """A text of one's own; optional without words for its absence."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONGEST,
        required=bool(absent),
        error_messages={"required": absent} if absent else None,
    )


def themes_field(found: Iterable[str]) -> forms.MultipleChoiceField:
    """The themes that a framework lists, to choose from."""
    return forms.MultipleChoiceField(
        label="Themes (optional)",
        choices=[(one, one) for one in found],
        widget=Checkboxes,
        required=False,
    )


def tags_of(given: str | Iterable[str]) -> tuple[str, ...]:
    """Themes as single tags, each once: a text with commas, or what was ticked. Raises ValidationError for too many."""
    tags = given.split(",") if isinstance(given, str) else given
    found = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(found) > MOST_THEMES or any(len(one) > 80 for one in found):
        raise forms.ValidationError("Use ten short themes at most.")
    return found


class PlanForm(ServiceForm):
    """One action: its kind and class, what, why, how one will know, who, when, and what it is about."""

    kind = forms.ChoiceField(
        label="Kind of action",
        widget=Radios,
        error_messages={"required": "Choose what kind of action it is."},
    )
    action_class = forms.ChoiceField(label="How soon?", widget=Radios, required=False)
    what = text("What will be done?", "Enter what will be done.")
    why = text("What difference should it make for the child? (optional)")
    success = text("How will you know that it has worked? (optional)", rows=2)
    owner = forms.ModelChoiceField(
        label="Who will do it?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose who will do it."},
    )
    due_on = DateField(
        label="By when?", help_text="A real date, for example 4 5 2026", required=False
    )
    late_reason = text("Why is a later date needed? (only if it is)", rows=2)
    question = forms.ChoiceField(label="Which question led to it? (optional)", required=False)
    standards = forms.ChoiceField(label="Which standard is it about? (optional)", required=False)
    themes = forms.CharField(
        label="Themes (optional)",
        help_text="A word or two each, with commas between them",
        max_length=300,
        required=False,
    )
    # Which field a problem belongs to, by the beginning of its words.
    PLACES = (
        ("Enter what", "what"),
        ("Say when", "what"),
        ("Choose who", "owner"),
        ("Enter the date", "due_on"),
        ("The date", "due_on"),
        ("Choose what kind", "kind"),
        ("Choose the class", "action_class"),
        ("Say how you will know", "success"),
    )

    def __init__(self, *args: Any, choices: Choices, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices.kinds
        self.fields["owner"].queryset = owners
        self._offer_classes(choices)
        self._offer("question", choices.questions, "No single question")
        self._offer("standards", choices.standards, "No single standard")
        self._offer_themes(choices.themes)
        if choices.success_asked:
            self.fields["success"].label = "How will you know that it has worked?"
        self.dress()

    def _offer_classes(self, choices: Choices) -> None:
        """The classes with their limits; without one to choose from, none is asked."""
        if not choices.has_limits:
            del self.fields["action_class"], self.fields["late_reason"]
            self.fields["due_on"].required = True
            words = "Enter the date by which it will be done."
            self.fields["due_on"].error_messages["required"] = words
            return
        asked = self.fields["action_class"]
        asked.choices = [(one.code, f"{one.label} ({about(one)})") for one in choices.classes]
        asked.initial = choices.default_class
        self.fields["due_on"].help_text = (
            "A real date, for example 4 5 2026. Where it has a limit, you can leave this empty: "
            "the date is then the latest one."
        )
        if not any(one.later == "with_reason" for one in choices.classes):
            del self.fields["late_reason"]

    def _offer(self, name: str, found: list[tuple[str, str]], none: str) -> None:
        if found:
            self.fields[name].choices = [("", none), *found]
        else:
            del self.fields[name]

    def _offer_themes(self, found: list[str]) -> None:
        if found:
            self.fields["themes"] = themes_field(found)
        elif themes := self.initial.get("themes"):
            self.initial = {**self.initial, "themes": ", ".join(themes)}

    def clean_themes(self) -> tuple[str, ...]:
        """The themes as single tags, each once."""
        return tags_of(self.cleaned_data["themes"])

    def plan(self) -> Plan:
        """What was typed, as a plan."""
        data = dict(self.cleaned_data)
        standard = data.pop("standards", "")
        names = {"kind", "what", "why", "owner", "due_on", "action_class", "success"}
        known = {
            name: value
            for name, value in data.items()
            if name in names | {"question", "themes", "late_reason"}
        }
        return Plan(**known, standards=(standard,) if standard else ())

    def say(self, problems: tuple[str, ...]) -> None:
        """Put each problem at the field that it is about."""
        for problem in problems:
            name = next((name for start, name in self.PLACES if problem.startswith(start)), None)
            self.add_error(name if name in self.fields else None, problem)


def initial_of(action: Any) -> dict[str, Any]:
    """What a recorded action has in its form. A date that only follows from the class stays open."""
    names = ("kind", "action_class", "what", "why", "success", "owner", "question", "late_reason")
    return {name: getattr(action, name) for name in names} | {
        "due_on": action.due_on if action.date_given else None,
        "standards": action.standards[0] if action.standards else "",
        "themes": list(action.themes),
    }


class AnyPlanForm(PlanForm):
    """An action that no audit raised: what it comes from, and whose work it is about.

    `form_token` is new with each form that is shown, so that one that is sent twice records one action.
    """

    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    source = forms.ChoiceField(
        label="Where does it come from?",
        choices=RECORDED_HERE,
        widget=Radios,
        error_messages={"required": "Choose where it comes from."},
    )
    source_label = forms.CharField(
        label="Which one?",
        help_text="For example “Practice Week, May 2026”. Do not name a child.",
        max_length=160,
        error_messages={"required": "Say which one it was."},
    )
    case_number = forms.CharField(
        label="Case number (optional)",
        max_length=40,
        required=False,
        help_text="If it is about one child",
    )
    unit = forms.ModelChoiceField(
        label="Team or service",
        queryset=OrgUnit.objects.none(),
        empty_label="Choose a team or service",
        error_messages={"required": "Choose the team or service that it is about."},
    )
    worker = forms.ModelChoiceField(
        label="Whose work is it about? (optional)",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody’s in particular",
    )

    def __init__(self, *args: Any, units: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset, self.fields["worker"].queryset = units, workers
        first = ["source", "source_label", "unit", "case_number", "worker"]
        self.order_fields([*first, *(name for name in self.fields if name not in first)])

    def says(self, made: Action) -> bool:
        """Whether an action was recorded in these words."""
        data = self.cleaned_data
        words = (data["what"], data["why"], data["success"], data["owner"])
        return words == (made.what, made.why, made.success, made.owner)

    def renew(self) -> None:
        """Let what was typed be recorded as another action when it is sent again."""
        given: Any = self.data
        typed = given.copy()
        typed["form_token"] = str(uuid4())
        self.data = typed


class NoteForm(ServiceForm):
    """One text."""

    note = text("Note")

    def __init__(
        self, *args: Any, label: str, absent: str = "", hint: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        one = self.fields["note"]
        one.label, one.help_text, one.required = label, hint, bool(absent)
        one.error_messages["required"] = absent


class SignForm(NoteForm):
    """A note, and how many signatures the page showed, so that one page gives one signature."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)


class DateAndReasonForm(ServiceForm):
    """A new date and why."""

    due_on = DateField(label="New date", help_text="For example 4 5 2026", required=False)
    reason = text("Reason", "Give the reason.", rows=4)

    def __init__(
        self, *args: Any, label: str, absent: str, hint: str = "", needs_date: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].error_messages["required"] = absent
        self.fields["due_on"].required = needs_date
        self.fields["due_on"].error_messages["required"] = "Enter the new date."
        if hint:
            self.fields["due_on"].help_text = f"For example 4 5 2026. {hint}"


class ReviewForm(ServiceForm):
    """An action gone through in supervision."""

    on = DateField(
        label="Date of the supervision",
        help_text="For example 4 5 2026",
        error_messages={"required": "Enter the date of the supervision."},
    )
    note = text("What did you talk about, and what happens next?", "Say what was talked about.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)


class ImpactForm(ServiceForm):
    """Whether an action made a difference; after a no, what is done now."""

    answer = forms.ChoiceField(
        label="Did it make a difference for the child?",
        choices=ImpactAnswer.Answer.choices,
        widget=Radios,
        error_messages={"required": "Say whether it made a difference."},
    )
    difference = text(
        "What has changed for the child, or has not?",
        "Say what has changed for the child, or what has not.",
    )
    evidence = text("Where can that be seen? (not needed after a no)", rows=2)
    then = forms.ChoiceField(
        label="If it made no difference: what is done now?",
        choices=[(AGAIN, "The same action again"), (NEW, "Another action in its place")],
        widget=Radios,
        required=False,
    )
    due_on = DateField(
        label="If something is done now: by when?",
        help_text="For example 4 5 2026. Where its class has a limit, you can leave this empty.",
        required=False,
    )
    what = text("If it is another action: what will be done?", rows=2)
    owner = forms.ModelChoiceField(
        label="If it is another action: who will do it?",
        queryset=User.objects.none(),
        required=False,
        empty_label="Choose a person",
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners

    def said(self) -> Said:
        """What was typed, as an answer."""
        return Said(**self.cleaned_data)


class ReassignForm(ServiceForm):
    """Who does several actions now, and why."""

    owner = forms.ModelChoiceField(
        label="Who will do them now?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose who will do them."},
    )
    reason = text("Reason", "Give the reason.", "For example: left the council on 4 May 2026.")

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners


class SaveViewForm(forms.Form):
    """A name for what the tracker is narrowed to."""

    name = forms.CharField(max_length=60)
    default = forms.BooleanField(required=False)
    query = forms.CharField(max_length=500, required=False)
