import pytest

from learning.kinds import (
    BARRIER,
    DEVELOP,
    DIFFERENCE,
    KEYS,
    KINDS,
    SAID,
    STRENGTH,
    kind_of,
)


@pytest.mark.parametrize(
    ("code", "label", "section", "kind"),
    [
        ("q1.strengths", "Areas of strength", "health_check", STRENGTH),
        ("q1.develop", "Areas to develop", "health_check", DEVELOP),
        ("q6.move_up", "What would move it up? Areas to develop", "practice", DEVELOP),
        ("qi.worked_well", "What worked well, and what difference has it made?", "", DIFFERENCE),
        ("s1.good_practice", "Good practice", "standards", STRENGTH),
        ("plan.attention", "Areas needing attention", "planning", DEVELOP),
        ("outcome.impact", "Signs of impact", "outcome", DIFFERENCE),
        ("outcome.celebrate", "Good, creative or innovative practice to celebrate", "", STRENGTH),
        ("outcome.circle", "What to take to a practice learning circle", "", DEVELOP),
        ("self.better", "What could be better?", "self_assessment", DEVELOP),
        ("child.better", "What could we do better?", "feedback Feedback", SAID),
        ("child.difference", "What has our work made better?", "feedback", DIFFERENCE),
        ("voice.view", "What do they say?", "voice What they say", SAID),
        ("hinder.barriers", "What got in the way?", "practice", BARRIER),
        ("talk.notes", "What we see together", "conversation", ""),
    ],
)
def test_kind_of_reads_what_a_question_asks_for(code, label, section, kind):
    assert kind_of(code, label, section) == kind


def test_each_kind_has_a_key_of_its_own():
    assert KEYS.keys() == KINDS.keys()
    assert len(set(KEYS.values())) == len(KEYS)
