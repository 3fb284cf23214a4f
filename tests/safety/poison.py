"""Words that would be a script, a template, a formula or a command, put into every text that a table holds."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pgtrigger
import yaml
from django.apps import apps
from django.db import models

LONG = (
    "\"'><svg/onload=xss(1)><script>xss(2)</script><img src=x onerror=xss(3)> "
    "javascript:xss(4) </textarea></title></style><b onmouseover=xss(5)> "
    "{{ settings.SECRET_KEY }}{% load x %}${7*7}%s%n{0.__class__}"
)
MIDDLE = "\"'><svg/onload=xss(1)><b onclick=xss(2)>{{ 7 }}"
SHORT = "'\"><b onclick=xss(1)>"
# Attributes that are a link, of which none may be a script.
LINKS = {"href", "src", "action", "formaction", "data", "poster"}


def poisons(length: int | None) -> str:
    """As much of it as fits."""
    if length is None or length >= len(LONG):
        return LONG
    return MIDDLE if length >= len(MIDDLE) else SHORT[:length]


def is_prose(field: models.Field) -> bool:
    """Whether a column holds words that people write, and no code, state or address."""
    if field.choices or field.unique or field.primary_key:
        return False
    if isinstance(field, models.TextField):
        return True
    return isinstance(field, models.CharField) and (field.max_length or 0) >= len(SHORT)


def poison_all(ours: set[str], apart: set[str]) -> int:
    """Put it into every text of every row of these rooms; how many cells that were."""
    cells = 0
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in ours or label in apart or "Event" in model.__name__:
            continue
        if hasattr(model, "pgh_tracked_model"):
            continue
        fields = [one for one in model._meta.concrete_fields if f"{label}.{one.name}" not in apart]
        for row in model._default_manager.all():
            changed = dict(changes(row, fields))
            if changed:
                with pgtrigger.ignore():
                    model._default_manager.filter(pk=row.pk).update(**changed)
                cells += len(changed)
    return cells


def changes(row: models.Model, fields: list[models.Field]) -> Iterator[tuple[str, Any]]:
    """The new value of each column of a row that holds prose."""
    for field in fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.JSONField):
            made = poisoned(value)
            if made != value:
                yield field.attname, made
        elif field.name == "source" and row._meta.label == "standards.FrameworkVersion":
            yield field.attname, yaml.safe_dump(poisoned(yaml.safe_load(value)), sort_keys=False)
        elif is_prose(field) and isinstance(value, str) and " " in value.strip():
            room = (field.max_length or 10_000) - len(value)
            yield (
                field.attname,
                value + poisons(room) if room >= len(SHORT) else poisons(field.max_length),
            )


def poisoned(value: Any) -> Any:
    """A value of which every text with several words carries it too."""
    if isinstance(value, dict):
        return {name: poisoned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    if isinstance(value, str) and value.count(" ") >= 2 and len(value) > 14:
        return value + MIDDLE
    return value


class Finder(HTMLParser):
    """What a browser would run in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("script")
        if tag in {"iframe", "object", "embed", "base", "style"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.found.append(f"{tag} {name}")
            if name in LINKS and (value or "").strip().lower().startswith(
                ("javascript:", "data:text")
            ):
                self.found.append(f"{tag} {name}={value}")


def runs(page: str) -> list[str]:
    """What a browser would run in a page, besides the scripts that the page names itself."""
    finder = Finder()
    finder.feed(page)
    return finder.found
