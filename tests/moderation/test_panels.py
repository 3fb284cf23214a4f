"""The validation panel: its sample, its people, its verdicts, its end (A5-14, B6-7, J-81, SC-17)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audits.models import Audit, GradeEvent, Reader
from audits.scoring import Overall
from core.models import Notice, TrailEntry
from core.moves import Refused
from core.sampling import Rule, draw
from moderation.asking import Said
from moderation.models import Moderation, ModerationItem, Panel, Selection
from moderation.selectors.panels import items_of, left_to_close, usual_days
from moderation.selectors.rounds import pool_of, stands
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand, leave_unmoderated
from moderation.services.panels import Change, change_panel, close_panel, plan_panel
from moderation.services.settling import Meeting, decide, escalate, record_meeting
from moderation.services.viewing import save_view
from moderation.states import ModerationState, PanelState
from reporting.builders.panel_minutes import build
from tests.moderation.panel_scenes import JULY, room
from tests.moderation.scenes import moment, returned, saying

pytestmark = pytest.mark.django_db
State = ModerationState


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = JULY
    return room()


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("to_id", flat=True))


def before(panel):
    """The moderations before a panel in the order of their audits."""
    return list(panel.moderations.with_audit().order_by("audit__reference"))


def change_of(panel, **changes):
    given = {"held_on": panel.held_on, "members": tuple(panel.members.all())}
    return Change(**(given | changes))


def judge_all(scene, panel, at=None):
    """A verdict that supports the grade on each audit that waits for one."""
    for one in panel.moderations.filter(state=State.IN_MODERATION):
        scene.judged(one, at or moment(2026, 7, 21))


# --- SC-17 ---------------------------------------------------------------------------------------


def test_the_panel_of_july_does_not_support_one_grade_and_chair_and_auditor_agree(scene):
    scene.june(4)
    panel = scene.planned()
    items = before(panel)
    assert [one.state for one in items] == [State.IN_MODERATION] * 4
    assert {one.moderator for one in items} == {scene.chair}
    at = moment(2026, 7, 21, 14)
    for one in items[1:]:
        scene.judged(one, at)
    words = {("messages", ""): Said(text="Say what changed for the child.")}
    found = scene.judged(items[0], at, "requires_improvement", instead=words)

    audit = Audit.objects.get(pk=items[0].audit_id)
    assert found.state == State.DISAGREED
    assert (audit.grade, audit.grade_final) == ("good", False)
    assert audit.auditor_id in told("moderation.disagreed")
    minutes = build(panel)
    assert [one.verdict for one in minutes.items] == [
        "Not supported: Requires improvement",
        "Supported",
        "Supported",
        "Supported",
    ]

    agreed = Overall("requires_improvement", None, surpassed=False)
    met = Meeting(date(2026, 7, 24), "The panel is right.", agreed)
    record_meeting(found, met, by=audit.auditor, at=moment(2026, 7, 24, 11))
    met = Meeting(date(2026, 7, 24), "We agree.", agreed, "Weigh what the child says.")
    done = record_meeting(found, met, by=scene.chair, at=moment(2026, 7, 24, 12))

    audit.refresh_from_db()
    assert (done.state, audit.grade, audit.grade_final) == (
        State.FINAL,
        "requires_improvement",
        True,
    )
    kinds = list(audit.grade_events.values_list("kind", "grade"))
    assert kinds == [
        (GradeEvent.Kind.AUDITOR, "good"),
        (GradeEvent.Kind.PANEL, "requires_improvement"),
        (GradeEvent.Kind.AGREED, "requires_improvement"),
    ]
    message = "Whatever is on the file: say what it changed."
    change_panel(panel, change_of(panel, messages=message), by=scene.officer, at=at)
    closed = close_panel(panel, by=scene.officer, at=moment(2026, 7, 24, 13))
    assert (closed.state, closed.messages) == (PanelState.CLOSED, message)
    item = ModerationItem.objects.get(moderation=found, content="messages")
    assert item.text == "Say what changed for the child."


def test_where_chair_and_auditor_do_not_settle_the_chair_decides(scene):
    scene.june(1)
    panel = scene.planned(number=1)
    found = scene.judged(before(panel)[0], moment(2026, 7, 21), "requires_improvement")
    met = Meeting(date(2026, 7, 22), "We see it differently.", None)
    record_meeting(found, met, by=scene.chair, at=moment(2026, 7, 22))

    up = escalate(found, read_rung=0, reason="Not settled.", by=scene.chair, at=moment(2026, 7, 23))
    assert [one.pk for one in up.steps.get().deciders.all()] == [scene.chair.pk]
    grade = Overall("requires_improvement", None, surpassed=False)
    done = decide(up, grade, reason="The plan is late.", by=scene.chair, at=moment(2026, 7, 24))

    assert (done.state, done.after) == (State.FINAL, "requires_improvement")


# --- the sample ----------------------------------------------------------------------------------


def test_a_drawn_sample_can_be_drawn_again_and_its_chance_is_kept(scene):
    scene.june(6)

    panel = scene.planned()

    selection = panel.selection
    assert (selection.rule, selection.returned, len(selection.result)) == ("panel", 6, 4)
    again = draw(pool_of(selection), Rule.read(selection.terms), selection.seed)
    assert [one.reference for one in again.files] == [one["audit"] for one in selection.result]
    assert stands(selection)
    chosen = panel.moderations.all()
    assert {one.audit_id for one in chosen} == {one["id"] for one in selection.result}
    assert {(one.how, one.chance, one.selection_id) for one in chosen} == {
        ("chance", 4 / 6, selection.pk)
    }
    assert Moderation.objects.count() == 4
    assert not Audit.objects.filter(grade_final=True).exists()


def test_what_is_picked_by_hand_has_no_chance_and_no_seed(scene):
    audits = scene.june(3)

    panel = scene.planned(picked=frozenset({audits[1].pk}))

    one = panel.moderations.get()
    assert (one.audit, one.how, one.chance, one.selection) == (audits[1], "panel", None, None)
    assert (panel.selection, Selection.objects.count()) == (None, 0)


def test_the_pool_is_what_was_returned_in_the_days_and_nobody_moderates(scene):
    place, people = scene.place, scene.place.people
    early = returned(place, "good", moment(2026, 5, 31, 23, 59))
    first = returned(place, "good", moment(2026, 6, 1, 0, 1))
    last = returned(place, "good", moment(2026, 6, 30, 23, 59))
    late = returned(place, "good", moment(2026, 7, 1, 0, 1))
    left = returned(place, "good", moment(2026, 6, 10))
    one = choose_by_hand(left, reason="Look", by=people.officer, at=JULY)
    leave_unmoderated(one, reason="No", by=people.officer, at=JULY)
    given = returned(place, "good", moment(2026, 6, 11))
    one = choose_by_hand(given, reason="Look", by=people.officer, at=JULY)
    assign(one, scene.other_head, by=people.officer, at=JULY)

    panel = scene.planned(number=2)

    assert {one.audit for one in before(panel)} == {first, last}
    assert panel.selection.returned == 4
    assert not Moderation.objects.filter(audit__in=[early, late]).exists()


def test_an_audit_that_waits_for_a_moderator_comes_before_the_panel_as_it_was_chosen(scene):
    audit = scene.june(1)[0]
    waiting = choose_by_hand(audit, reason="Odd grade", by=scene.officer, at=JULY)

    panel = scene.planned(number=1)

    one = panel.moderations.get()
    assert (one.pk, one.how, one.reason, one.chance) == (waiting.pk, "hand", "Odd grade", 1.0)
    assert (one.state, one.moderator) == (State.IN_MODERATION, scene.chair)


def test_the_same_sample_is_never_moderated_twice(scene):
    audits = scene.june(5)
    panel = scene.planned()
    taken = {one.audit_id for one in before(panel)}
    rest = {one.pk for one in audits} - taken

    with pytest.raises(Refused, match="exactly these days already"):
        scene.planned(number=1)
    with pytest.raises(Refused, match="cannot be taken any more"):
        scene.planned(picked=frozenset(taken))
    other = scene.planned(picked=frozenset(rest))

    assert {one.audit_id for one in before(other)} == rest
    assert Moderation.objects.count() == 5
    with pytest.raises(Refused, match="left to look at"):
        scene.planned(picked=frozenset(taken))
    assert Panel.objects.count() == 2


def test_the_database_refuses_a_second_standing_moderation(scene):
    scene.june(1)
    one = before(scene.planned(number=1))[0]

    with pytest.raises(IntegrityError, match="one_standing_moderation"), transaction.atomic():
        Moderation.objects.create(
            council=one.council, audit=one.audit, how="panel", chosen_at=JULY, before="good"
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": 4}, "Draw from 1 to 2"),
        ({"number": None}, "Say how many"),
        ({"number": 0}, "Say how many|Draw from"),
        ({"number": 2, "picked": frozenset({1})}, "Say how many"),
        ({"from_on": date(2026, 7, 1)}, "before the first"),
        ({"to_on": date(2026, 7, 3)}, "must be over"),
        ({"held_on": date(2026, 6, 30)}, "meets after the last day"),
        ({"from_on": date(2026, 4, 1), "to_on": date(2026, 4, 2)}, "left to look at"),
    ],
)
def test_what_cannot_be_planned_is_said(scene, changes, words):
    scene.june(2)

    with pytest.raises(Refused, match=words):
        plan_panel(scene.plan(**({"number": 2} | changes)), by=scene.officer, at=JULY)

    assert not Panel.objects.exists()
    assert not Moderation.objects.exists()


def test_only_the_councils_qa_team_runs_panels(scene):
    scene.june(1)
    panel = scene.planned(number=1)

    for who in (scene.own_head, scene.social_worker, scene.place.people.director):
        with pytest.raises(PermissionDenied):
            plan_panel(scene.plan(number=1), by=who, at=JULY)
        with pytest.raises(PermissionDenied):
            change_panel(panel, change_of(panel), by=who, at=JULY)
        with pytest.raises(PermissionDenied):
            close_panel(panel, by=who, at=JULY)


def test_chair_and_members_hold_the_posts_that_the_framework_names(scene):
    scene.june(1)

    with pytest.raises(Refused, match="holds no post that chairs"):
        scene.planned(number=1, chair=scene.other_head)
    with pytest.raises(Refused, match="holds no post that sits"):
        scene.planned(number=1, members=(scene.place.people.manager,))


def test_a_framework_without_a_panel_plans_none():
    scene = room("eastmere")

    with pytest.raises(Refused, match="no validation panel"):
        scene.planned()


def test_nobody_picks_by_hand_what_they_have_a_part_in(scene):
    audit = returned(scene.place, "good", moment(2026, 6, 5))
    Audit.objects.filter(pk=audit.pk).update(auditor=scene.officer)

    with pytest.raises(Refused, match="You have a part in audit"):
        scene.planned(picked=frozenset({audit.pk}))

    assert scene.planned(number=1).moderations.count() == 1


# --- who judges ----------------------------------------------------------------------------------


def test_who_sits_on_it_may_judge_and_whoever_is_barred_may_not(scene):
    scene.june(1)
    one = before(scene.planned(number=1))[0]

    may = {
        user: user.has_perm("moderation.moderate", one) for user in (scene.chair, *scene.members)
    }

    assert may == {
        scene.chair: True,
        scene.own_head: False,
        scene.other_head: True,
        scene.social_worker: True,
        scene.officer: True,
    }
    with pytest.raises(PermissionDenied):
        save_view(one, saying(one), read_version=0, by=scene.own_head, at=JULY)
    assert not scene.place.people.moderator.has_perm("moderation.moderate", one)
    readers = set(Reader.objects.filter(part="panel").values_list("user_id", flat=True))
    assert readers == {scene.chair.pk, *(user.pk for user in scene.members)} - {scene.own_head.pk}


def test_a_member_without_their_post_judges_no_more(scene):
    scene.june(1)
    one = before(scene.planned(number=1))[0]

    scene.social_worker.holdings.update(to_on=date(2026, 7, 1))

    assert not scene.social_worker.has_perm("moderation.moderate", one)


def test_a_chair_who_has_a_part_is_replaced_by_the_first_member_who_has_none(scene):
    audits = scene.june(2)
    Audit.objects.filter(pk=audits[0].pk).update(auditor=scene.chair)

    panel = scene.planned(number=2)

    first, second = before(panel)
    assert (first.moderator, second.moderator) == (scene.other_head, scene.chair)
    assert not scene.chair.has_perm("moderation.moderate", first)
    done = scene.judged(first, moment(2026, 7, 21))
    assert done.state == State.FINAL


def test_where_everybody_is_barred_the_qa_team_is_asked_to_name_somebody(scene):
    audit = scene.june(1)[0]
    Audit.objects.filter(pk=audit.pk).update(auditor=scene.chair)

    panel = scene.planned(number=1, members=(scene.own_head,))

    one = panel.moderations.get()
    assert (one.state, one.moderator) == (State.AWAITING, None)
    assert scene.officer.pk in told("moderation.nobody")
    with pytest.raises(Refused, match="no verdict yet"):
        close_panel(panel, by=scene.officer, at=moment(2026, 7, 21))


def test_a_panel_never_grades_blind(scene):
    scene.june(1)

    panel = scene.planned(number=1)

    assert not panel.moderations.get().blind
    assert not Reader.objects.filter(blind=True).exists()


def test_everybody_on_it_is_told_of_the_day_and_the_number_and_of_nothing_else(scene):
    scene.june(4)

    panel = scene.planned()

    assert told("panel.planned") == {scene.chair.pk, *(user.pk for user in scene.members)}
    notice = Notice.objects.filter(kind="panel.planned").first()
    assert notice.subject == "Validation panel on 21 July 2026"
    assert notice.text == "Validation panel 1 meets on 21 July 2026. 4 audits are before it."
    assert notice.path == f"/moderation/panels/{panel.pk}/"
    assert not told("moderation.assigned")


def test_somebody_whose_own_work_is_audited_does_not_see_it_on_the_panel(scene):
    audits = scene.june(2)
    Audit.objects.filter(pk=audits[0].pk).update(worker=scene.social_worker)
    panel = scene.planned(number=2)

    items, hidden = items_of(panel, scene.social_worker, JULY.date())

    assert ([one.moderation.audit for one in items], hidden) == ([audits[1]], 1)
    items, hidden = items_of(panel, scene.officer, JULY.date())
    assert (len(items), hidden) == (2, 0)
    assert items[0].recused == (scene.social_worker,)
    assert items[1].recused == (scene.own_head,)


# --- changing ------------------------------------------------------------------------------------


def test_a_change_keeps_words_and_lets_new_members_read(scene):
    scene.june(1)
    panel = scene.planned(number=1, members=(scene.officer,))
    change = Change(
        date(2026, 7, 22),
        (scene.social_worker,),
        apologies="The head of service",
        notes=" Room 2 ",
        messages="Learning",
    )

    changed = change_panel(panel, change, by=scene.officer, at=JULY)

    assert (changed.held_on, changed.apologies) == (date(2026, 7, 22), "The head of service")
    assert (changed.notes, changed.messages) == ("Room 2", "Learning")
    assert set(panel.members.all()) == {scene.social_worker}
    readers = set(Reader.objects.filter(part="panel").values_list("user_id", flat=True))
    assert readers == {scene.chair.pk, scene.social_worker.pk}
    assert Notice.objects.filter(kind="panel.planned", to=scene.social_worker).count() == 1
    assert Notice.objects.filter(kind="panel.planned", to=scene.chair).count() == 2
    assert TrailEntry.objects.filter(verb="change panel", subject_id=panel.pk).count() == 1


def test_the_same_change_again_tells_nobody_again(scene):
    scene.june(1)
    panel = scene.planned(number=1)

    for _ in range(2):
        change_panel(panel, change_of(panel, notes="x"), by=scene.officer, at=JULY)

    assert Notice.objects.filter(kind="panel.planned").count() == 5


def test_whoever_speaks_for_the_panel_cannot_leave_it_before_the_verdict(scene):
    audit = scene.june(1)[0]
    Audit.objects.filter(pk=audit.pk).update(auditor=scene.chair)
    panel = scene.planned(number=1, members=(scene.other_head, scene.officer))

    with pytest.raises(Refused, match="speaks for the panel on audit"):
        change_panel(panel, change_of(panel, members=(scene.officer,)), by=scene.officer, at=JULY)

    judge_all(scene, panel)
    change_panel(panel, change_of(panel, members=(scene.officer,)), by=scene.officer, at=JULY)
    assert set(panel.members.all()) == {scene.officer}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"held_on": date(2026, 6, 30)}, "meets after"), ({"members": None}, "holds no post")],
)
def test_a_change_that_does_not_fit_is_refused(scene, changes, words):
    scene.june(1)
    panel = scene.planned(number=1)
    if "members" in changes:
        changes = {"members": (scene.place.people.director,)}

    with pytest.raises(Refused, match=words):
        change_panel(panel, change_of(panel, **changes), by=scene.officer, at=JULY)


def test_a_member_may_stay_who_has_lost_the_post_since(scene):
    scene.june(1)
    panel = scene.planned(number=1)
    scene.social_worker.holdings.update(to_on=date(2026, 7, 1))

    change_panel(panel, change_of(panel, notes="x"), by=scene.officer, at=JULY)

    assert scene.social_worker in panel.members.all()


# --- closing -------------------------------------------------------------------------------------


def test_closing_makes_the_rest_of_the_pool_final(scene):
    audits = scene.june(6)
    panel = scene.planned()
    judge_all(scene, panel)
    assert left_to_close(panel).count() == 2

    closed = close_panel(panel, by=scene.officer, at=moment(2026, 7, 21, 16))

    assert (closed.state, closed.closed_by) == (PanelState.CLOSED, scene.officer)
    rest = Moderation.objects.filter(state=State.NOT_SAMPLED)
    assert {(one.how, one.chance, one.panel_id, one.selection_id) for one in rest} == {
        ("chance", 4 / 6, None, panel.selection_id)
    }
    assert [one.moves.get().verb for one in rest] == ["pass over"] * 2
    assert Audit.objects.filter(grade_final=True).count() == len(audits)
    entry = TrailEntry.objects.get(verb="close panel")
    assert (entry.subject_id, entry.detail) == (panel.pk, {"passed over": 2})


def test_closing_after_a_pick_by_hand_says_so_of_the_rest(scene):
    audits = scene.june(2)
    panel = scene.planned(picked=frozenset({audits[0].pk}))
    judge_all(scene, panel)

    close_panel(panel, by=scene.officer, at=moment(2026, 7, 21, 16))

    rest = Moderation.objects.get(state=State.NOT_SAMPLED)
    assert (rest.audit, rest.how, rest.chance) == (audits[1], "panel", None)
    assert rest.reason == "Not picked for panel 1."


def test_closing_waits_for_every_verdict_and_names_the_audits(scene):
    scene.june(3)
    panel = scene.planned(number=3)
    first, *waiting = before(panel)
    scene.judged(first, moment(2026, 7, 21))

    with pytest.raises(Refused) as fault:
        close_panel(panel, by=scene.officer, at=moment(2026, 7, 21))

    assert fault.value.problems == tuple(f"Audit {one.audit.reference}" for one in waiting)
    assert Panel.objects.get().state == PanelState.PLANNED


def test_an_open_disagreement_and_an_audit_sent_back_do_not_hold_the_panel_up(scene):
    scene.june(3)
    panel = scene.planned(number=3)
    first, second, third = before(panel)
    scene.judged(first, moment(2026, 7, 21), "requires_improvement")
    back = {("verdict", ""): Said(code="sent_back")}
    scene.judged(second, moment(2026, 7, 21), instead=back)
    leave_unmoderated(third, reason="The child moved", by=scene.officer, at=moment(2026, 7, 21))

    close_panel(panel, by=scene.officer, at=moment(2026, 7, 22))

    found = [one.state for one in before(panel)]
    assert found == [State.DISAGREED, State.SENT_BACK, State.NOT_SAMPLED]
    assert not Audit.objects.get(pk=first.audit_id).grade_final


def test_a_closed_panel_is_not_closed_again_nor_changed(scene):
    scene.june(2)
    panel = scene.planned(number=1)
    judge_all(scene, panel)
    close_panel(panel, by=scene.officer, at=moment(2026, 7, 21))
    count = Moderation.objects.count()

    with pytest.raises(Refused, match="closed already"):
        close_panel(panel, by=scene.officer, at=moment(2026, 7, 22))
    with pytest.raises(Refused, match="nothing about it changes"):
        change_panel(panel, change_of(panel, notes="x"), by=scene.officer, at=moment(2026, 7, 22))

    assert (Moderation.objects.count(), Panel.objects.get().notes) == (count, "")


def test_what_another_panel_looks_at_is_not_made_final_by_this_one(scene):
    audits = scene.june(3)
    panel = scene.planned(picked=frozenset({audits[0].pk}))
    other = scene.planned(picked=frozenset({audits[1].pk}))
    judge_all(scene, panel)

    close_panel(panel, by=scene.officer, at=moment(2026, 7, 21))

    assert other.moderations.get().state == State.IN_MODERATION
    assert Moderation.objects.get(state=State.NOT_SAMPLED).audit == audits[2]


# --- what stands ready for the form --------------------------------------------------------------


def test_the_next_panel_begins_the_day_after_the_last_ones_days(scene):
    version = scene.place.version
    assert usual_days(version, JULY.date()) == (date(2026, 6, 1), date(2026, 6, 30))
    scene.june(2)
    assert usual_days(version, JULY.date()) == (date(2026, 6, 2), date(2026, 7, 2))

    scene.planned(number=1)

    assert usual_days(version, JULY.date()) == (date(2026, 7, 1), date(2026, 7, 2))


def test_panels_are_seen_by_the_qa_team_and_by_those_who_sit_on_them(scene):
    scene.june(1)
    scene.planned(number=1, members=(scene.social_worker,))

    seen = {
        user.name: Panel.objects.visible_to(user, JULY.date()).exists()
        for user in (scene.chair, scene.officer, scene.social_worker, scene.other_head)
    }

    assert list(seen.values()) == [True, True, True, False]
