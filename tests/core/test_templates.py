"""What every page keeps to."""

import re

import pytest
from django.conf import settings

# These save while one types, and have a script of their own.
OTHER = {"audits/page.html", "audits/_conflict.html"}
ROOMS = ("actions", "audits", "escalation")
FORM = re.compile(r"<form[^>]*method=.post.*?</form>", re.S)
PAGES = [
    path.relative_to(settings.BASE_DIR / "templates").as_posix()
    for room in ROOMS
    for path in sorted((settings.BASE_DIR / "templates" / room).glob("*.html"))
]


@pytest.mark.parametrize("page", [one for one in PAGES if one not in OTHER])
def test_a_second_click_on_a_button_that_sends_something_does_nothing(page):
    text = (settings.BASE_DIR / "templates" / page).read_text()
    forms = [one for one in FORM.findall(text) if "open-message" not in one]

    buttons = [one for form in forms for one in re.findall(r"<button[^>]*>", form)]

    heedless = [
        one
        for one in buttons
        if 'data-module="govuk-button"' not in one or 'data-prevent-double-click="true"' not in one
    ]
    assert heedless == []
    assert len(buttons) >= len(forms)
