"""Charts: frozen forms in, one accessible SVG out, the same on a page and on paper."""

from typing import Any

from reporting.charts import (
    bars,
    controls,
    counts,
    dots,
    funnels,
    heat,
    pairs,
    spans,
    steps,
    transitions,
)
from reporting.charts.forms import (
    Chart,
    ControlChart,
    Counts,
    DotPlot,
    Funnel,
    HeatMap,
    PairedBars,
    Spans,
    StackedBars,
    StepCurve,
    Transitions,
)
from reporting.charts.svg import SIZE, Sheet


def draw(chart: Chart, *, title: str, description: str, key: str, narrow: bool = False) -> str:
    """A chart as one SVG with its title and description; `key` begins its ids, which are its own on a page.

    `narrow`: laid out anew for a phone; a page holds both and its style shows one, paper takes the wide one.
    """
    sheet = Sheet(narrow=narrow)
    _form(chart, sheet)
    if not sheet.height:
        sheet.text(0, SIZE, "Nothing to show yet.")
    return sheet.svg(title, description, f"{key}-narrow" if narrow else key)


def _form(chart: Any, sheet: Sheet) -> None:
    match chart:
        case StackedBars():
            bars.draw(chart, sheet)
        case ControlChart():
            controls.draw(chart, sheet)
        case HeatMap():
            heat.draw(chart, sheet)
        case DotPlot():
            dots.draw(chart, sheet)
        case StepCurve():
            steps.draw(chart, sheet)
        case Funnel():
            funnels.draw(chart, sheet)
        case PairedBars():
            pairs.draw(chart, sheet)
        case Transitions():
            transitions.draw(chart, sheet)
        case Spans():
            spans.draw(chart, sheet)
        case Counts():
            counts.draw(chart, sheet)
