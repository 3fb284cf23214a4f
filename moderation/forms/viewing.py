"""The moderation form, made from what the framework asks; nothing in it is written in code."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from audits.words import Choice
from core.forms import DateField, Radios, ServiceForm
from moderation.asking import (
    AGREE,
    BLANK,
    DONE_CHOICES,
    GRADE,
    NAMING,
    NOTE,
    PROPOSE,
    VERDICTS,
    Asked,
    Key,
    Said,
)
from moderation.words import Line, saved_since
from standards.policy import Moderation as Rule

LONGEST = 20_000
NEITHER = ""


def text_field(label: str, rows: int = 4, hint: str = "") -> forms.CharField:
    """A text of one's own."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONGEST,
        required=False,
    )


def choice_field(label: str, choices: list[tuple[str, str]], hint: str = "") -> forms.ChoiceField:
    """One of some answers."""
    return forms.ChoiceField(
        label=label, help_text=hint, choices=choices, widget=Radios, required=False
    )


def words_of(choices: tuple[Choice, ...]) -> list[tuple[str, str]]:
    """Grades and scale values as choices: “4 – Requires improvement”; a grade given directly is its word."""
    return [
        (one.code, one.label if one.code == one.grade else f"{one.label} – {one.hint}".rstrip(" –"))
        for one in choices
    ]


def short_words(choices: tuple[Choice, ...]) -> list[tuple[str, str]]:
    """The choices of an item, with a first one that says nothing."""
    return [(NEITHER, "Not scaled"), *words_of(choices)]


class ViewForm(ServiceForm):
    """What the moderator says. Everything can be left open while it is written."""

    # `read_version` is what the form knows; `told_version` what is saved since, once the person has been told of it.
    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    told_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened = forms.JSONField(widget=forms.HiddenInput, required=False)
    # What somebody else has saved since, where the person is told of it.
    theirs: tuple[Line, ...] = ()

    def __init__(
        self, *args: Any, asked: list[Asked], rule: Rule, before: str, **kwargs: Any
    ) -> None:
        self.asked = asked
        super().__init__(*args, **kwargs)
        direct = any(one.content.kind == "overall" for one in asked)
        for one in asked:
            self.fields.update(fields_of(one, rule, before, overall_asked=direct))
        self.dress()

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields that are about the whole, in the framework's order."""
        items = {name for one in self.items_asked for name in (one.name, f"{one.name}__{NOTE}")}
        return [field for field in self if field.name not in items and not field.is_hidden]

    @property
    def items_asked(self) -> list[Asked]:
        """What is asked about single questions or sections."""
        return [one for one in self.asked if one.content.kind == "items"]

    @property
    def items(self) -> list[tuple[Asked, forms.BoundField, forms.BoundField]]:
        """Each item with its two fields."""
        return [(one, self[one.name], self[f"{one.name}__{NOTE}"]) for one in self.items_asked]

    @property
    def opened_with(self) -> dict[Key, str] | None:
        """The marks of what the form was opened with; None where it does not say."""
        found = self.cleaned_data.get("opened")
        if not isinstance(found, dict):
            return None
        pairs = ((name.partition("|"), str(mark)) for name, mark in found.items())
        return {(content, about): mark for (content, _, about), mark in pairs}

    def saved(self, said: Mapping[Key, Said], version: int, now: Mapping[Key, Said]) -> None:
        """Let the form that goes back know what is saved now, as far as what was said in it is the same."""
        opened = self.opened_with or {}
        same = {key: one.mark for key, one in said.items() if one == now.get(key, BLANK)}
        changed = {"opened": json.dumps(named(opened | same))}
        if len(same) == len(said):
            changed |= {"read_version": str(version), "told_version": ""}
        self.carry(**changed)

    def tell(self, version: int, now: Mapping[Key, Said]) -> None:
        """Let the form that goes back show what somebody has saved, and know that the person was told of it."""
        self.theirs = saved_since(self.asked, now, self.opened_with)
        self.carry(told_version=str(version))

    def carry(self, **hidden: str) -> None:
        """Put other values into the hidden fields of the form that goes back."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in hidden.items():
            data[name] = value
        self.data = data

    def said(self) -> dict[Key, Said]:
        """What was typed, as values; a field that could not be read is left as it was."""
        found: dict[Key, Said] = {}
        for one in self.asked:
            found.update(read(one, self.cleaned_data))
        return found


def fields_of(
    one: Asked, rule: Rule, before: str, *, overall_asked: bool
) -> dict[str, forms.Field]:
    """The form fields of one thing that is asked; `before` is the auditor's grade in words, empty when kept back."""
    label = one.content.label
    hint = "" if one.content.required else "Optional"
    match one.content.kind:
        case "text" | "reason":
            return {one.name: text_field(label, hint=hint)}
        case "date":
            return {
                one.name: DateField(label=label, help_text="For example 4 5 2026", required=False)
            }
        case "number":
            advice = (
                f"{rule.minutes} at most is advised; more is not refused." if rule.minutes else ""
            )
            return {
                one.name: forms.IntegerField(
                    label=label,
                    help_text=advice or hint,
                    min_value=0,
                    max_value=100_000,
                    required=False,
                )
            }
        case "tick":
            return {one.name: forms.BooleanField(label=label, required=False)}
        case "yes_no":
            return {one.name: choice_field(label, [("yes", "Yes"), ("no", "No")], hint)}
        case "overall":
            return {one.name: choice_field(label, words_of(one.choices))}
        case "items":
            return {
                one.name: forms.ChoiceField(
                    label="Your scaling", choices=short_words(one.choices), required=False
                ),
                f"{one.name}__{NOTE}": text_field("Your comment", rows=2),
            }
        case "actions_completed":
            return {
                one.name: choice_field(label, list(DONE_CHOICES)),
                f"{one.name}__{NOTE}": text_field("Where this is documented", rows=2),
            }
        case "agreement":
            agree = f"I agree: {before}" if before else "I agree with the grade"
            fields: dict[str, forms.Field] = {
                one.name: choice_field(
                    label, [(AGREE, agree), (PROPOSE, "I propose another grade")]
                )
            }
            if not overall_asked:
                fields[f"{one.name}__{GRADE}"] = choice_field(
                    "The grade that you propose", words_of(one.choices), "If you propose another"
                )
            return fields
        case "verdict":
            return {
                one.name: choice_field(label, list(VERDICTS)),
                f"{one.name}__{GRADE}": choice_field(
                    "The grade that the content supports", words_of(one.choices), "If it is another"
                ),
            }
        case _:
            return {}


def read(one: Asked, data: Mapping[str, Any]) -> dict[Key, Said]:
    """What was typed for one thing that is asked; nothing for a field that could not be read."""
    if one.name not in data:
        return {}
    value, key = data[one.name], one.key
    code = one.content.code
    match one.content.kind:
        case "text" | "reason":
            return {key: Said(text=clean(value))}
        case "date":
            return {key: Said(day=value)}
        case "number":
            return {key: Said(number=value)}
        case "tick":
            return {key: Said(code="yes" if value else "")}
        case "yes_no":
            return {key: Said(code=value)}
        case "overall":
            return {key: chosen(value)}
        case "items":
            picked = chosen(value)
            note = clean(data.get(f"{one.name}__{NOTE}", ""))
            return {key: Said(picked.number, picked.code, note)}
        case "actions_completed":
            return {key: Said(code=value, text=clean(data.get(f"{one.name}__{NOTE}", "")))}
        case "agreement" | "verdict":
            names = value in {NEITHER, *NAMING}
            grade = chosen(data.get(f"{one.name}__{GRADE}", "")) if names else BLANK
            return {key: Said(code=value), (code, GRADE): grade}
        case _:
            return {}


def chosen(value: str) -> Said:
    """A choice: a number of a scale, or a code."""
    return Said(number=int(value)) if value.isdigit() else Said(code=value)


def clean(text: str) -> str:
    """One way of ending lines, nothing after the end."""
    return text.replace("\x00", "").replace("\r\n", "\n").rstrip()


def named(marks: Mapping[Key, str]) -> dict[str, str]:
    """Marks as a hidden field carries them."""
    return {"|".join(key): mark for key, mark in marks.items()}


def marks_of(said: Mapping[Key, Said]) -> dict[str, str]:
    """The marks of what a form is opened with."""
    return named({key: one.mark for key, one in said.items()})


def initial_of(asked: list[Asked], said: Mapping[Key, Said]) -> dict[str, Any]:
    """What has been said so far, as the fields show it."""
    found: dict[str, Any] = {}
    for one in asked:
        now = said.get(one.key, BLANK)
        match one.content.kind:
            case "text" | "reason":
                found[one.name] = now.text
            case "date":
                found[one.name] = now.day
            case "number":
                found[one.name] = now.number
            case "tick":
                found[one.name] = bool(now.code)
            case "agreement" | "verdict":
                found[one.name] = now.code
                found[f"{one.name}__{GRADE}"] = said.get((one.content.code, GRADE), BLANK).choice
            case _:
                found[one.name] = now.choice
                found[f"{one.name}__{NOTE}"] = now.text
    return found
