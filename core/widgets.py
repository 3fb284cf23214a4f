"""Boxes and selects as Django writes them, without a template for each option: for the forms above long lists."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe


def written(attrs: Mapping[str, Any]) -> str:
    """The attributes of a tag, each with a space before it."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def options(choices: Iterable[tuple[Any, Any]], chosen: list[str]) -> str:
    """A line for each choice without groups; the first that is chosen is marked."""
    lines, marked = [], False
    for value, label in choices:
        text = "" if value is None else str(value)
        now = not marked and text in chosen
        marked = marked or now
        mark = " selected" if now else ""
        lines.append(f'\n  <option value="{escape(text)}"{mark}>{escape(str(label))}</option>')
    return "".join(lines)


class QuickSelect(forms.Select):
    """A select of one choice without groups. `given` are its choices where they are taken as they are."""

    given: list[tuple[Any, Any]] | None = None

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        own = written(self.build_attrs(self.attrs, attrs))
        choices = self.choices if self.given is None else self.given
        lines = options(choices, self.format_value(value))
        # Everything in it went through `escape`.
        return mark_safe(f'<select name="{escape(name)}"{own}>{lines}\n</select>')  # noqa: S308 - escaped


class QuickInput(forms.TextInput):
    """A box for one line."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        own = written(self.build_attrs(self.attrs, attrs))
        text = self.format_value(value)
        given = "" if text is None else f' value="{escape(str(text))}"'
        # Everything in it went through `escape`.
        return mark_safe(  # noqa: S308 - escaped
            f'<input type="{self.input_type}" name="{escape(name)}"{given}{own}>'
        )


class QuickDate(QuickInput, forms.DateInput):
    """A box for a day."""
