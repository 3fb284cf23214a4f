"""What follows an audit: faults in follow-ups, the loop, ladders and messages are told at their place."""

import pytest

from tests.standards.test_crosscheck import POSTS, ladder, rung, told

LIMIT = {"number": 5, "unit": "working_days", "from": "returned"}
LOOP = {"owner": "worker.next_level", "authorised_by": "worker.head_of_service"}
WEEK, DAYS = {"number": 1, "unit": "weeks"}, {"number": 2, "unit": "days"}
KNOWN = (
    "Known are {case}, {days_late}, {due}, {item}, {meeting}, {more}, {owner}, {practitioner}; "
    "write {{ for a plain brace."
)


def text(words: str, event: str = "rung", subject: str = "About {item}") -> dict[str, str]:
    return {"event": event, "subject": subject, "text": words}


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        (
            {"follow_ups": [{"code": "a", "title": "A", "limit": LIMIT}]},
            (
                "follow_ups[0].owner",
                "This follow-up has a limit and nobody to do it. Say whose it is, or take “limit” out.",
            ),
        ),
        (
            {"closing_loop": {**LOOP, "authorised_by": "worker.next_level"}},
            (
                "closing_loop.authorised_by",
                "The same post fills the form and authorises it. Name another one for one of the two.",
            ),
        ),
        (
            {"templates": [text("It is late."), text("Again.")]},
            ("templates[1].event", "There is a text for “rung” already. Keep one of them."),
        ),
        (
            {"templates": [text("The child {name} waits.")]},
            ("templates[0].text", f"Nothing stands for “{{name}}” here. {KNOWN}"),
        ),
        (
            {"templates": [text("Late.", subject="{who}")]},
            ("templates[0].subject", f"Nothing stands for “{{who}}” here. {KNOWN}"),
        ),
        (
            {"templates": [text("Since {due:%d}.")]},
            ("templates[0].text", f"Nothing stands for “{{due:%d}}” here. {KNOWN}"),
        ),
        (
            {"templates": [text("An open { brace")]},
            ("templates[0].text", "The braces do not match. Write {{ and }} for plain ones."),
        ),
        (
            {"ladders": ladder(rung(after=WEEK), longest=DAYS)},
            (
                "ladders[0].longest",
                "2 days for the whole ladder is shorter than its first rung, which comes after 1 week. "
                "Make it longer, or the rung earlier.",
            ),
        ),
        (
            {"ladders": ladder(rung(after=DAYS, otherwise=["owner"]))},
            (
                "ladders[0].rungs[0].otherwise",
                "This ladder climbs by itself: where nobody is left, the people of the next rung are told. "
                "Take this out, or write “kind: stages” with the ladder.",
            ),
        ),
        (
            {"ladders": ladder(rung(after=DAYS), informal_first=True)},
            (
                "ladders[0].informal_first",
                "This ladder climbs by itself, and nobody raises it. "
                "Take this out, or write “kind: stages” with the ladder.",
            ),
        ),
        (
            {"ladders": ladder(rung(otherwise=["council.post.BOSS"]), kind="stages")},
            ("ladders[0].rungs[0].otherwise[0]", POSTS.format("BOSS")),
        ),
    ],
)
def test_what_cannot_be_is_told_at_its_place(groups, fault):
    assert told(**groups) == [fault]


@pytest.mark.parametrize(
    "groups",
    [
        {"follow_ups": [{"code": "a", "title": "A", "owner": "auditor", "limit": LIMIT}]},
        {"closing_loop": LOOP},
        {
            "closing_loop": LOOP,
            "grade_triggers": [{"code": "a", "point": "returned", "loop": True}],
        },
        {
            "templates": [
                text("{item} of {case} is {days_late} late, {{really}}. {owner} {due} {more}")
            ]
        },
        {"templates": [text("Soon.", event="reminder"), text("Late.")]},
        {"ladders": ladder(rung(after=DAYS), rung(after=WEEK), longest=DAYS)},
        {"ladders": ladder(rung(otherwise=["owner"]), kind="stages", informal_first=True)},
        {"reminders": []},
    ],
)
def test_what_can_be_is_left_alone(groups):
    assert told(**groups) == []
