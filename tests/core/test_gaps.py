"""A text with gaps: only the words around them are kept, and what stands in one is escaped."""

import pytest
from django.template import Context, Template

from core.gaps import Gapped, gap


def written(values):
    words = Template('<p id="{{ id }}">{{ said }}</p>')
    kept = Gapped.of(words.render(Context({"id": gap("id"), "said": gap("said")})))
    return kept.filled(values)


@pytest.mark.parametrize("said", ["Plain", "<b>&\"'</b>", "", "1 < 2", "\x00id\x00", "é – ☺"])
def test_a_gap_is_filled_with_what_the_template_would_have_written(said):
    template = Template('<p id="{{ id }}">{{ said }}</p>')

    assert written({"id": "a-1", "said": said}) == template.render(
        Context({"id": "a-1", "said": said})
    )


def test_a_gap_without_a_value_stays_empty_and_nothing_of_another_filling_is_left():
    kept = Gapped.of(f"<p>{gap('who')}, {gap('what')}</p>")

    first, second = kept.filled({"who": "Amina", "what": "7"}), kept.filled({})

    assert (first, second) == ("<p>Amina, 7</p>", "<p>, </p>")
    assert kept.pieces == ("<p>", "who", ", ", "what", "</p>")
