"""What the trust figures are made of: which audits count, for how many, and what is left out."""

from datetime import date

import pytest

from audits.models import Audit
from moderation import trust
from moderation.agreement import Estimate, TooFew
from moderation.frame import Lot, Pool, Row, chance_of, counted, draws_of, sample, strata
from moderation.leniency import Auditor
from moderation.models import Moderation
from moderation.periods import Period, chosen, periods
from moderation.selectors.trust import choices, moderated, people, read, services
from standards.selectors import edition
from tests.factories.audits import framework
from tests.factories.people import UserFactory
from tests.moderation.scenes import council, moment
from tests.moderation.trust_scenes import Scene, on

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
EVER = Period("all", "")


def row(audit=1, day=JUNE, lot=Lot.DRAWN, **changes):
    return Row(audit, day, 1, (), 3, lot, **changes)


# Periods ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year_start", "newest", "words"),
    [
        (4, date(2026, 10, 1), "Q3, October to December 2026"),
        (1, date(2026, 10, 1), "Q4, October to December 2026"),
        (9, date(2026, 9, 1), "Q1, September to November 2026"),
        (2, date(2026, 11, 1), "Q4, November 2026 to January 2027"),
    ],
)
def test_quarters_follow_the_councils_year(year_start, newest, words):
    found = periods(date(2026, 5, 3), date(2026, 11, 21), year_start)

    assert (found[2].from_on, found[2].words) == (newest, words)
    assert found[-1].from_on <= date(2026, 5, 3) <= found[-1].to_on


def test_twelve_months_hold_this_one_and_the_eleven_before():
    first, everything, *_ = periods(None, date(2026, 11, 21), 4)

    assert (first.from_on, first.to_on) == (date(2025, 12, 1), None)
    assert (everything.from_on, everything.to_on) == (None, None)
    assert chosen((first, everything), "all") is everything
    assert chosen((first, everything), "nonsense") is first


# Which audits count, and for how many -------------------------------------------------------------


def test_a_worst_grade_does_not_count_before_the_others_of_its_month_are_drawn():
    taken = row(1, lot=Lot.CERTAIN, by_grade=True, chance=1.0)
    drawn = row(2, JULY)

    assert counted([taken, row(3, lot=Lot.OPEN), drawn]) == [drawn]
    assert counted([taken, row(3, lot=Lot.HAND), drawn]) == [drawn]
    assert counted([taken, row(3, JULY, Lot.OPEN), drawn]) == [taken, drawn]
    assert counted([taken, row(3, lot=Lot.HAND), row(4)]) == [taken, row(4)]


def test_a_list_counts_though_others_of_its_month_came_after_it():
    listed = row(1, lot=Lot.CERTAIN, chance=1.0)

    assert counted([listed, row(2, lot=Lot.OPEN)]) == [listed]


def test_a_month_without_anything_moderated_joins_the_nearest_of_its_lot():
    months = [date(2026, n, 1) for n in (1, 2, 3, 4)]
    places = {("drawn", month) for month in months} | {("certain", months[0])}

    found = strata(places, {("drawn", months[0]), ("drawn", months[2])})

    assert found == {
        ("drawn", months[0]): "2026-01 drawn",
        ("drawn", months[1]): "2026-01 drawn",
        ("drawn", months[2]): "2026-03 drawn",
        ("drawn", months[3]): "2026-03 drawn",
        ("certain", months[0]): "2026-01 certain",
    }


def test_figures_are_held_back_where_too_much_stands_for_nothing():
    seen = row(1, lot=Lot.CERTAIN, chance=1.0, viewed=True, moderated=3)

    def of(unseen):
        rows = [seen] * 20 + [row(2)] * unseen
        return sample(rows, lambda one: (one.before, one.moderated))

    assert (of(2).missing, of(2).speaks) == (2, True)
    assert (of(3).missing, of(3).speaks) == (3, False)


def test_two_draws_of_the_same_days_give_one_chance_to_all_of_them():
    first = Pool(JUNE, date(2026, 6, 30), frozenset(range(10)), frozenset({0, 1}))
    second = Pool(JUNE, date(2026, 7, 31), frozenset(range(2, 12)), frozenset({2, 3, 11}))

    draws = {pk: draws_of(pk, date(2026, 6, 9), [first, second]) for pk in (0, 2, 9, 11)}

    assert [len(draws[pk]) for pk in (0, 2, 9, 11)] == [2, 2, 2, 1]
    assert chance_of(draws[0]) == chance_of(draws[2]) == pytest.approx(1 - 0.8 * 0.7)
    assert draws_of(0, date(2026, 8, 1), [first, second]) == []


# From real rows -----------------------------------------------------------------------------------


@pytest.fixture
def lancashire(db):
    return council("lancashire")


def rows_of(place, period=EVER, service=None):
    units = services(place.people.council.pk)
    return read(place.version, edition(place.version).policy, period, units, service)


def compared(rows):
    return sample(rows, lambda one: (one.before, one.moderated))


def by_stratum(found):
    return {
        (pair.stratum, round(pair.chance, 3)): sum(
            one.stratum == pair.stratum for one in found.pairs
        )
        for pair in found.pairs
    }


def test_strata_sizes_and_chances_are_those_of_the_draw(lancashire):
    scene = on(lancashire)
    scene.draw(JUNE, [(3, 2, 2), (3, 3, 3)], [2] * 8)
    scene.draw(JULY, [(4, 4, 4)], [3] * 4)
    scene.certain(JUNE, (1, 1, 1), (1, 2), (1,))

    found = compared(rows_of(lancashire))

    assert by_stratum(found) == {
        ("2026-06 drawn", 0.2): 2,
        ("2026-07 drawn", 0.2): 1,
        ("2026-06 certain", 1.0): 2,
    }
    assert found.sizes == {"2026-06 drawn": 10, "2026-07 drawn": 5, "2026-06 certain": 3}
    assert sorted((pair.before, pair.after) for pair in found.pairs) == [
        (1, 1),
        (1, 2),
        (3, 2),
        (3, 3),
        (4, 4),
    ]


def test_every_audit_of_a_drawn_month_is_in_a_stratum(lancashire):
    on(lancashire).draw(JUNE, [(3,), (3, 3, 3)], [2] * 8)

    rows = rows_of(lancashire)

    assert {one.lot for one in rows} == {Lot.DRAWN}
    assert [one.by_rule for one in rows].count(True) == 2


def test_one_chosen_by_hand_stays_in_the_pool_but_its_grades_do_not_count(lancashire):
    scene = on(lancashire)
    scene.draw(JUNE, [(3, 3, 3)], [2] * 4)
    passed = Moderation.objects.filter(state="not_sampled").first()
    view = {"agrees": False, "proposed": "good", "view_at": moment(2026, 8, 1)}
    Moderation.objects.filter(pk=passed.pk).update(
        how="hand", chance=None, state="disagreed", **view
    )
    scene.by_hand(JULY, (2, 3, 3))

    rows = rows_of(lancashire)
    found = compared(rows)

    assert (len(found.pairs), dict(found.sizes)) == (1, {"2026-06 drawn": 5})
    assert [one.lot for one in rows].count(Lot.HAND) == 1
    shown = trust.trust(rows, edition(lancashire.version).policy.grades, date(2026, 9, 1))
    assert shown.by_hand == 2
    assert shown.coverage.due == 1
    assert shown.notes[0].startswith(
        "2 audits were chosen by hand, or picked for a panel, and moderated"
    )


def test_one_drawn_after_it_was_chosen_by_hand_counts(lancashire):
    on(lancashire).draw(JUNE, [(3, 3, 3)], [2] * 4)
    Moderation.objects.filter(state="final").update(how="hand")

    (pair,) = compared(rows_of(lancashire)).pairs

    assert pair.chance == pytest.approx(0.2)


def test_a_reopened_audit_is_no_part_of_it(lancashire):
    (one,) = on(lancashire).certain(JUNE, (1, 1, 1))
    Moderation.objects.filter(pk=one.pk).update(state="called_off")
    Audit.objects.filter(pk=one.audit_id).update(state="in_session")

    assert rows_of(lancashire) == []


def test_a_verdict_without_a_grade_has_none():
    ranks = {"good": 3, "inadequate": 1}

    assert moderated({"proposed": "", "agrees": False, "before": "good"}, ranks) is None
    assert moderated({"proposed": "", "agrees": True, "before": "good"}, ranks) == 3
    assert moderated({"proposed": "inadequate", "agrees": False, "before": "good"}, ranks) == 1


def test_a_verdict_without_a_grade_is_left_out_and_counted(lancashire):
    (one, _) = on(lancashire).certain(JUNE, (1, 2), (1, 1, 1))
    Moderation.objects.filter(pk=one.pk).update(proposed="")

    rows = rows_of(lancashire)

    assert len(compared(rows).pairs) == 1
    notes = trust.trust(rows, edition(lancashire.version).policy.grades, JULY).notes
    assert notes == (
        "1 audit was not supported without another grade being named. It is left out, so agreement "
        "may be lower than it seems.",
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 audit is still in disagreement. The final grades leave it out"),
        (2, "2 audits are still in disagreement. The final grades leave them out"),
    ],
)
def test_a_note_speaks_of_one_audit_and_of_several(number, words):
    rows = [row(n, viewed=True, moderated=2, chance=1.0) for n in range(number)]
    view = sample(rows, lambda one: (one.before, one.moderated))
    final = sample(rows, lambda one: (one.before, one.final))

    notes = trust.notes(rows, view, final)

    assert [one.partition(",")[0] for one in notes if "disagreement" in one] == [words]


def test_another_edition_is_never_mixed_in(db):
    place = council("west-sussex")
    scene = on(place)
    scene.certain(JUNE, (3, 3, 3), how="every")
    (audit,) = scene.audits(JUNE, [2])
    version = framework("fixtures/frameworks/west-sussex/2.yaml")
    Audit.objects.filter(pk=audit.pk).update(version=version)

    assert [one.before for one in rows_of(place)] == [3]
    assert [one.version.pk for one in choices(place.people.council.pk)] == [
        version.pk,
        place.version.pk,
    ]


def test_the_period_is_of_the_days_of_return(lancashire):
    scene = on(lancashire)
    scene.certain(JUNE, (1,), (2,))
    scene.certain(JULY, (3,))

    assert [one.before for one in rows_of(lancashire, Period("", "", JUNE, JUNE))] == [1]
    assert [one.before for one in rows_of(lancashire, Period("", "", JULY))] == [3]


def test_a_service_is_told_from_another(lancashire):
    scene = on(lancashire)
    scene.certain(JUNE, (1,))
    service, team = lancashire.service("Fostering")
    Scene(scene.version, team, scene.worker, scene.officer, scene.auditors).certain(JUNE, (2,))

    rows = rows_of(lancashire)

    assert [one.before for one in rows_of(lancashire, service=service)] == [2]
    assert [one.mix for one in rows] == [
        (str(lancashire.people.service.pk), "CIN"),
        (str(service.pk), "CIN"),
    ]


def test_a_list_and_one_left_without_moderation_are_covered(db):
    bexley = council("bexley")
    on(bexley).certain(JUNE, (3, 3, 3), (3,), how="look_back")
    Moderation.objects.filter(state="awaiting").update(state="not_sampled")

    shown = trust.trust(rows_of(bexley), edition(bexley.version).policy.grades, JULY)

    assert (shown.coverage.due, shown.coverage.finished, shown.left) == (2, 1, 1)
    assert shown.counted == 2


def test_people_stand_by_the_alphabet_and_too_few_have_no_figure(lancashire):
    scene = on(lancashire)
    who = tuple(
        UserFactory(council=scene.worker.council, name=name) for name in ("Zoe", "Ann", "Ben")
    )
    many = Scene(scene.version, scene.unit, scene.worker, scene.officer, who)
    many.draw(JUNE, [(3, 3 - (k % 5 == 0), 3) for k in range(24)], [3] * 24)
    scene.draw(JULY, [(3, 3, 3)] * 3, [3])

    found, shown = people(rows_of(lancashire), lancashire.people.council.pk)

    assert found.rate == 0.05
    assert [(one.name, isinstance(one.found, Auditor)) for one in shown] == [
        ("Ann", True),
        (scene.auditors[0].name, False),
        ("Ben", True),
        ("Zoe", True),
    ]


# The figures of a small example -------------------------------------------------------------------


def example(place):
    """Four of eight drawn, and both of those taken for certain; the month before all eight of them."""
    scene = on(place)
    scene.draw(JUNE, [(3, 3, 3), (3, 3, 3), (3, 2, 2), (4, 4, 4)], [3] * 4)
    scene.certain(JUNE, (1, 1, 1), (1, 2, 1))
    scene.draw(JULY, [(2, 2, 2)] * 5 + [(2, 3, 2)], [2] * 2)


def test_a_small_example_gives_the_figures_worked_out_by_hand(lancashire):
    example(lancashire)

    grades = edition(lancashire.version).policy.grades
    shown = trust.trust(rows_of(lancashire), grades, date(2026, 9, 1))
    found = {one.code: one for one in shown.figures}

    # June's four stand for two each, July's six for 8 / 6 each, the two taken for certain for themselves: 18 in all.
    same = (3 * 2 + 5 * 8 / 6 + 1) / 18
    assert found["same"].found.value == pytest.approx(same)
    assert found["same"].plain.value == pytest.approx(9 / 12)
    assert (found["same"].value, found["same"].n) == (f"{100 * same:.0f}%", "12")
    assert found["higher"].found.value == pytest.approx((8 / 6 + 1) / 18)
    assert found["lower"].found.value == pytest.approx(2 / 18)
    assert found["net"].found.value == pytest.approx((8 / 6 + 1 - 2) / 18)
    assert found["within_one"].found.value == 1
    assert found["kept"].found.value == pytest.approx(16 / 18)
    assert found["lowered"].found.value == pytest.approx(2 / 18)
    assert isinstance(found["kappa"].found, TooFew)
    assert found["kappa"].value == "Too few to tell (11 of 20 needed)"
    first = shown.tables[0]
    assert first.grades[0].code == "outstanding"
    good = dict((grade.code, cells) for grade, cells, _ in first.rows)["good"]
    assert [(cell.count, cell.share, cell.kind) for cell in good] == [
        (0, "", "raised"),
        (2, "22%", "same"),
        (1, "11%", "lowered"),
        (0, "", "lowered"),
    ]
    assert shown.headlines == (
        f"Of 100 audits, the moderator gives about {100 * same:.0f} "
        f"({100 * found['same'].found.low:.0f} to {100 * found['same'].found.high:.0f}) the same grade.",
        f"Of 100 audits, about 89 ({100 * found['kept'].found.low:.0f} to "
        f"{100 * found['kept'].found.high:.0f}) keep their grade when moderated.",
    )


def test_kappa_is_that_of_the_corrected_table(lancashire):
    scene = on(lancashire)
    scene.draw(JUNE, [(2, 2, 2)] * 10 + [(3, 3, 3)] * 10 + [(3, 2, 2)] * 5, [3] * 25)
    scene.certain(JUNE, *[(1, 1, 1)] * 10)

    grades = edition(lancashire.version).policy.grades
    shown = trust.trust(rows_of(lancashire), grades, date(2026, 9, 1))
    found = {one.code: one.found for one in shown.figures}

    # Of 60 audits: 1→1 10, 2→2 20, 3→3 20, 3→2 10. Squared distances: 10 seen, by chance as below.
    before, after = (10, 20, 30, 0), (10, 30, 20, 0)
    far = sum(b * a * (i - j) ** 2 for i, b in enumerate(before) for j, a in enumerate(after)) / 60
    assert found["kappa"].value == pytest.approx(1 - 10 / far)
    assert found["same"].value == pytest.approx(50 / 60)
    assert shown.headlines[-1].startswith(
        "Auditors grade higher than moderators more often than lower: in about 17 ("
    )


# Words --------------------------------------------------------------------------------------------


def test_a_lean_is_said_only_where_chance_is_no_explanation():
    sure = Estimate(0.2, 0.1, 0.3, 50, 0.05)

    assert trust.leaning(Estimate(-0.2, -0.4, 0.0, 50, 0.1)) == []
    assert trust.leaning(TooFew(1, 10)) == []
    assert trust.leaning(sure) == [
        "Auditors grade lower than moderators more often than higher: in about 20 (10 to 30) more of 100 audits."
    ]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (
            "lancashire",
            (
                "15% of the audits returned in a month, rounded up and drawn by chance.",
                "Every audit graded Inadequate.",
                "Single audits by hand, with a reason; these do not count for the figures.",
            ),
        ),
        ("bexley", ("A list of the audits returned in the last 6 months and not yet moderated.",)),
        ("bracknell-forest", ("A sample for the validation panel.",)),
        ("west-sussex", ("Every returned audit.",)),
    ],
)
def test_a_councils_rule_in_words(db, code, lines):
    policy = edition(council(code).version).policy

    assert trust.rule_in_words(policy.moderation, policy.grades) == lines


def test_a_picture_reaches_a_whole_grade_at_least():
    one = Auditor(0.5, -1.2, 0.75, 9, 0.4, False)

    assert trust.reach([]) == 1.0
    assert trust.reach([one]) == 1.5
    assert trust.line(one, 1.5) == trust.Line("10.0%", "75.0%", "66.7%")
    assert trust.verdict(one) == "No clear difference"
    assert [trust.grades_apart(value) for value in (0.04, -0.04, -0.26)] == ["0.0", "0.0", "−0.3"]
