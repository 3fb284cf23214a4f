"""What the QA team types to draw files: which cases, how many, where the seed comes from."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from core.forms import Checkboxes, DateField, Radios, ServiceForm
from core.sampling import Rule, fingerprint
from programme.models import Draw, Replacement
from programme.selectors.pools import STRATA, Filters
from programme.services.draws import SeedTerms

NUMBER, PERCENT, EACH = "number", "percent", "each"
WHOLE = {
    "invalid": "Enter a whole number.",
    "min_value": "Enter a number from 1.",
    "max_value": "Enter a smaller number.",
}


def whole_number(label: str, most: int, low: int = 1, **more: Any) -> forms.IntegerField:
    """A box for a whole number."""
    words = WHOLE | more.pop("error_messages", {})
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=most,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages=words,
        **more,
    )


class PoolForm(ServiceForm):
    """Which cases are drawn from, and how many."""

    tool = forms.ChoiceField(
        label="Form", widget=Radios, error_messages={"required": "Choose the form."}
    )
    month = forms.ChoiceField(
        label="Month the audits count for", error_messages={"required": "Choose the month."}
    )
    audit_on = DateField(label="Day of the audits", required=False)
    services = forms.MultipleChoiceField(
        label="Services", help_text="None ticked means all.", required=False, widget=Checkboxes
    )
    plan_types = forms.MultipleChoiceField(
        label="Plan types", help_text="None ticked means all.", required=False, widget=Checkboxes
    )
    worker = forms.ChoiceField(label="Worker", required=False)
    open_since = DateField(
        label="Open since this day or longer",
        help_text="For example 1 4 2026. Leave it empty for all open cases.",
        required=False,
    )
    months = whole_number(
        "Not audited for how many months",
        120,
        required=False,
    )
    how = forms.ChoiceField(
        label="How much is drawn",
        widget=Radios,
        choices=[
            (NUMBER, "A number of files"),
            (PERCENT, "A share of the pool, in per cent"),
            (EACH, "A number for each part of the pool, given on the next page"),
        ],
        error_messages={"required": "Choose how much is drawn."},
    )
    size = whole_number(
        "How many files, or how many per cent",
        10_000,
        required=False,
    )
    by = forms.MultipleChoiceField(
        label="Divide the pool by",
        help_text="Each part then gives files in proportion to its size, or its own number. None ticked draws from the pool as a whole.",
        choices=list(STRATA.items()),
        required=False,
        widget=Checkboxes(attrs={"columns": True}),
    )

    def __init__(
        self,
        *args: Any,
        tools: list[tuple[str, str]],
        months: list[tuple[str, str]],
        services: list[tuple[int, str]],
        plan_types: list[str],
        workers: list[tuple[int, str]],
        cool_off: int | None,
        with_day: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tool"].choices = tools
        self.fields["month"].choices = months
        self.fields["services"].choices = [(str(pk), name) for pk, name in services]
        self.fields["plan_types"].choices = [(one, one) for one in plan_types]
        self.fields["worker"].choices = [
            ("", "Any worker"),
            *((str(pk), name) for pk, name in workers),
        ]
        rule = (
            f"The framework leaves out what was audited within {cool_off} months in any case."
            if cool_off
            else "The framework has no rule on it."
        )
        self.fields["months"].help_text = f"Leave it empty if it does not matter. {rule}"
        if not plan_types:
            del self.fields["plan_types"]
        if not with_day:
            del self.fields["audit_on"]
        if len(tools) == 1:
            del self.fields["tool"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        how, size = data.get("how"), data.get("size")
        if how in {NUMBER, PERCENT} and "size" not in self.errors:
            if not size:
                self.add_error("size", "Enter how many files, or how many per cent.")
            elif how == PERCENT and size > 100:
                self.add_error("size", "No more than 100 % can be drawn.")
        if how == EACH and "by" not in self.errors and not data.get("by"):
            self.add_error("by", "Choose what the pool is divided by.")
        return data

    @property
    def first_of_month(self) -> date:
        """The first day of the chosen month."""
        year, month = self.cleaned_data["month"].split("-")
        return date(int(year), int(month), 1)

    @property
    def filters(self) -> Filters:
        """The chosen cases."""
        data = self.cleaned_data
        return Filters(
            services=tuple(map(int, data["services"])),
            plan_types=tuple(data.get("plan_types", ())),
            workers=(int(data["worker"]),) if data["worker"] else (),
            open_since=data["open_since"],
            months=data["months"],
        )

    def rule(self, quotas: Mapping[str, int] | None = None) -> Rule:
        """The rule; where each part has a number of its own, with those numbers."""
        data = self.cleaned_data
        by = tuple(data["by"])
        if data["how"] == EACH:
            return Rule(by, quotas=quotas)
        if data["how"] == PERCENT:
            return Rule(by, percent=data["size"])
        return Rule(by, number=data["size"])


class SeedForm(ServiceForm):
    """Where the seed comes from."""

    field_order = ("title", "reason")

    seed_kind = forms.ChoiceField(
        label="Where does the seed come from?",
        widget=Radios,
        choices=Draw.Seed.choices[::-1],
        error_messages={"required": "Choose where the seed comes from."},
    )
    seed_source = forms.CharField(
        label="Which published value?",
        help_text="Only for a published value. Say exactly which, so that there is only one: for example “The six main numbers of the National Lottery Lotto draw of Saturday 14 November 2026, rising, without the bonus ball”.",
        max_length=300,
        required=False,
    )
    seed_known_on = DateField(
        label="On which day is it published?",
        help_text="Only for a published value. It must be after today.",
        required=False,
    )

    @property
    def seed(self) -> SeedTerms:
        """The chosen seed; for two people's words nothing else counts."""
        data = self.cleaned_data
        if data["seed_kind"] != Draw.Seed.PUBLIC:
            return SeedTerms(data["seed_kind"])
        return SeedTerms(data["seed_kind"], data["seed_source"], data["seed_known_on"])


class FreezeForm(SeedForm):
    """What the draw is called, and how many files each part gives where that is fixed."""

    title = forms.CharField(
        label="What is the draw for?",
        help_text="For example: Audits of November, all services. Use no child’s name.",
        max_length=200,
        error_messages={"required": "Say what the draw is for."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, strata: Mapping[str, int], each: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"n_{fingerprint(name)[:12]}": name for name in strata} if each else {}
        for key, name in self.names.items():
            self.fields[key] = whole_number(name, 10_000, low=0, initial=0, required=False)
            self.fields[key].widget.attrs["class"] = "govuk-input govuk-input--width-3"
        self.order_fields(["title", *self.names])

    def boxes(self) -> Iterable[tuple[str, Any]]:
        """The boxes of the parts' numbers by the part's name."""
        return ((name, self[key]) for key, name in self.names.items())

    @property
    def quotas(self) -> dict[str, int]:
        """The numbers for each part; a part without one gives none."""
        return {
            name: self.cleaned_data.get(key) or 0
            for key, name in self.names.items()
            if self.cleaned_data.get(key)
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.names and not self.errors and not any(data.get(key) for key in self.names):
            self.add_error(next(iter(self.names)), "Give at least one part a number from 1.")
        return data


class AgainForm(SeedForm):
    """Why the files are drawn again, with a seed of its own."""

    reason = forms.CharField(
        label="Why are the files drawn again?",
        help_text="The certificates of both draws carry the reason. Use no child’s name.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the files are drawn again."},
    )


class ShareForm(ServiceForm):
    """One person's words."""

    words = forms.CharField(
        label="Your words",
        help_text="Any words that nobody can guess, at least 8 characters. They are shown, with your name, once the files are drawn.",
        max_length=200,
        error_messages={"required": "Give your words."},
    )


class ValueForm(ServiceForm):
    """The published value."""

    value = forms.CharField(
        label="The value as published",
        help_text="Type it with spaces between its parts. It can be entered once; the files are drawn at once.",
        max_length=500,
        error_messages={"required": "Enter the value."},
    )


class ReplaceForm(ServiceForm):
    """Why a drawn file is replaced."""

    why = forms.ChoiceField(
        label="Why is this file replaced?",
        widget=Radios,
        choices=Replacement.Why.choices,
        error_messages={"required": "Choose the reason."},
    )
    note = forms.CharField(
        label="Note (if needed)",
        help_text="Use no child’s name.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
