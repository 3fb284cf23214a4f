"""Filling any form in the browser: each part by its kind, as a person would, until every part says it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

WORDS = "She draws with me now and says what worries her; it is in the notes of the visits."
# What is chosen where several answers are offered and the journey does not say which.
LIKELY = ("yes", "answered", "good")
LIST = """() => [...document.querySelectorAll('[data-part][data-url]')].map(part => ({
    id: part.id,
    code: part.dataset.part,
    radios: [...part.querySelectorAll('input[type=radio]')].map(one => one.value),
    boxes: [...part.querySelectorAll('input[type=checkbox]')].map(one => one.value),
    area: !!part.querySelector('textarea'),
    day: !!part.querySelector('input[name$=":d"]'),
    line: !!part.querySelector('input[type=text]'),
    number: !!part.querySelector('input[type=text][inputmode=numeric]'),
}))"""
SAVED = """(ids) => ids.every(id => /^Saved \\d\\d:\\d\\d/.test(
    document.querySelector(`#${CSS.escape(id)} [data-save-state]`)?.textContent ?? ''))"""


@dataclass(frozen=True)
class OnFile:
    """An evidence answer: the words, where on the child's file, and the day, month and year."""

    text: str
    place: str = "Case notes"
    day: tuple[str, str, str] = ("4", "5", "2026")


def parts_of(page: Page) -> list[dict[str, Any]]:
    """What can be answered on the page, in order, with its kind told from its fields."""
    return list(page.evaluate(LIST))


def fill(
    page: Page,
    answers: Mapping[str, Any] | None = None,
    *,
    leave: frozenset[str] = frozenset(),
    only: bool = False,
) -> list[str]:
    """Answer every part of the page, or with `only` those named, and wait until each says that it is saved.

    `answers`: part code or its last piece → what to choose or write; `leave`: parts left as they are.
    Gives the codes of the parts that were answered.
    """
    given = dict(answers or {})
    done = []
    for part in parts_of(page):
        names = {part["code"], part["code"].rpartition(".")[2]}
        named = names & given.keys()
        if names & leave or (only and not named):
            continue
        answer_part(page, part, next((given[name] for name in sorted(named)), None))
        done.append(part)
    page.locator("h1").first.click()
    page.wait_for_function(SAVED, arg=[part["id"] for part in done], timeout=20_000)
    return [part["code"] for part in done]


def answer_part(page: Page, part: Mapping[str, Any], answer: Any) -> None:
    """Answer one part by its kind."""
    place = page.locator(f"#{part['id']}")
    if part["radios"]:
        value = answer or next((one for one in LIKELY if one in part["radios"]), part["radios"][0])
        place.locator(f"input[type=radio][value='{value}']").check(force=True)
    elif part["boxes"]:
        for value in answer or part["boxes"]:
            place.locator(f"input[type=checkbox][value='{value}']").check(force=True)
    elif part["area"]:
        seen = answer if isinstance(answer, OnFile) else OnFile(answer or WORDS)
        place.locator("textarea").fill(seen.text)
        if part["day"]:
            place.get_by_label("Where on file").fill(seen.place)
            date_in(place, seen.day)
    elif part["day"]:
        date_in(place, answer or ("4", "5", "2026"))
    else:
        place.locator("input[type=text]").fill(answer or ("3" if part["number"] else "Aunt"))


def date_in(place: Any, day: tuple[str, str, str]) -> None:
    """Fill the three boxes of a date."""
    for label, value in zip(("Day", "Month", "Year"), day, strict=True):
        place.get_by_label(label, exact=True).fill(value)
