"""What a text says: a strength, something to develop, a barrier, a difference that was made, or what somebody said. Plain."""

import re

STRENGTH, DEVELOP, BARRIER, DIFFERENCE, SAID = (
    "strength",
    "develop",
    "barrier",
    "difference",
    "said",
)
KINDS = {
    STRENGTH: "Strength",
    DEVELOP: "To develop",
    BARRIER: "Barrier",
    DIFFERENCE: "Difference made",
    SAID: "What people say",
}
# Each kind's key on the keyboard.
KEYS = {STRENGTH: "s", DEVELOP: "d", BARRIER: "b", DIFFERENCE: "e", SAID: "v"}
# By words of a question's code and label, the first that fits; frameworks name the same things in many ways.
SIGNS = (
    (SAID, r"\bwhat do they say|\bfeedback\b|\btold us\b|\bin your own words"),
    (BARRIER, r"barrier|hinder|in the way|obstacle|\bwhy_not\b|\bmissing\b"),
    (
        DEVELOP,
        r"develop|attention|move_up|move it up|\bbetter\b|\bchange\b|worr|concern|improve|\bneeds?\b"
        r"|learning circle|\bcircle\b|corrective|further",
    ),
    (DIFFERENCE, r"difference|impact|changed\b|outcome for|made better"),
    (STRENGTH, r"strength|good|work(?:ed|s|ing)[_ ]well|celebrat|recognis|\blikes\b|proud"),
)
# These come before what their words would say: “what has your worker made better” asks for a difference.
FIRST = (
    (DIFFERENCE, r"\bdifference\b.*|\bimpact\b|made better"),
    (STRENGTH, r"good_practice|worked well"),
)
VOICE = re.compile(r"feedback|voice|what they say|told us", re.IGNORECASE)


def kind_of(code: str, label: str, section: str = "") -> str:
    """The kind that a question's code, label and section suggest; empty where they say nothing. People decide.

    What somebody outside the service says is theirs first, unless the question asks for a difference.
    """
    own = code.rsplit(".", 1)[-1]
    words = f"{own} {own.replace('_', ' ')} {label}".lower()
    for kind, sign in FIRST:
        if re.search(sign, words):
            return kind
    if VOICE.search(section):
        return SAID
    return next((kind for kind, sign in SIGNS if re.search(sign, words)), "")
