"""The list of what is late, holding a rung back and letting it go (B6-3), and posts that nobody holds (C4-e)."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import TrailEntry
from core.moves import Refused
from escalation.models import Escalation, Hold, Overdue
from escalation.points import HIDDEN
from escalation.selectors import events_of
from escalation.services.holding import hold, let_go
from standards.selectors import recipients_in
from tests.access.test_every_url import signed_in
from tests.escalation.scenes import at, lancashire, run, told
from tests.moderation.scenes import opened

pytestmark = pytest.mark.django_db
DUE = date(2026, 5, 5)
MAY7 = date(2026, 5, 7)


@pytest.fixture
def place(settings):
    settings.TEST_CLOCK = at(MAY7, 9)
    return lancashire()


def late(place, number=1, **changes):
    """So many audits due on 5 May, and the run of the 6th."""
    made = [opened(place, at(date(2026, 4, 7)), deadline_on=DUE, **changes) for _ in range(number)]
    run(date(2026, 5, 6))
    return made[-1]


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))


def first(place):
    return Overdue.objects.get(), place.people.officer


# --- holding back --------------------------------------------------------------------------------


def test_a_rung_held_back_is_shown_as_withheld_and_fires_when_it_is_let_go(place):
    audit = late(place)
    one, officer = first(place)
    held = hold(one, 0, reason="The office was flooded.", by=officer, at=at(date(2026, 5, 6), 12))

    for day in (7, 8, 12):
        run(date(2026, 5, day))
    assert [name for _, name in told()] == ["deputy_director"]
    event = next(one for one in events_of("audit", audit.pk) if one.step == "rung")
    assert event.withheld
    assert (event.reason, event.held_since.date()) == (
        "The office was flooded.",
        date(2026, 5, 6),
    )

    let_go(held, by=officer, at=at(date(2026, 5, 12), 12))
    run(date(2026, 5, 13))
    run(date(2026, 5, 14))

    assert [name for _, name in told()] == ["deputy_director", "head", "service_manager"]
    event = next(one for one in events_of("audit", audit.pk) if one.step == "rung")
    assert (event.planned_at.date(), event.fired_at.date()) == (MAY7, date(2026, 5, 13))
    assert event.let_go_at.date() == date(2026, 5, 12)
    assert Escalation.objects.filter(step="rung").count() == 2
    assert Hold.objects.count() == 1
    verbs = TrailEntry.objects.filter(subject_type="escalation.hold").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["hold back", "let go"]


def test_a_whole_ladder_is_held_back(place):
    late(place)
    one, officer = first(place)
    hold(one, None, reason="Inquest", by=officer, at=at(date(2026, 5, 6)))

    run(date(2026, 5, 30))

    assert told() == []
    assert Escalation.objects.filter(step="rung", fired_at=None).count() == 3


def test_what_is_held_back_of_a_thing_that_is_done_is_never_sent(place):
    audit = late(place)
    one, officer = first(place)
    held = hold(one, None, reason="Inquest", by=officer, at=at(date(2026, 5, 6)))
    run(date(2026, 5, 12))
    audit.state = "excluded"
    audit.save(update_fields=["state"])
    let_go(held, by=officer, at=at(date(2026, 5, 12), 12))

    run(date(2026, 5, 20))

    assert told() == []
    assert Escalation.objects.filter(step="rung", fired_at=None).count() == 2


def test_a_thing_is_held_back_once_and_not_after_it_was_told(place):
    late(place)
    one, officer = first(place)
    run(MAY7)
    with pytest.raises(Refused, match="told already"):
        hold(one, 0, reason="x", by=officer, at=at(MAY7))
    hold(one, 1, reason="x", by=officer, at=at(MAY7))
    with pytest.raises(Refused, match="held back already"):
        hold(one, 1, reason="y", by=officer, at=at(MAY7))


def test_what_was_held_back_climbs_again_from_a_new_date(place):
    audit = late(place)
    one, officer = first(place)
    hold(one, None, reason="Inquest", by=officer, at=at(date(2026, 5, 6)))
    audit.deadline_on = date(2026, 5, 12)
    audit.save(update_fields=["deadline_on"])

    run(date(2026, 5, 14))

    assert [name for _, name in told()] == ["head", "service_manager"]
    answer = signed_in(officer).get(reverse("escalations") + "?held=yes")
    assert len(answer.context["rows"]) == 0
    page = text_of(signed_in(officer).get(reverse("escalations")))
    assert "Inquest" not in page
    again, _ = first(place)
    hold(again, None, reason="Flood", by=officer, at=at(date(2026, 5, 14)))
    run(date(2026, 5, 30))
    assert len(told()) == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("qa_head", 200), ("head", 404), ("auditor", 404), ("administrator", 404)],
)
def test_only_the_ladders_own_roles_hold_back(place, who, status):
    late(place)
    one, _ = first(place)

    client = signed_in(getattr(place.people, who))

    assert client.get(reverse("hold-back", args=[one.pk])).status_code == status


def test_nobody_holds_back_their_own_lateness(place):
    late(place, auditor=place.people.officer)
    one, officer = first(place)
    client = signed_in(officer)

    assert client.post(reverse("hold-back", args=[one.pk]), {"which": "every"}).status_code == 403
    assert (
        signed_in(place.people.qa_head).get(reverse("hold-back", args=[one.pk])).status_code == 200
    )


# --- pages ---------------------------------------------------------------------------------------


def test_the_list_shows_what_is_late_by_rung_with_its_hold(place):
    audit = late(place)
    run(MAY7)
    client = signed_in(place.people.officer)

    page = text_of(client.get(reverse("escalations")))

    assert "Audits Senior manager and head of service : show audits on this rung 1" in page
    assert f"Learning space {audit.reference} Case {audit.case.number}" in page
    assert f"{place.people.auditor.name} 5 May 2026 2 days late" in page
    assert "Hold back" in page


def test_what_a_room_keeps_from_a_person_is_left_out_of_list_counts_and_pages(place, monkeypatch):
    late(place, 2)
    kept, shown = Overdue.objects.order_by("pk")
    officer = place.people.officer
    monkeypatch.setitem(HIDDEN, "audit", lambda user: [kept.subject_id] if user == officer else [])
    answer = signed_in(officer).get(reverse("escalations"))

    assert [row.one for row in answer.context["rows"]] == [shown]
    assert [one.number for one in answer.context["counts"]] == [1]
    assert signed_in(officer).get(reverse("hold-back", args=[kept.pk])).status_code == 404
    head = signed_in(place.people.qa_head).get(reverse("escalations"))
    assert len(head.context["rows"]) == 2


def test_holding_back_by_the_page_asks_for_a_reason_and_shows_it(place):
    late(place)
    one, officer = first(place)
    client, where = signed_in(officer), reverse("hold-back", args=[one.pk])
    assert "Every rung that is still to come" in text_of(client.get(where))
    assert client.post(where, {"which": "every", "reason": " "}).status_code == 422

    answer = client.post(where, {"which": "1", "reason": "The director knows."}, follow=True)

    page = text_of(answer)
    assert "Rung 2 The director knows." in page
    assert "Let it go" in page
    client.post(reverse("let-go", args=[Hold.objects.get().pk]))
    assert "The director knows." not in text_of(client.get(reverse("escalations")))


@pytest.mark.parametrize("gone", ["finished", "off the list"])
def test_a_reason_for_what_is_no_longer_late_comes_back(place, gone):
    audit = late(place)
    one, officer = first(place)
    where = reverse("hold-back", args=[one.pk])
    typed = {"which": "every", "reason": "An inquest is open."}
    if gone == "finished":
        audit.state = "excluded"
        audit.save(update_fields=["state"])
    else:
        one.delete()

    answer = signed_in(officer).post(where, typed)

    page = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert answer.status_code == 422
    assert "This is no longer late, so nothing is held back." in page
    assert "An inquest is open." in page[page.index("This is what you wrote, to copy from") :]
    assert "<button" not in page
    assert not Hold.objects.exists()
    client = signed_in(officer)
    assert (client.get(where).status_code, client.post(where, {}).status_code) == (404, 404)
    assert signed_in(place.people.auditor).post(where, typed).status_code == 404


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("?kind=audit", 2),
        ("?rung=0", 2),
        ("?rung=-1", 0),
        ("?held=yes", 1),
        ("?held=no", 1),
        ("?rung=x", 2),
    ],
)
def test_the_list_is_narrowed(place, query, number):
    late(place, 2)
    run(MAY7)
    hold(Overdue.objects.first(), 2, reason="x", by=place.people.officer, at=at(MAY7))

    answer = signed_in(place.people.officer).get(reverse("escalations") + query)

    assert len(answer.context["rows"]) == number


def test_the_list_takes_one_number_of_queries_and_is_paged(place):
    late(place)
    client, counts = signed_in(place.people.officer), []
    for more in (0, 27):
        late(place, more) if more else None
        client.get(reverse("escalations"))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("escalations"))
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert answer.context["page"].paginator.num_pages == 2


# --- posts that nobody holds ---------------------------------------------------------------------


def test_recipients_are_found_wherever_a_policy_names_them():
    policy = {
        "ladders": [
            {"rungs": [{"to": ["worker.head_of_service", "council.post.ED"]}], "code": "x"}
        ],
        "messages": {"returned": ["worker", "council.post.ED", "auditor.post.HOS"]},
        "text": "Ask worker.head_of_service first.",
        "number": 3,
    }

    assert recipients_in(policy) == [
        "worker.head_of_service",
        "council.post.ED",
        "auditor.post.HOS",
    ]


def test_the_frameworks_page_flags_recipients_whom_nobody_stands_for(place):
    where = reverse("framework", args=[place.version.pk])
    client = signed_in(place.people.officer)
    assert "Executive Director" not in flag(client, where)

    place.people.director.holdings.update(to_on=date(2026, 5, 1))

    assert "Executive Director" in flag(client, where)


def flag(client, where):
    """The words of the flag on a framework's page."""
    page = text_of(client.get(where))
    return "".join(re.findall(r"Nobody holds th(?:is|ese) posts? today: (.*?)Messages to", page))
