"""What a page leaves in the trail beyond what `test_every_url` asks of every address (G1, H-7, H-15)."""

import pytest
from django.urls import reverse

from audits.models import Audit
from core.models import TrailEntry
from core.tracing import TRACED, label_of
from reporting.models import Pack
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.packs import shared_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def audit(people):
    return audit_at("in_session", people, framework())


def left_by(person):
    """The lines of a person: verb, subject, id and page."""
    rows = TrailEntry.objects.filter(by_id=person.pk).order_by("pk").exclude(at__lte=NOW)
    return [(one.verb, one.subject_type, one.subject_id, one.detail.get("page")) for one in rows]


def test_forty_looks_leave_forty_lines_each_saying_who_what_when_and_from_where(people, audit):
    client = signed_in(people.auditor)
    looks = {
        "page": (reverse("audit", args=[audit.pk]), {}),
        "section": (reverse("section", args=[audit.pk, "talk"]), {}),
        "fragment": (reverse("guidance", args=[audit.pk, "voice"]), {"HTTP_HX_REQUEST": "true"}),
        "changes": (reverse("section-changes", args=[audit.pk, "talk"]), {}),
    }
    before = TrailEntry.objects.count()

    for _ in range(10):
        for name, (address, headers) in looks.items():
            answer = client.get(address, REMOTE_ADDR="192.0.2.9", **headers)
            assert answer.status_code == 200, name

    lines = TrailEntry.objects.order_by("pk")[before:]
    assert len(lines) == 40
    assert {
        (one.by_id, one.subject_type, one.subject_id, one.source, one.council_id) for one in lines
    } == {(people.auditor.pk, "audits.audit", audit.pk, "192.0.2.9", people.council.pk)}
    assert [one.pk for one in lines] == sorted(one.pk for one in lines)
    assert all(one.written_at for one in lines)


def test_a_refused_or_missing_step_names_the_thing_and_nothing_else(people, audit):
    stranger, worker = signed_in(people.stranger), signed_in(people.worker)
    address = reverse("set-meeting", args=[audit.pk])

    assert stranger.post(address, {"note": "secret words"}).status_code == 404
    assert worker.post(address, {"note": "secret words"}).status_code == 403

    assert left_by(people.stranger) == [("not found", "audits.audit", audit.pk, "set-meeting")]
    assert left_by(people.worker) == [("refused", "audits.audit", audit.pk, "set-meeting")]
    assert "secret" not in str(list(TrailEntry.objects.values()))


@pytest.mark.parametrize("pk", ["999999", "9" * 18, "9" * 40])
def test_a_guessed_number_leaves_a_line_whatever_its_size(people, pk):
    client = signed_in(people.stranger)

    assert client.get(f"/audits/{pk}/").status_code == 404

    number = int(pk) if int(pk) < 2**63 else None
    assert left_by(people.stranger) == [("not found", "audits.audit", number, "audit")]


def test_who_may_see_a_thing_and_is_refused_a_step_has_not_opened_it(people, audit):
    client = signed_in(people.worker)

    assert client.get(reverse("return-audit", args=[audit.pk])).status_code == 403

    assert [verb for verb, *_ in left_by(people.worker)] == ["refused"]


def test_a_pack_leaves_a_line_for_itself_and_for_each_record_in_it(people):
    audits = [audit_at("returned", people, framework()) for _ in range(2)]
    pack = shared_pack(people, audits, NOW)

    signed_in(people.officer).get(reverse("pack-file", args=[pack.pk]))

    assert {(verb, pk) for verb, _, pk, _ in left_by(people.officer)} == {
        ("download pack", pack.pk),
        *(("open audit in pack", one.pk) for one in audits),
    }


def test_a_page_that_only_asks_how_far_something_is_leaves_no_line_and_nobody_can_pretend(people):
    pack = shared_pack(people, [audit_at("returned", people, framework())], NOW)
    client, address = signed_in(people.officer), reverse("pack", args=[pack.pk])

    client.get(address, HTTP_HX_REQUEST="true")
    assert [verb for verb, *_ in left_by(people.officer)] == ["open pack"]
    Pack.objects.filter(pk=pack.pk).update(
        state=Pack.State.WAITING, content=None, shared_at=None, shared_by=None
    )
    client.get(address, HTTP_HX_REQUEST="true")

    assert [verb for verb, *_ in left_by(people.officer)] == ["open pack"]


def test_who_takes_part_in_an_anonymous_survey_leaves_no_line(people):
    client = signed_in(people.worker)

    assert client.get(reverse("take-part")).status_code == 200
    assert client.get("/answer/no-such-link/").status_code == 410

    assert left_by(people.worker) == []


def test_a_refused_form_of_another_site_leaves_a_line(people, audit):
    client = signed_in(people.auditor)
    client.handler.enforce_csrf_checks = True

    assert client.post(reverse("set-meeting", args=[audit.pk])).status_code == 403

    assert left_by(people.auditor) == [("refused", "audits.audit", audit.pk, "set-meeting")]


def test_every_room_that_holds_things_of_a_case_traces_them():
    linked = {label for label, thing in TRACED.items() if thing.of_cases}

    assert linked >= {
        *("cases.casefile", "audits.audit", "actions.action", "moderation.moderation"),
        *("feedback.reply", "feedback.invitation", "learning.extract", "reporting.document"),
        *("programme.datechange", "escalation.officerescalation"),
    }
    assert label_of("audits/<int:pk>/meeting/") == "audits.audit"
    assert label_of("moderation/panels/<int:pk>/") == "moderation.panel"
    assert label_of("dashboard/") == ""


def test_the_things_of_a_case_are_those_and_no_others(people):
    first, second = (audit_at("returned", people, framework()) for _ in range(2))

    found = {
        label: set(thing.of_cases([first.case_id]))
        for label, thing in TRACED.items()
        if thing.of_cases
    }

    assert found["audits.audit"] == {first.pk}
    assert found["cases.casefile"] == {first.case_id}
    own = Audit.objects.get(pk=first.pk)
    assert found["actions.action"] == set(own.case.actions.values_list("pk", flat=True))
    assert second.pk not in found["audits.audit"]
