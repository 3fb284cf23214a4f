"""How the grades of an invented year are moderated: chosen by the framework's own rules, viewed, settled."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Max, Model
from django.utils import timezone

from core.sampling import Rule as Terms
from core.sampling import draw
from moderation import choosing
from moderation.models import (
    Moderation,
    Panel,
    Selection,
)
from moderation.states import ModerationState
from qaframework.demo_year import phrases
from qaframework.demo_year.audits import Told
from qaframework.demo_year.bulk import BATCH, under, write_all
from qaframework.demo_year.desk import Desk, Rules
from qaframework.demo_year.settling import Case, see
from standards.deadlines import months_after
from standards.policy import Moderation as Rule

How, State = Moderation.How, ModerationState
SAMPLE = 4  # how many a panel looks at
DAY = timedelta(days=1)


class Round:
    """What is chosen for moderation under one edition."""

    def __init__(self, desk: Desk, rules: Rules, rule: Rule, stories: Sequence[Told]) -> None:
        self.desk, self.rules, self.rule = desk, rules, rule
        self.stories = sorted(stories, key=lambda one: one.returned_at)
        self.cases: list[Case] = []
        self.selections: list[tuple[Selection, list[Case], dict[str, Told]]] = []
        self.panels: list[tuple[Panel, list[int]]] = []

    def run(self) -> None:
        """Choose as the framework does: at the return, by month, from a list, or by a panel."""
        left = [one for one in self.stories if not self.at_return(one)]
        if not left:
            return
        if choosing.rule_of(self.rule, "percentage"):
            self.by_month(left)
        elif found := choosing.rule_of(self.rule, "look_back"):
            self.look_back(left, found.months or 6)
        elif choosing.rule_of(self.rule, "panel"):
            self.by_panel(left)
        else:
            for told in left:
                told.audit.grade_final = True

    def at_return(self, told: Told) -> bool:
        """Choose an audit as soon as it is returned, where the framework says so."""
        how = choosing.certain(self.rule, told.audit.grade)
        named = told.audit.moderator_id if self.rule.named_at_allocation else None
        how = how or (How.HAND if named else "")
        if not how:
            return False
        chance = None if how == How.HAND else 1.0
        self.choose(told, how, chance, told.returned_at, by=told.audit.auditor_id)
        return True

    def choose(
        self, told: Told, how: str, chance: float | None, at: datetime, by: int | None = None
    ) -> Case:
        """One audit among those that wait for a moderator."""
        case = Case(
            told,
            Moderation(
                council=self.desk.council,
                state=State.AWAITING,
                how=how,
                chance=chance,
                chosen_at=at,
                before=told.audit.grade,
            ),
        )
        case.step("select", by, at)
        self.cases.append(case)
        return case

    def pass_over(self, told: Told, chance: float | None, at: datetime) -> Case:
        """One audit that a draw did not choose: its grade is final."""
        case = self.choose(told, How.CHANCE, chance, at)
        case.row.state = State.NOT_SAMPLED
        case.moves.clear()
        case.step("pass over", None, at)
        told.audit.grade_final = True
        return case

    def by_month(self, left: list[Told]) -> None:
        """Draw a percentage of what was returned in each month that is over."""
        months: dict[date, list[Told]] = defaultdict(list)
        for told in self.stories:
            months[timezone.localdate(told.returned_at).replace(day=1)].append(told)
        waiting = {id(one) for one in left}
        for month, returned in sorted(months.items()):
            from_on, to_on = choosing.month_of(month)
            if to_on >= self.desk.on or self.made(Selection.Rule.PERCENTAGE, from_on, to_on):
                continue
            seed = f"{self.desk.council.code} {month:%Y-%m}"
            files = {one.audit.reference: one for one in returned}
            given = [
                choosing.Candidate(0, reference, one.audit.grade)
                for reference, one in files.items()
            ]
            cohort = choosing.cohort(self.rule, given, seed)
            at = self.desk.moment(months_after(month, 1), 6)
            drawn = {one.reference for one in cohort.result.files}
            chosen = [
                self.choose(one, How.CHANCE, cohort.chance, at)
                if one.audit.reference in drawn
                else self.pass_over(one, cohort.chance, at)
                for one in returned
                if id(one) in waiting
            ]
            selection = self.selection(Selection.Rule.PERCENTAGE, from_on, to_on, len(returned), at)
            selection.pool, selection.fingerprint = files_of(cohort.pool), cohort.pool.fingerprint
            selection.terms = cohort.terms.stored if cohort.terms else {}
            selection.seed, selection.result = seed, result_of(cohort.result)
            selection.certain = [one.reference for one in cohort.certain]
            self.selections.append((selection, chosen, files))

    def look_back(self, left: list[Told], months: int) -> None:
        """List at the beginning of each month what was returned in the last months and is not moderated yet."""
        first = timezone.localdate(left[0].returned_at).replace(day=1)
        day = months_after(first, 1)
        listed: set[int] = set()
        while day < self.desk.on.replace(day=1) or day <= self.desk.on:
            from_on, to_on = choosing.look_back(day, months)
            at = self.desk.moment(day, 6)
            new = [
                one
                for one in left
                if id(one) not in listed and timezone.localdate(one.returned_at) < day
            ]
            if (
                new
                and at < self.desk.at
                and not self.made(Selection.Rule.LOOK_BACK, from_on, to_on)
            ):
                listed |= {id(one) for one in new}
                chosen = [self.choose(one, How.LOOK_BACK, 1.0, at) for one in new]
                files = {one.audit.reference: one for one in new}
                pool = choosing.pool_of(
                    [choosing.Candidate(0, name, one.audit.grade) for name, one in files.items()]
                )
                selection = self.selection(Selection.Rule.LOOK_BACK, from_on, to_on, len(new), at)
                selection.pool, selection.fingerprint = files_of(pool), pool.fingerprint
                selection.certain = sorted(files)
                self.selections.append((selection, chosen, files))
            day = months_after(day, 1)

    def by_panel(self, left: list[Told]) -> None:
        """Let a panel look each month at a few of those returned in the month before."""
        months: dict[date, list[Told]] = defaultdict(list)
        for told in left:
            months[timezone.localdate(told.returned_at).replace(day=1)].append(told)
        for month, returned in sorted(months.items()):
            from_on, to_on = choosing.month_of(month)
            held_on = months_after(month, 1) + timedelta(days=9)
            done = self.made(Selection.Rule.PANEL, from_on, to_on)
            if done or to_on >= self.desk.on or held_on + DAY >= self.desk.on:
                continue
            self.one_panel(returned, from_on, to_on, held_on)

    def one_panel(self, returned: list[Told], from_on: date, to_on: date, held_on: date) -> None:
        """One panel with the sample that was drawn for it."""
        rule, at = self.rule.panel, self.desk.moment(to_on + DAY, 9)
        chairs = self.desk.behind(rule.chair if rule else (), {})
        members = [
            pk
            for kind in (rule.members if rule else ())
            for pk in self.desk.tree.holders_of_post(kind)
        ]
        if not chairs:
            return
        chair = chairs[0][0]
        files = {one.audit.reference: one for one in returned}
        pool = choosing.pool_of(
            [choosing.Candidate(0, name, one.audit.grade) for name, one in files.items()]
        )
        number = min(SAMPLE, len(returned))
        terms = Terms(number=number)
        seed = f"{self.desk.council.code} panel {held_on:%Y-%m}"
        result = draw(pool, terms, seed)
        panel = Panel(
            council=self.desk.council,
            version=self.rules.version,
            held_on=held_on,
            chair_id=chair,
            from_on=from_on,
            to_on=to_on,
            state="closed",
            messages=phrases.PANEL,
            made_by=self.desk.officer,
            made_at=at,
            closed_by_id=chair,
            closed_at=self.desk.moment(held_on, 16),
        )
        self.panels.append((panel, list(dict.fromkeys(pk for pk in members if pk != chair))))
        drawn = {one.reference for one in result.files}
        chosen = []
        for one in returned:
            if one.audit.reference in drawn:
                case = self.choose(one, How.PANEL, number / len(returned), at)
                case.row.panel = panel
                chosen.append(case)
            else:
                one.audit.grade_final = True
        selection = self.selection(Selection.Rule.PANEL, from_on, to_on, len(returned), at)
        selection.pool, selection.fingerprint = files_of(pool), pool.fingerprint
        selection.terms, selection.seed = terms.stored, seed
        selection.result, selection.made_by = result_of(result), self.desk.officer
        panel.selection = selection
        self.selections.append((selection, chosen, files))

    def made(self, rule: str, from_on: date, to_on: date) -> bool:
        """Whether these days have been chosen from already."""
        found = Selection.objects.filter(
            version=self.rules.version, rule=rule, from_on=from_on, to_on=to_on
        )
        return found.exists()

    def selection(
        self, rule: str, from_on: date, to_on: date, returned: int, at: datetime
    ) -> Selection:
        """One choosing, made by the job of the month."""
        return Selection(
            council=self.desk.council,
            version=self.rules.version,
            rule=rule,
            from_on=from_on,
            to_on=to_on,
            returned=returned,
            made_at=at,
        )


def files_of(pool: choosing.Pool) -> list[str]:
    """The references of a pool; their ids follow once the audits have them."""
    return [one.reference for one in pool.files]


def result_of(result: choosing.Result) -> list[tuple[int, str]]:
    """What was drawn, in order."""
    return [(one.order, one.reference) for one in result.files]


# Writing ------------------------------------------------------------------------------------------------


def moderate(desk: Desk, stories: Iterable[Told]) -> list[Round]:
    """Moderate the year, before anything of it is written; grades and moderators of the audits follow."""
    returned: dict[int, list[Told]] = defaultdict(list)
    for told in stories:
        if told.audit.returned_at:
            returned[told.rules.version.pk].append(told)
    rounds = []
    for rules in desk.rules:
        found = returned.get(rules.version.pk, [])
        rule = rules.policy.moderation
        if rule is None:
            for told in found:
                told.audit.grade_final = True
        elif found:
            made = Round(desk, rules, rule, found)
            made.run()
            for case in made.cases:
                see(case, desk, rule)
            rounds.append(made)
    return rounds


def write(desk: Desk, rounds: list[Round]) -> None:
    """Write what was chosen, and what became of it, once the audits have their ids."""
    council = desk.council
    number = Selection.objects.filter(council=council).aggregate(n=Max("number"))["n"] or 0
    selections = []
    for made in rounds:
        for selection, chosen, files in made.selections:
            number += 1
            selection.number = number
            ids = {name: one.audit.pk for name, one in files.items()}
            selection.pool = {
                "files": [{"audit": name, "id": ids[name]} for name in selection.pool]
            }
            selection.result = [
                {"order": order, "audit": name, "id": ids[name]} for order, name in selection.result
            ]
            selection.certain = sorted(ids[name] for name in selection.certain)
            selections.append(selection)
            for case in chosen:
                case.row.selection = selection
    Selection.objects.bulk_create(selections)
    write_panels(desk, rounds)
    cases = [case for made in rounds for case in made.cases]
    for case in cases:
        row = case.row
        row.audit, row.selection, row.panel = case.told.audit, row.selection, row.panel
    Moderation.objects.bulk_create([one.row for one in cases], batch_size=BATCH)
    rows: list[Model] = []
    for case in cases:
        said = (*case.moves, *case.items, *case.meetings)
        rows += under("moderation", case.row, said)
        rows += under("audit", case.told.audit, case.readers)
    write_all(rows)


def write_panels(desk: Desk, rounds: list[Round]) -> None:
    """Write the panels with their members."""
    number = Panel.objects.filter(council=desk.council).aggregate(n=Max("number"))["n"] or 0
    panels = [one for made in rounds for one in made.panels]
    for place, (panel, _) in enumerate(panels, start=number + 1):
        panel.number, panel.selection = place, panel.selection
    Panel.objects.bulk_create([panel for panel, _ in panels])
    sits = Panel.members.through
    sits.objects.bulk_create(
        sits(panel_id=panel.pk, user_id=pk) for panel, members in panels for pk in members
    )
