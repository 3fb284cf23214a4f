"""Which figures of one report may stand beside each other where many read, so that none gives away what another withholds. Plain.

Each figure withholds its own small numbers. Figures that count the same things in different ways could still be taken
together: one shows the parts of a sum of which the other hides one. So where any figure of such a set withholds something, only the
first of the set stands (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 5: linked tables).
"""

from collections.abc import Mapping

from reporting.figure import Figure

LINKED: tuple[tuple[str, ...], ...] = (
    (
        "grades",
        "grades-by-service",
        "good-over-time",
        "inadequate-over-time",
        "grade-changes",
        "moderation-coverage",
        "loops",
        "weakest-items",
    ),
    ("sections-by-service", "sections-over-time", "scales"),
    ("asked", "statements", "family-and-auditor"),
    ("actions-by-age", "time-to-close", "escalations", "impact", "immediate-tasks"),
    ("programme-delivery", "month-audits", "timeliness", "activities"),
    ("strengths", "develop", "barriers", "difference", "returning-themes"),
)


def withholds(figure: Figure) -> bool:
    """Whether any number of a figure is withheld."""
    return any(cell.kept == "withheld" for row in figure.rows for cell in row.cells)


def together(shown: Mapping[str, Figure]) -> dict[str, Figure]:
    """The figures, each with its small numbers withheld already, that may be shown together."""
    left_out = set()
    for codes in LINKED:
        there = [code for code in codes if code in shown]
        if any(withholds(shown[code]) for code in there):
            left_out.update(there[1:])
    return {code: one for code, one in shown.items() if code not in left_out}
