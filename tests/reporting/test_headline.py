"""The three questions at the head of figures."""

from reporting.figure import Figure, Value
from reporting.headline import NEEDED, three_questions
from reporting.selectors.catalogue import MEASURES


def figure(code, **values):
    named = {name: Value(name.capitalize(), words) for name, words in values.items()}
    return Figure(code, code, "", "", (), (), signal="signal", values=named)


def test_each_question_is_answered_by_the_numbers_that_are_there():
    figures = {
        "month-audits": figure("month-audits", returned="4 of 7"),
        "good-over-time": figure("good-over-time", signal="signal"),
        "loops": figure("loops", better="1 of 2"),
    }

    found = three_questions(figures.__getitem__, figures)

    assert [(one.code, [answer.words for answer in one.answers]) for one in found] == [
        ("much", ["4 of 7"]),
        ("well", ["signal"]),
        ("better", ["1 of 2"]),
    ]
    assert [one.answers[0].figure for one in found] == ["month-audits", "good-over-time", "loops"]
    assert [one.answers[0].signal for one in found] == ["", "signal", ""]


def test_a_figure_that_is_not_known_is_not_read():
    assert [one.answers for one in three_questions({}.__getitem__, ())] == [(), (), ()]


def test_every_number_that_is_asked_for_is_a_value_of_its_figure():
    assert set(NEEDED) <= set(MEASURES)
