import threading
from datetime import date, timedelta

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.certificate import as_text, read, verify
from core.models import TrailEntry
from core.moves import Refused
from core.sampling import Rule, commitment
from programme.models import Draw, Replacement, SeedShare
from programme.selectors.draws import drawn_files, facts_of, notes_of, pool_of
from programme.selectors.pools import Filters
from programme.services.draws import (
    SeedTerms,
    draw_again,
    freeze,
    give_share,
    repeat,
    replace,
    set_published_seed,
)
from tests.access.routes import EVERYBODY, QA
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.factories.draws import LATER, MONTH, PUBLIC, TWO, WORDS, draw_at, open_files, terms

pytestmark = pytest.mark.django_db
LEADERS = {"deputy_director", "director"}


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def files(people):
    return open_files(people, 6, plan_type="CIN")


def fresh(draw):
    return Draw.objects.select_related("council", "follows").get(pk=draw.pk)


def cases(draw):
    return [one["case"] for one in draw.result]


# --- freezing ------------------------------------------------------------------------------------


def test_freeze_keeps_the_pool_its_fingerprint_and_what_is_left_out(people, version, files):
    open_files(people, 2, plan_type="CP")
    rule = Rule(("plan_type",), number=2)

    draw = freeze(
        terms(version, filters=Filters(plan_types=("CIN",)), rule=rule), by=people.officer, at=NOW
    )

    draw = fresh(draw)
    assert (draw.number, draw.state, draw.seed, draw.result) == (1, "frozen", "", [])
    assert draw.pool["fields"] == ["plan_type"]
    assert draw.pool["files"] == [
        {"case": case.number, "id": case.pk, "values": ["CIN"]} for case in files
    ]
    assert draw.fingerprint == pool_of(draw).fingerprint
    assert draw.left_out == [{"reason": "It has another plan type", "count": 2}]
    assert (draw.rule, draw.filters["plan_types"]) == (rule.stored, ["CIN"])
    assert (draw.frozen_by, draw.frozen_at, draw.month) == (people.officer, NOW, MONTH)
    line = TrailEntry.objects.get(verb="freeze pool")
    assert (line.subject_id, line.by_id, line.detail) == (
        draw.pk,
        people.officer.pk,
        {"number": 1, "files": 8},
    )


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA))
def test_nobody_but_the_qa_team_freezes(people, version, files, who):
    with pytest.raises(PermissionDenied):
        freeze(terms(version), by=getattr(people, who), at=NOW)


def test_another_councils_qa_team_does_not_draw_under_our_framework(version, files):
    with pytest.raises(PermissionDenied):
        freeze(terms(version), by=cast("eastmere").officer, at=NOW)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": " "}, "Say what the draw is for."),
        ({"month": date(2026, 10, 1)}, "Choose this month or a later one."),
        ({"month": date(2026, 11, 2)}, "Choose this month or a later one."),
        ({"audit_on": date(2026, 11, 9)}, "The day of the audits is over."),
        (
            {"audit_on": date(2026, 12, 1)},
            "The day of the audits does not lie in the month they count for.",
        ),
        ({"rule": Rule(("colour",), number=1)}, "The pool cannot be divided by this."),
        ({"seed": SeedTerms("dice")}, "Choose where the seed comes from."),
        (
            {"seed": SeedTerms("public", " ", date(2026, 11, 11))},
            "Say which published value will be the seed, so that there is only one.",
        ),
        (
            {"seed": SeedTerms("public", "The lottery")},
            "Give the day on which the value is published.",
        ),
        (
            {"seed": SeedTerms("public", "The lottery", date(2026, 11, 10))},
            "The value must be published after today, so that nobody knows it now.",
        ),
        ({"filters": Filters(plan_types=("CP",))}, "No open case is left in the pool."),
        (
            {"rule": Rule(("plan_type",), quotas={"CP": 1, "CIN": 0})},
            "The pool holds no file of the parts that files are asked for from.",
        ),
    ],
)
def test_freeze_refuses_with_the_reason(people, version, files, changes, problem):
    with pytest.raises(Refused) as refused:
        freeze(terms(version, **changes), by=people.officer, at=NOW)

    assert refused.value.problems == (problem,)
    assert not Draw.objects.exists()


def test_freeze_says_every_reason(people, version, files):
    wrong = terms(version, title="", month=date(2026, 10, 1), seed=SeedTerms("public"))

    with pytest.raises(Refused) as refused:
        freeze(wrong, by=people.officer, at=NOW)

    assert len(refused.value.problems) == 4


def test_a_month_without_audits_is_refused():
    version, people = framework("tests/frameworks/sixthshire.yaml"), cast("sixthshire")
    open_files(people, 2)

    with pytest.raises(Refused) as refused:
        freeze(terms(version, month=date(2026, 12, 1)), by=people.officer, at=NOW)

    assert refused.value.problems == ("No audits are given out for December in this framework.",)


def test_a_framework_whose_audits_are_due_on_their_day_needs_that_day():
    version = framework("fixtures/frameworks/bracknell-forest/1.yaml")
    people = cast("bracknell-forest")
    open_files(people, 2)

    with pytest.raises(Refused) as refused:
        freeze(terms(version), by=people.officer, at=NOW)
    draw = freeze(terms(version, audit_on=date(2026, 11, 30)), by=people.officer, at=NOW)

    assert refused.value.problems == (
        "Give the day of the audits: in this framework they are due on it.",
    )
    assert draw.audit_on == date(2026, 11, 30)


def test_draws_are_numbered_within_their_council(people, version, files):
    other = cast("eastmere")
    open_files(other, 1)

    ours = [draw_at("frozen", people, version).number for _ in range(3)]
    theirs = draw_at("frozen", other, framework()).number

    assert (ours, theirs) == ([1, 2, 3], 1)


@pytest.mark.parametrize(
    "change",
    [
        {"pool": {"fields": [], "files": []}},
        {"rule": {"number": 1}},
        {"fingerprint": "0" * 64},
        {"seed_kind": "public"},
        {"seed_source": "Another lottery"},
        {"seed_known_on": date(2026, 11, 10)},
        {"frozen_at": NOW - timedelta(days=1)},
        {"left_out": []},
    ],
)
def test_the_database_refuses_to_change_what_is_frozen(people, version, files, change):
    open_files(people, 1, plan_type="CP")
    draw = draw_at("frozen", people, version, filters=Filters(plan_types=("CIN",)))

    with pytest.raises(InternalError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"seed": "another seed"}, {"result": []}, {"drawn_at": NOW + timedelta(days=9)}]
)
def test_the_database_refuses_to_change_what_is_drawn(people, version, files, change):
    draw = draw_at("drawn", people, version, seed=PUBLIC)

    with pytest.raises(InternalError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).delete()


# --- two people's words --------------------------------------------------------------------------


def test_the_second_persons_words_draw_at_once(people, version, files):
    draw = draw_at("given", people, version)
    assert (draw.state, draw.seed, draw.result) == ("frozen", "", [])

    give_share(draw, "  wet sand  at low tide", by=people.qa_head, at=LATER)

    draw = fresh(draw)
    assert draw.state == "drawn"
    assert draw.seed == "four grey horses + wet sand at low tide"
    assert (draw.drawn_by, draw.drawn_at) == (people.qa_head, LATER)
    assert [one["order"] for one in draw.result] == [1, 2]
    assert {one["id"] for one in draw.result} < {case.pk for case in files}
    assert set(draw.result[0]) == {"case", "id", "stratum", "order"}
    assert TrailEntry.objects.filter(verb="draw files").count() == 1


def test_words_are_hidden_behind_a_commitment_with_chance_signs(people, version, files):
    first, second = draw_at("given", people, version), draw_at("given", people, version)

    one, two = SeedShare.objects.order_by("pk")

    assert (one.draw, two.draw) == (first, second)
    assert one.commitment == commitment(one.words, one.salt)
    assert one.commitment != two.commitment
    assert len(one.salt) == 32
    assert WORDS[0] not in str(list(TrailEntry.objects.values()))


@pytest.mark.parametrize("who", sorted(LEADERS))
@pytest.mark.parametrize("first", [True, False])
def test_one_of_the_two_may_be_a_senior_leader(people, version, files, who, first):
    draw = draw_at("frozen", people, version)
    pair = [getattr(people, who), people.officer]

    for person in pair if first else pair[::-1]:
        give_share(draw, WORDS[0], by=person, at=NOW)

    assert fresh(draw).state == "drawn"


def test_two_senior_leaders_do_not_do(people, version, files):
    draw = draw_at("frozen", people, version)
    give_share(draw, WORDS[0], by=people.director, at=NOW)

    with pytest.raises(Refused, match="must be in the quality assurance team"):
        give_share(draw, WORDS[1], by=people.deputy_director, at=NOW)

    assert fresh(draw).state == "frozen"


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA - LEADERS))
def test_nobody_else_gives_words(people, version, files, who):
    draw = draw_at("frozen", people, version)

    with pytest.raises(PermissionDenied):
        give_share(draw, WORDS[0], by=getattr(people, who), at=NOW)


def test_nobody_gives_both_words(people, version, files):
    draw = draw_at("given", people, version)

    with pytest.raises(Refused, match="Now another person gives theirs"):
        give_share(draw, WORDS[1], by=people.officer, at=NOW)

    assert draw.shares.count() == 1


@pytest.mark.parametrize("words", ["", "       a ", "1234567", "x" * 201])
def test_words_have_a_length(people, version, files, words):
    draw = draw_at("frozen", people, version)

    with pytest.raises(Refused, match="at least 8 and at most 200"):
        give_share(draw, words, by=people.officer, at=NOW)


def test_words_come_too_late_once_the_files_are_drawn(people, version, files):
    draw = draw_at("drawn", people, version)

    with pytest.raises(Refused, match="drawn already"):
        give_share(draw, "some more words", by=people.director, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_give_their_words_in_the_same_moment_make_one_draw(people, version, files):
    draw = draw_at("frozen", people, version)
    faults = []

    def give(person, said):
        try:
            give_share(draw, said, by=person, at=NOW)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=give, args=pair)
        for pair in zip((people.officer, people.qa_head), WORDS, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert fresh(draw).state == "drawn"
    assert draw.shares.count() == 2


# --- a published value ---------------------------------------------------------------------------


def test_a_published_value_draws_at_once_on_its_day(people, version, files):
    draw = draw_at("frozen", people, version, seed=PUBLIC)

    set_published_seed(draw, " 04  11 27 31", by=people.qa_head, at=LATER)

    draw = fresh(draw)
    assert (draw.state, draw.seed, draw.drawn_by) == ("drawn", "04 11 27 31", people.qa_head)


def test_a_published_value_is_refused_before_its_day(people, version, files):
    draw = draw_at("frozen", people, version, seed=PUBLIC)

    with pytest.raises(Refused, match="not known before 11 November 2026"):
        set_published_seed(draw, "04 11 27 31", by=people.officer, at=NOW + timedelta(hours=13))


def test_a_published_value_is_entered_once(people, version, files):
    draw = draw_at("drawn", people, version, seed=PUBLIC)
    before = cases(draw)

    with pytest.raises(Refused, match="drawn already"):
        set_published_seed(draw, "05 12 28 32", by=people.officer, at=LATER)

    assert cases(fresh(draw)) == before


@pytest.mark.parametrize("value", ["", " 1 2", "123", "x" * 501])
def test_a_published_value_has_a_length(people, version, files, value):
    draw = draw_at("frozen", people, version, seed=PUBLIC)

    with pytest.raises(Refused, match="whole value as published"):
        set_published_seed(draw, value, by=people.officer, at=LATER)


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA))
def test_nobody_but_the_qa_team_enters_a_published_value(people, version, files, who):
    draw = draw_at("frozen", people, version, seed=PUBLIC)

    with pytest.raises(PermissionDenied):
        set_published_seed(draw, "04 11 27 31", by=getattr(people, who), at=LATER)


def test_each_kind_of_seed_has_its_own_way(people, version, files):
    two, public = (
        draw_at("frozen", people, version),
        draw_at("frozen", people, version, seed=PUBLIC),
    )

    with pytest.raises(Refused, match="comes from two people’s words"):
        set_published_seed(two, "04 11 27 31", by=people.officer, at=LATER)
    with pytest.raises(Refused, match="is a published value"):
        give_share(public, WORDS[0], by=people.officer, at=LATER)


# --- the same draw again -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [TWO, PUBLIC])
def test_when_the_draw_is_repeated_the_same_cases_come_back(people, version, files, seed):
    """SC-14: and the stored seed and pool explain why."""
    draw = draw_at("drawn", people, version, seed=seed)
    before = Draw.objects.filter(pk=draw.pk).values().get()
    open_files(people, 5)
    files[0].closed_on = date(2026, 11, 10)
    files[0].save()

    assert [repeat(draw, by=people.officer, at=LATER) for _ in range(2)] == [True, True]

    assert Draw.objects.filter(pk=draw.pk).values().get() == before
    assert [one.detail for one in TrailEntry.objects.filter(verb="repeat draw")] == [
        {"number": 1, "same": True}
    ] * 2


def test_a_draw_without_its_seed_cannot_be_repeated(people, version, files):
    draw = draw_at("given", people, version)

    with pytest.raises(Refused, match="not known yet"):
        repeat(draw, by=people.officer, at=NOW)


def test_a_row_changed_behind_the_databases_back_is_noticed(people, version, files):
    draw = draw_at("drawn", people, version)
    other = next(case.number for case in files if case.number not in cases(draw))
    with pgtrigger.ignore("programme.Draw:frozen"):
        Draw.objects.update(result=[draw.result[0] | {"case": other}, *draw.result[1:]])

    assert repeat(draw, by=people.officer, at=LATER) is False
    assert verify(read(as_text(facts_of(fresh(draw)))), pool_of(draw).text)


# --- drawing again -------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["frozen", "given", "drawn"])
def test_draw_again_keeps_the_earlier_draw_and_freezes_a_new_pool(people, version, files, stage):
    draw = draw_at(stage, people, version)
    before = cases(draw)
    newer = open_files(people, 1)[0]

    again = draw_again(draw, PUBLIC, reason=" A team was missing. ", by=people.officer, at=NOW)

    old = fresh(draw)
    assert (old.state, cases(old)) == ("withdrawn", before)
    assert (again.number, again.follows, again.reason) == (2, old, "A team was missing.")
    assert (again.state, again.rule, again.filters) == ("frozen", old.rule, old.filters)
    assert newer.pk in {one["id"] for one in again.pool["files"]}
    assert len(again.pool["files"]) == 7
    assert again.fingerprint != old.fingerprint


def test_draw_again_needs_a_reason_and_the_qa_team(people, version, files):
    draw = draw_at("drawn", people, version)

    with pytest.raises(Refused, match="Say why"):
        draw_again(draw, TWO, reason=" ", by=people.officer, at=LATER)
    with pytest.raises(PermissionDenied):
        draw_again(draw, TWO, reason="x", by=people.director, at=LATER)
    with pytest.raises(PermissionDenied):
        draw_again(draw, TWO, reason="x", by=cast("eastmere").officer, at=LATER)
    with pytest.raises(Refused, match="cannot be frozen"):
        draw_again(draw, SeedTerms("public"), reason="x", by=people.officer, at=LATER)

    assert fresh(draw).state == "drawn"


@pytest.mark.parametrize("state", ["allocated", "withdrawn"])
def test_what_is_allocated_or_drawn_again_is_not_drawn_again(people, version, files, state):
    draw = draw_at("drawn", people, version)
    Draw.objects.filter(pk=draw.pk).update(state=state)

    with pytest.raises(Refused, match="have been allocated"):
        draw_again(draw, TWO, reason="x", by=people.officer, at=LATER)


# --- replacing -----------------------------------------------------------------------------------


def test_replace_takes_the_next_of_the_same_part_in_the_draws_own_order(people, version, files):
    open_files(people, 6, plan_type="CP")
    draw = draw_at("drawn", people, version, rule=Rule(("plan_type",), number=4))
    out = draw.result[1]

    made = replace(draw, out["id"], why="sensitive", note=" A birth. ", by=people.officer, at=LATER)

    now = drawn_files(draw)
    assert len(now) == 4
    came = now[1]
    assert (came["id"], came["order"], came["stratum"]) == (made.in_case_id, 2, out["stratum"])
    assert came["id"] not in {one["id"] for one in draw.result}
    assert (made.why, made.note, made.passed_over) == ("sensitive", "A birth.", [])
    line = TrailEntry.objects.get(verb="replace drawn file")
    assert line.detail == {"number": 1, "out": out["id"], "in": came["id"], "why": "sensitive"}
    assert fresh(draw).result == draw.result
    assert verify(read(as_text(facts_of(draw))), pool_of(draw).text) == []


def test_replace_passes_over_what_has_closed_and_says_so(people, version, files):
    draw = draw_at("drawn", people, version)
    first = replace(draw, draw.result[0]["id"], why="closed", by=people.officer, at=LATER)
    waiting = {case.pk for case in files} - {one["id"] for one in draw.result} - {first.in_case_id}
    keep = min(waiting)
    for case in files:
        if case.pk in waiting - {keep}:
            case.closed_on = date(2026, 11, 11)
            case.save()

    second = replace(draw, draw.result[1]["id"], why="moved", by=people.officer, at=LATER)
    third = replace(draw, first.in_case_id, why="recent", by=people.officer, at=LATER)

    assert second.in_case_id == keep
    assert third.in_case_id is None
    assert [one["id"] for one in drawn_files(draw)] == [keep]
    assert len(third.passed_over) == 2
    assert verify(read(as_text(facts_of(draw))), pool_of(draw).text) == []


def test_replace_refuses_what_is_not_among_the_drawn_files(people, version, files):
    draw = draw_at("drawn", people, version)
    drawn = {one["id"] for one in draw.result}
    other = next(case.pk for case in files if case.pk not in drawn)
    replace(draw, draw.result[0]["id"], why="closed", by=people.officer, at=LATER)

    for pk in (other, draw.result[0]["id"], 999_999):
        if pk == Replacement.objects.get().in_case_id:
            continue
        with pytest.raises(Refused, match="not among the drawn ones"):
            replace(draw, pk, why="closed", by=people.officer, at=LATER)


def test_replace_needs_a_reason_from_the_list_and_the_qa_team(people, version, files):
    draw = draw_at("drawn", people, version)
    pk = draw.result[0]["id"]

    with pytest.raises(Refused, match="from the list"):
        replace(draw, pk, why="easier", by=people.officer, at=LATER)
    for who in sorted(EVERYBODY - QA):
        with pytest.raises(PermissionDenied):
            replace(draw, pk, why="closed", by=getattr(people, who), at=LATER)

    assert not Replacement.objects.exists()


@pytest.mark.parametrize("state", ["frozen", "allocated", "withdrawn"])
def test_files_are_replaced_between_draw_and_allocation_only(people, version, files, state):
    draw = draw_at("frozen" if state == "frozen" else "drawn", people, version)
    Draw.objects.filter(pk=draw.pk).update(state=state)

    with pytest.raises(Refused, match="before they are allocated"):
        replace(draw, files[0].pk, why="closed", by=people.officer, at=LATER)


# --- the certificate -----------------------------------------------------------------------------


def test_the_certificate_of_a_draw_verifies_and_breaks_when_one_thing_is_altered(
    people, version, files
):
    draw = draw_at("drawn", people, version, rule=Rule(("plan_type",), percent=40))
    text, pool = as_text(facts_of(draw)), pool_of(draw).text

    assert verify(read(text), pool) == []
    for number in (case.number for case in files):
        assert verify(read(text), pool.replace(number, f"9{number[1:]}", 1))
    assert verify(read(text.replace("four grey", "five grey")), pool)
    assert verify(read(text.replace('"percent": 40', '"percent": 41')), pool)


def test_the_certificate_of_a_draw_names_the_draws_before_and_after(people, version, files):
    draw = draw_at("drawn", people, version)
    again = draw_again(draw, TWO, reason="A team was missing.", by=people.officer, at=LATER)
    for person, said in zip((people.officer, people.qa_head), WORDS, strict=True):
        give_share(again, said, by=person, at=LATER)

    assert facts_of(fresh(draw)).followed_by == (2, "A team was missing.")
    assert facts_of(fresh(again)).follows == (1, "A team was missing.")
    assert verify(read(as_text(facts_of(fresh(again)))), pool_of(again).text) == []


def test_a_draw_without_its_seed_has_no_certificate(people, version, files):
    with pytest.raises(ValueError, match="have not been drawn"):
        facts_of(draw_at("given", people, version))


def test_what_a_pool_could_not_give_is_said(people, version, files):
    draw = draw_at("drawn", people, version, rule=Rule(number=9))

    assert len(draw.result) == 6
    assert notes_of(draw) == ["The pool holds 6 of the 9 files asked for: all are drawn."]


def test_fixed_numbers_of_which_the_pool_can_give_some_are_drawn(people, version, files):
    draw = draw_at("drawn", people, version, rule=Rule(("plan_type",), quotas={"CIN": 2, "CP": 3}))

    assert [one["stratum"] for one in draw.result] == ["CIN", "CIN"]
    assert notes_of(draw) == ["CP: 0 of the 3 files asked for, because the pool holds no more."]


def test_a_draw_takes_the_same_queries_for_few_and_many_files(people, version, files):
    counts = []
    draw_at("frozen", people, version)
    for more in (0, 20):
        open_files(people, more)
        with CaptureQueriesContext(connection) as queries:
            freeze(terms(version, rule=Rule(number=3)), by=people.officer, at=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1]
