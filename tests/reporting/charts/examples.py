"""One example of each form of chart, and the numbers that each must say."""

from reporting.charts.forms import (
    Bar,
    ControlChart,
    CountRow,
    Counts,
    DotPlot,
    DotRow,
    Funnel,
    Heat,
    HeatMap,
    Mark,
    PairedBars,
    PairRow,
    Point,
    Series,
    SpanRow,
    Spans,
    StackedBars,
    Step,
    StepCurve,
    Transitions,
)
from reporting.charts.palette import ranked

GRADES = ("Outstanding", "Good", "Requires improvement", "Inadequate")
SERIES = tuple(Series(one, ranked(at)) for at, one in enumerate(GRADES))
MONTHS = ("October 2025", "November 2025", "December 2025", "January 2026", "February 2026")


def point(at, label, signal="", **more):
    return Point(
        label, 11 + at, 31 + at, (11 + at) / (31 + at), 0.4, 0.14, 0.66, signal=signal, **more
    )


EXAMPLES = {
    "stacked": StackedBars(
        SERIES,
        (Bar("Early Help", (13, 24, 0, 11), "48 audits"), Bar("Council", (91, 212, 1, 2)), Bar("None", (0, 0, 0, 0))),
    ),
    "control": ControlChart(
        "Good or better",
        (
            point(0, MONTHS[0], "outside", better=False),
            point(1, MONTHS[1], "shift", better=True),
            point(2, MONTHS[2], "near"),
            Point(MONTHS[3], 2, 4, 0.5, 0.4, joined=False),
            point(4, MONTHS[4]),
            Point("March 2026", 0, 0, None, 0.4, joined=False),
        ),
        (Mark(1, "Inspection"), Mark(4, "New model", rebased=True)),
        ceiling=0.1,
    ),
    "heat": HeatMap(
        ("Early Help", "Care"),
        ("Plan", "Review"),
        ((Heat(0.1, "1.5 (14)"), Heat(None, "2 of 3")), (Heat(1, "9.1 (15)"), Heat(0.5, "5.2 (16)"))),
        "Lowest",
        "Highest",
    ),
    "dots": DotPlot(
        (DotRow("Plan", 6.1, (5.5, None, 5.9), "21 audits"), DotRow("Review", None, ()), DotRow("Aim", 3.4, (4.5,))),
        0,
        10,
        "Mean",
    ),
    "steps": StepCurve((Step(9, 0.81, 0.66, 0.93), Step(33, 0.42, 0.21, 0.59)), 84, ((28, "4 weeks"), (90, "later"))),
    "funnel": Funnel((("Audits", 120), ("Asked", 88), ("Answered", 3)), (("Declined", 19), ("Not safe to ask", 17))),
    "pairs": PairedBars(
        "Audited", "Caseload", (PairRow("Age", None, None), PairRow("Under 1", 0.12, 0.25, differs=True), PairRow("1 to 4", None, 0.0))
    ),
    "transitions": Transitions(GRADES, ((31, 2, 0, 0), (1, 48, 12, 0), (0, 4, 39, 3), (0, 0, 5, 9)), "Auditor", "Moderated"),
    "spans": Spans(
        (SpanRow("Auditor 1", -0.8, -1.25, 0.3, "24 audits"), SpanRow("Auditor 2", None, None, None, "3 audits"), SpanRow("Auditor 3", 1.5, None, None)),
        -2,
        2,
        0,
        "stricter",
        "more generous",
    ),
    "counts": Counts((CountRow("Managers", 92, 120), CountRow("Directors", 0, 4), CountRow("Others", 1234)), "Audits"),
}  # fmt: skip
NUMBERS = {
    "stacked": "13 24 11 48 91 212 1 2",
    "control": "11 31 12 32 13 33 2 4 15 35 0 40% 14% 66% 10%",
    "heat": "1.5 14 2 3 9.1 15 5.2 16",
    "dots": "6.1 5.5 5.9 21 3.4 4.5",
    "steps": "9 81% 66% 93% 33 42% 21% 59% 28",
    "funnel": "120 88 3 19 17",
    "pairs": "12% 25% 0%",
    "transitions": "31 2 1 48 12 4 39 3 5 9 0",
    "spans": "−0.8 −1.25 0.3 24 3 1.5",
    "counts": "92 120 0 4 1,234",
}
EMPTY = {
    "stacked": StackedBars(SERIES, ()),
    "control": ControlChart("X", ()),
    "heat": HeatMap((), (), (), "a", "b"),
    "dots": DotPlot((), 0, 1),
    "steps": StepCurve((), 0),
    "funnel": Funnel(()),
    "pairs": PairedBars("a", "b", ()),
    "transitions": Transitions((), (), "a", "b"),
    "spans": Spans((), 0, 1, 0.5, "a", "b"),
    "counts": Counts(()),
}
ZERO = {
    "stacked": StackedBars(SERIES, (Bar("A", (0, 0, 0, 0)),)),
    "control": ControlChart("X", tuple(Point(one, 0, 12, 0.0) for one in MONTHS)),
    "heat": HeatMap(("A",), ("B",), ((Heat(0, "0"),),), "a", "b"),
    "dots": DotPlot((DotRow("A", 0, (0, 0)),), 0, 0),
    "steps": StepCurve((Step(0, 0.0, 0.0, 0.0),), 0),
    "funnel": Funnel((("A", 0), ("B", 0))),
    "pairs": PairedBars("a", "b", (PairRow("A", 0, 0),)),
    "transitions": Transitions(("A", "B"), ((0, 0), (0, 0)), "a", "b"),
    "spans": Spans((SpanRow("A", 0, 0, 0),), 0, 0, 0, "a", "b"),
    "counts": Counts((CountRow("A", 0, 0),)),
}
