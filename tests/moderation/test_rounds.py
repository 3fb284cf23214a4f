"""Rounds on real rows: once and for ever, by the job and by hand, with a certificate that anybody can check."""

import json
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.urls import reverse

from audits.models import Audit
from audits.scoring import Overall
from audits.services.returning import reopen_audit
from core.jobs import JOBS
from core.moves import Refused
from moderation.models import Moderation, Selection
from moderation.services.assigning import assign
from moderation.services.choosing import (
    choose_by_hand,
    draw_month,
    leave_unmoderated,
    list_back,
    run_rounds,
)
from moderation.services.settling import Meeting, record_meeting
from moderation.services.viewing import hand_in
from moderation.states import ModerationState
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tests.factories.standards import framework_text, published
from tests.moderation.scenes import council, moderated, moderator, moment, returned, saying, waiting

pytestmark = pytest.mark.django_db
State = ModerationState
JUNE = date(2026, 6, 1)
JULY = moment(2026, 7, 1, 5, 15)
GOOD = Overall("good", None, surpassed=False)


@pytest.fixture
def lancashire():
    return council("lancashire")


def month_of_audits(place, n, bad=1):
    return [
        returned(place, "inadequate" if k < bad else "good", moment(2026, 6, 1 + k), actions=0)
        for k in range(n)
    ]


def test_an_inadequate_one_waits_for_a_moderator_as_soon_as_it_is_returned(lancashire):
    bad, good = month_of_audits(lancashire, 2)

    assert (waiting(bad).how, waiting(bad).chance) == ("grade", 1.0)
    assert not Moderation.objects.filter(audit=good).exists()


def test_a_month_is_drawn_when_it_is_over_and_only_once(lancashire):
    month_of_audits(lancashire, 8)
    officer = lancashire.people.officer
    with pytest.raises(Refused, match="June 2026 is not over yet"):
        draw_month(lancashire.version, JUNE, by=officer, at=moment(2026, 6, 30, 23, 59))

    first = draw_month(lancashire.version, JUNE, by=officer, at=JULY)
    rows = list(Moderation.objects.order_by("pk").values())
    again = draw_month(lancashire.version, JUNE, by=officer, at=moment(2026, 8, 1))

    assert first == again
    assert list(Moderation.objects.order_by("pk").values()) == rows
    assert (first.returned, len(first.result), Moderation.objects.chosen().count()) == (8, 2, 3)


def test_the_job_of_the_month_run_twice_changes_nothing(lancashire):
    month_of_audits(lancashire, 8)

    counts = [JOBS["moderation-rounds"].work(JULY, lambda done: None) for _ in range(2)]

    assert counts == [1, 0]
    assert Selection.objects.get().made_by is None


def test_a_selection_cannot_be_changed_or_deleted(lancashire):
    month_of_audits(lancashire, 8)
    made = draw_month(lancashire.version, JUNE, by=None, at=JULY)

    with pytest.raises(InternalError), transaction.atomic():
        Selection.objects.filter(pk=made.pk).update(seed="another")
    with pytest.raises(InternalError), transaction.atomic():
        Selection.objects.filter(pk=made.pk)._raw_delete("default")


def test_one_chosen_by_hand_keeps_its_reason_and_takes_the_chance_when_it_is_drawn(lancashire):
    audits = month_of_audits(lancashire, 2, bad=0)
    for audit in audits:
        choose_by_hand(audit, reason="A complaint.", by=lancashire.people.officer, at=JULY)

    made = draw_month(lancashire.version, JUNE, by=None, at=JULY)

    (drawn,) = [one["id"] for one in made.result]
    found = {one.audit_id: one.chance for one in Moderation.objects.all()}
    assert found[drawn] == 0.5
    assert [chance for audit, chance in found.items() if audit != drawn] == [None]
    assert {one.how for one in Moderation.objects.all()} == {"hand"}


def test_one_that_was_left_is_chosen_again_when_it_is_drawn(lancashire):
    (audit,) = month_of_audits(lancashire, 1, bad=0)
    officer = lancashire.people.officer
    found = choose_by_hand(audit, reason="A complaint.", by=officer, at=moment(2026, 6, 4))
    leave_unmoderated(found, reason="It was settled.", by=officer, at=moment(2026, 6, 5))

    made = draw_month(lancashire.version, JUNE, by=None, at=JULY)

    found = waiting(audit)
    assert [one["id"] for one in made.result] == [audit.pk]
    assert (found.state, found.how, found.chance, found.selection, found.reason) == (
        State.AWAITING,
        "chance",
        1.0,
        made,
        "",
    )
    assert Audit.objects.get().grade_final is False
    assert found.moves.last().verb == "select"


def test_an_inadequate_one_stays_on_top_though_its_moderation_has_changed_the_grade(lancashire):
    people = lancashire.people
    bad, *_ = month_of_audits(lancashire, 4)
    who = moderator(lancashire)
    found = moderated(waiting(bad), who, moment(2026, 6, 11), "good")
    agreed = Meeting(JUNE.replace(day=12), "So it is.", GOOD, "Dates.")
    for person in (people.auditor, who):
        record_meeting(found, agreed, by=person, at=moment(2026, 6, 12))

    made = draw_month(lancashire.version, JUNE, by=None, at=JULY)

    bad.refresh_from_db()
    assert bad.grade == "good"
    assert made.certain == [bad.pk]
    assert len(made.pool["files"]) == 3


@pytest.mark.parametrize("version", ["²", "9" * 12, "9" * 5000, "", "x"])
def test_an_edition_that_is_no_number_does_not_exist(lancashire, client, version):
    client.force_login(lancashire.people.officer)

    answers = [
        client.post(reverse("run-list"), {"version": version}),
        client.post(reverse("run-month"), {"version": version, "month": "2026-06-01"}),
    ]

    assert [one.status_code for one in answers] == [404, 404]


def test_another_councils_officer_runs_nothing(lancashire):
    other = council("bexley").people.officer
    month_of_audits(lancashire, 2)

    with pytest.raises(PermissionDenied):
        draw_month(lancashire.version, JUNE, by=other, at=JULY)
    with pytest.raises(PermissionDenied):
        draw_month(lancashire.version, JUNE, by=lancashire.people.head, at=JULY)


def test_a_framework_without_the_rule_refuses(lancashire):
    bexley = council("bexley")

    with pytest.raises(Refused, match="percentage"):
        draw_month(bexley.version, JUNE, by=None, at=JULY)
    with pytest.raises(Refused, match="no list"):
        list_back(lancashire.version, by=None, at=JULY)


def test_nothing_returned_makes_no_selection(lancashire):
    bexley = council("bexley")

    assert draw_month(lancashire.version, JUNE, by=None, at=JULY) is None
    assert list_back(bexley.version, by=None, at=JULY) is None
    assert run_rounds(at=JULY) == 0


def test_the_list_holds_what_is_not_yet_moderated(lancashire):
    bexley = council("bexley")
    people = bexley.people
    first, second = (returned(bexley, "6", moment(2026, 6, day)) for day in (3, 4))
    list_back(bexley.version, by=people.officer, at=moment(2026, 6, 10))
    found = waiting(first)
    who = people.moderator
    found = assign(found, who, by=people.officer, at=JULY)
    hand_in(found, saying(found), read_version=0, by=who, at=JULY)

    later = list_back(bexley.version, by=people.officer, at=moment(2026, 7, 10))

    assert later.certain == [second.pk]
    assert Moderation.objects.count() == 2


def test_reopening_ends_the_moderation_and_the_next_return_begins_another(lancashire):
    (bad,) = month_of_audits(lancashire, 1)
    first = waiting(bad)

    reopen_audit(bad, reason="A page was missing.", by=lancashire.people.qa_head, at=JULY)

    first.refresh_from_db()
    assert first.state == State.CALLED_OFF
    assert not Moderation.objects.standing().exists()
    assert not bad.readers.exists()


def test_the_certificate_is_verified_by_the_program_that_needs_nothing(
    lancashire, client, tmp_path
):
    month_of_audits(lancashire, 8)
    made = draw_month(lancashire.version, JUNE, by=None, at=JULY)
    client.force_login(lancashire.people.officer)
    files = {"round-certificate": tmp_path / "c.json", "round-pool": tmp_path / "p.txt"}
    for name, path in files.items():
        path.write_bytes(client.get(reverse(name, args=[made.pk])).content)
    line = [sys.executable, settings.BASE_DIR / "docs" / "verify_draw.py", *files.values()]

    good = subprocess.run(line, capture_output=True, text=True, check=False)
    about = json.loads(files["round-certificate"].read_text())
    about["result"][0]["audit"] = "2026-9999"
    files["round-certificate"].write_text(json.dumps(about))
    bad = subprocess.run(line, capture_output=True, text=True, check=False)

    assert (good.returncode, good.stdout.strip()) == (0, "VERIFIED")
    assert bad.returncode == 1


def test_the_page_of_a_round_draws_again_and_runs_from_the_browser(lancashire, client):
    month_of_audits(lancashire, 8)
    client.force_login(lancashire.people.officer)
    page = client.get(reverse("rounds")).content.decode()
    assert "15 % of the audits returned in a month" in page

    data = {"version": lancashire.version.pk, "month": "2026-06-01"}
    answer = client.post(reverse("run-month"), data, follow=True)

    body = answer.content.decode()
    assert "The same audits came back, in the same order." in body
    assert "2 of 7" in body
    assert Audit.objects.filter(grade_final=True).count() == 5


def test_a_framework_without_moderation_has_final_grades_at_the_return():
    text = framework_text("eastmere").replace("moderation: {", "#")
    audit = audit_at("returned", cast("eastmere"), published(text))
    assert audit.grade_final is True
    assert not Moderation.objects.filter(audit=audit).exists()
