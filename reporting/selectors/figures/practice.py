"""What difference practice makes: themes that people coded, what was taught about them, and what comes back (G-24, G-45; reports §2, §8)."""

from dataclasses import dataclass
from functools import partial

from learning.change import windows
from learning.kinds import DEVELOP, KINDS, STRENGTH
from learning.selectors import for_figures
from learning.selectors.for_figures import ActivityRow, Kind, Themes
from people.selectors import managed_paths
from reporting.charts.forms import CountRow, Counts, SpanRow, Spans
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.scope import Scope
from reporting.selectors.whose import sees_all
from reporting.wording import plural, those
from standards.deadlines import months_after

# How many themes of one kind a figure names.
MOST = 8
SEES = "learning.see_themes"
TITLES: dict[Kind, tuple[str, str]] = {
    "strength": ("strengths", "Strengths"),
    "develop": ("develop", "To develop"),
    "barrier": ("barriers", "Barriers"),
    "difference": ("difference", "Difference made for children"),
}
# What a change of what was measured means: fewer things to develop are better, and more strengths.
MEANS = {
    (DEVELOP, "fewer"): "better",
    (DEVELOP, "more"): "worse",
    (STRENGTH, "more"): "better",
    (STRENGTH, "fewer"): "worse",
}
SIGNALS = {
    "better": "Better: {} named {} often, by more than chance explains",
    "worse": "Worse: {} named {} often, by more than chance explains",
    "none": "No change beyond chance",
    "few": "Too few audits to tell",
    "early": "Too early to tell",
}
UNTOLD = ("few", "early")
BY_ITSELF = "Themes are often taught when they stand high; some fall by themselves afterwards."
CODED = (
    "People of the QA team read what audits, moderation and feedback say and code each text with themes. A theme counts once for each audit. "
    "Shares are of audits of which something is coded."
)


@dataclass(frozen=True)
class Place:
    """Whose coded texts a figure counts, by the path of a unit; empty for the whole council.

    `own`: its reader may read all of them. `note` says whose they are where they are wider than what the reader may open.
    """

    path: str
    own: bool = True

    @property
    def note(self) -> tuple[str, ...]:
        """Whose numbers they are, where the reader may not open all of it."""
        if self.own:
            return ()
        whose = "Whole service" if self.path else "Whole council"
        return (f"{whose}: these numbers are not only of the audits that you may open.",)


def place_of(scope: Scope) -> Place:
    """The service, or the whole council; of a reader who does not read all grades, the one unit that they manage in it."""
    path = scope.service.path if scope.service else ""
    if scope.reader is None or sees_all(scope.reader):
        return Place(path)
    managed = managed_paths(scope.reader, scope.on)
    own = {
        max(path, one, key=len) for one in managed if one.startswith(path) or path.startswith(one)
    }
    widest = [
        one for one in own if not any(one != other and one.startswith(other) for other in own)
    ]
    return Place(widest[0]) if len(widest) == 1 else Place(path, own=False)


def themes(scope: Scope, kind: Kind) -> Figure:
    """The themes of one kind, the most frequent first, each with quotations that somebody chose."""
    code, title = TITLES[kind]
    place = place_of(scope)
    found = for_figures.themes(
        scope.council.pk,
        scope.first_on,
        scope.last_on,
        place.path,
        kind=kind,
        minimum=scope.minimum,
        at=scope.at,
    )
    rows = found.rows[:MOST]
    return Figure(
        code=code,
        title=title,
        about=CODED,
        rows_are="Theme",
        columns=(
            Column("audits", "Audits", "share"),
            Column("others", "Other texts"),
            Column("examples", "In their words", "words"),
        ),
        rows=tuple(
            Row(
                one.theme,
                (
                    share(one.audits, found.coded, minimum=scope.minimum),
                    Cell(n=one.others),
                    Cell(text=" · ".join(f"“{words}”" for words in one.examples if place.own)),
                ),
                code=str(one.theme_id),
            )
            for one in rows
        ),
        says=themes_said(title, found),
        notes=(*place.note, *waiting_said(found)),
        question="better" if kind == "difference" else "well",
        chart=Counts(tuple(CountRow(one.theme, one.audits) for one in rows), "audits")
        if any(one.audits for one in rows)
        else None,
        values={
            "first": Value(f"{title}: the most frequent theme", rows[0].theme if rows else "none")
        },
    )


def themes_said(title: str, found: Themes) -> tuple[str, ...]:
    """The most frequent theme, in a sentence."""
    if not found.rows:
        return ("Nothing of these months has been coded so.",)
    one = found.rows[0]
    if not one.audits:
        return (
            f"{title}: {one.theme} comes first, in {plural(one.others, 'other text')} and no audit.",
        )
    coded = plural(found.coded, "coded audit")
    return (f"{title}: {one.theme} comes first, in {one.audits} of {coded}.",)


def waiting_said(found: Themes) -> tuple[str, ...]:
    """How much of the months is coded."""
    said = [f"Something is coded of {found.coded} of {plural(found.returned, 'returned audit')}."]
    if found.waiting:
        waits = those(found.waiting, "waits", "wait")
        said.append(f"{plural(found.waiting, 'text')} of these months {waits} to be coded.")
    return tuple(said)


def learning_activities(scope: Scope) -> Figure:
    """What was taught, who came, and what changed in audits after it."""
    place = place_of(scope)
    rows = for_figures.activities(
        scope.council.pk,
        scope.first_on,
        scope.last_on,
        place.path,
        minimum=scope.minimum,
        as_of=scope.on,
        at=scope.at,
    )
    found = [outcome(scope, one) for one in rows]
    better, worse = found.count("better"), found.count("worse")
    told = any(one not in UNTOLD for one in found)
    return Figure(
        code="learning-activities",
        title="Learning, and what changed after it",
        about="Learning activities of these months. The change: how many coded audits name its themes, as what was measured, in the months "
        "after it beside those before it. Better or worse is said only where the 95% interval of the difference leaves out nought, and once "
        "the months after it are over.",
        rows_are="Activity",
        columns=(
            Column("held", "Held", "words"),
            Column("themes", "Themes", "words"),
            Column("who", "Who came", "words"),
            Column("measured", "Measured", "words"),
            Column("before", "Before", "share"),
            Column("after", "After", "share"),
            Column("change", "Change", "words"),
        ),
        rows=tuple(activity_row(scope, one) for one in rows),
        says=(
            f"{plural(len(rows), 'learning activity', 'learning activities')}; audits changed by more than chance explains after "
            f"{better + worse}: for the better after {better}, for the worse after {worse}."
            if told
            else f"{plural(len(rows), 'learning activity', 'learning activities')}; it is too early, or audits are too few, to tell "
            "what changed.",
        )
        if rows
        else ("No learning activity has been recorded for these months.",),
        notes=(*place.note, BY_ITSELF, "Interval of the difference: Newcombe 1998, method 10.")
        if rows
        else (),
        question="better",
        signal=("signal" if better + worse else "no signal") if told else "",
        chart=change_chart(scope, rows),
    )


def outcome(scope: Scope, one: ActivityRow) -> str:
    """What came after an activity: better, worse, none; few or early where nothing can be said of it."""
    after = windows(one.held_on, one.months)[1][1]
    if months_after(after, 1) > scope.on:
        return "early"
    return MEANS.get((one.measured, one.change.signal), one.change.signal)


def outcome_words(scope: Scope, one: ActivityRow) -> str:
    """What came after an activity, in words."""
    often = "more" if one.change.signal == "more" else "less"
    return SIGNALS[outcome(scope, one)].format(KINDS[one.measured].lower(), often)


def activity_row(scope: Scope, one: ActivityRow) -> Row:
    """One activity with both shares and what they say."""
    came = (
        f"{one.attended} of {one.invited}"
        if one.attended and one.invited
        else str(one.attended or "–")
    )
    return Row(
        one.title,
        (
            Cell(text=f"{one.held_on:%-d %B %Y}"),
            Cell(text=", ".join(one.themes)),
            Cell(text=f"{came}, {one.audience}"),
            Cell(text=KINDS[one.measured]),
            share(one.change.before.n, one.change.before.of, minimum=scope.minimum),
            share(one.change.after.n, one.change.after.of, minimum=scope.minimum),
            Cell(text=outcome_words(scope, one)),
        ),
        code=str(one.activity_id),
    )


def change_chart(scope: Scope, rows: tuple[ActivityRow, ...]) -> Spans | None:
    """The difference after each activity with its interval, in percentage points around nought."""
    told = [
        one
        for one in rows
        if one.change.low is not None
        and one.change.high is not None
        and outcome(scope, one) not in UNTOLD
    ]
    if not told:
        return None
    far = max(max(abs(one.change.low or 0), abs(one.change.high or 0)) for one in told)
    return Spans(
        tuple(
            SpanRow(
                f"{one.title} ({KINDS[one.measured].lower()})",
                one.change.difference,
                one.change.low,
                one.change.high,
            )
            for one in told
        ),
        -far,
        far,
        0.0,
        "Named less often after it",
        "Named more often after it",
        percent=True,
    )


def returning_themes(scope: Scope) -> Figure:
    """Themes to develop that stay for quarters, or come back after they were taught."""
    place = place_of(scope)
    rows = for_figures.returning(
        scope.council.pk, scope.first_on, scope.last_on, place.path, at=scope.at
    )
    names = [one.quarter for one in rows[0].quarters[-4:]] if rows else []
    return Figure(
        code="returning-themes",
        title="Themes that stay or come back",
        about="Themes to develop that are named in several audits for three quarters running or more, or again after they had gone. "
        "Counts only: nothing here says whether it is more than chance.",
        rows_are="Theme",
        columns=(
            Column("flag", "Flag", "words"),
            *(Column(f"q{place}", name, "share") for place, name in enumerate(names)),
            Column("taught", "Taught", "words"),
        ),
        rows=tuple(
            Row(
                one.theme,
                (
                    Cell(text=one.words),
                    *(
                        share(each.audits, each.coded, minimum=scope.minimum)
                        for each in one.quarters[-4:]
                    ),
                    Cell(
                        text="; ".join(f"{title}, {day:%B %Y}" for title, day in one.activities)
                        or "Not yet"
                    ),
                ),
                code=str(one.theme_id),
            )
            for one in rows
        ),
        says=(
            (
                f"{plural(len(rows), 'theme')} {those(len(rows), 'stays or comes', 'stay or come')} back: "
                f"{', '.join(one.theme for one in rows[:3])}.",
            )
            if rows
            else ("No theme stays or comes back.",)
        ),
        notes=place.note,
        question="better",
    )


register(
    *(
        Measure(code, title, "practice", partial(themes, kind=kind), permission=SEES)
        for kind, (code, title) in TITLES.items()
    ),
    Measure(
        "learning-activities",
        "Learning and what changed",
        "learning",
        learning_activities,
        permission=SEES,
    ),
    Measure(
        "returning-themes",
        "Themes that stay or come back",
        "learning",
        returning_themes,
        permission=SEES,
    ),
)
