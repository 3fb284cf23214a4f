"""Every address as every role, as a stranger, signed out, and as another council's people.

The table says who gets what; a route that is not in it fails the test. `own` tables are for one
council's cast; another council always gets 404, as for a thing that does not exist.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from actions.models import Action
from audits.models import Audit, Loop
from audits.selectors import SET_OFF
from cases.models import ImportRun
from cases.services import upload
from core.models import Notice
from core.sampling import File, Pool
from escalation.models import Hold, OfficerEscalation, Overdue
from evidence.models import Attachment
from feedback.models import Reply, Summary, Survey
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.services.summaries import Heard, record_summary
from moderation.models import Calibration, Moderation, Panel, Selection
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand
from moderation.services.settling import Meeting, escalate, record_meeting
from partners.models import PartnerInvitation
from people.models import User
from programme.models import Away, DateChange, Draw, PlanRow, Slot
from programme.services.changes import Wish, ask
from programme.services.leave import note_away
from programme.services.plans import ask_for_plan, work_out
from programme.services.year import open_year
from reporting.models import (
    ApiToken,
    Document,
    Pack,
    Recommendation,
    Rendition,
    Report,
    ReportVersion,
)
from reporting.services import ask_for_document
from reporting.services.tokens import make_token
from retention.models import Hold as RetentionHold
from retention.models import Run, SubjectRequest
from standards.models import FrameworkVersion
from supervision.models import PersonalNote
from tests.access.lines import Lines
from tests.access.routes import EVERYBODY, OPEN_TO_ALL, ROUTES, THINGS, Route
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.draws import draw_at, open_files
from tests.factories.evidence import attached, pdf
from tests.factories.feedback import survey_at
from tests.factories.learning import Learned, learned
from tests.factories.packs import shared_pack
from tests.factories.partners import invited, mailed
from tests.factories.reports import published_report
from tests.factories.retention import held_back, listed, ready_file
from tests.factories.supervision import note_for
from tests.moderation.scenes import moderated
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
# A personal supervision note, and the pages on which its two readers read it (SC-27).
SECRET = b"A note of two people."
SHOW_SECRET = ("supervision-note", "correct-supervision-note")
# Tables that any request may write into, whatever came of it.
LEFT_BY_REQUESTS = ("core_trail", "django_session", "usersessions_")
# What is another on every page: the number of the request, the keys of its scripts and forms.
OF_ONE_REQUEST = re.compile(
    rb'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": *"[^"]*"|\b[0-9a-f]{16}\b'
)


@dataclass(frozen=True)
class Things:
    """What the addresses point at: an audit under way, a returned one, an action, a document, a message."""

    open: Audit
    returned: Audit
    action: Action
    document: Document
    notice: Notice
    run: ImportRun
    version: FrameworkVersion
    people: Cast
    change: DateChange
    slot: Slot
    draw: Draw
    frozen: Draw
    row: PlanRow
    away: Away
    finished: Moderation
    given: Moderation
    disagreed: Moderation
    disputed: Moderation
    round: Selection
    panel: Panel
    calibration: Calibration
    late: Overdue
    held: Hold
    concern: OfficerEscalation
    survey: Survey
    reply: Reply
    summary: Summary
    report: Report
    report_version: ReportVersion
    rendition: Rendition
    recommendation: Recommendation
    pack: Pack
    token: ApiToken
    learned: Learned
    note: PersonalNote
    partner: PartnerInvitation
    picture: Attachment
    proof: Attachment
    erasing: Run
    kept_back: RetentionHold
    subject: SubjectRequest

    def __getattr__(self, name: str) -> object:
        """What learning has one of each of, by its name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.learned, name)

    def ids(self, route: Route) -> list[object]:
        """The arguments of a route's address."""
        found = {
            "audit": self.open.pk,
            "returned": self.returned.pk,
            "action": self.action.pk,
            "document": self.document.pk,
            "notice": self.notice.pk,
            "case": self.open.case_id,
            "import": self.run.pk,
            "version": self.version.pk,
            "draw": self.draw.pk,
            "frozen": self.frozen.pk,
            "file": self.draw.result[0]["id"],
            "row": self.row.pk,
            "away": self.away.pk,
            "change": self.change.pk,
            "slot": self.slot.pk,
            "year": self.slot.year_id,
            "post": self.slot.post_id,
            "finished": self.finished.pk,
            "given": self.given.pk,
            "disagreed": self.disagreed.pk,
            "disputed": self.disputed.pk,
            "round": self.round.pk,
            "panel": self.panel.pk,
            "calibration": self.calibration.pk,
            "late": self.late.pk,
            "held": self.held.pk,
            "concern": self.concern.key,
            "colleague": self.people.worker.pk,
            "note": self.note.key,
            "partner": self.partner.pk,
            "picture": self.picture.pk,
            "proof": self.proof.pk,
            "erasing": self.erasing.number,
            "kept_back": self.kept_back.pk,
            "subject": self.subject.key,
            "survey": self.survey.pk,
            "reply": self.reply.key,
            "summary": self.summary.pk,
            **{name: one.pk for name, one in vars(self.learned).items()},
            "report": self.report.pk,
            "report_version": self.report_version.pk,
            "rendition": self.rendition.pk,
            "recommendation": self.recommendation.pk,
            "pack": self.pack.pk,
            "token": self.token.pk,
            "leaver": self.people.former.pk,
            "holding": self.people.stranger.holdings.get().pk,
        }
        return [found.get(name, name) for name in route.args]


def things() -> Things:
    version = framework("fixtures/frameworks/bexley/1.yaml")
    people = cast("bexley")
    returned = audit_at("returned", people, version)
    audit = audit_at("in_session", people, version)
    action = Action.objects.raised_by("audit", returned.pk).exclude(kind__in=SET_OFF).get()
    Loop.objects.create(audit=returned, council=people.council, before=returned.grade, begun_at=NOW)
    document = ask_for_document(returned, by=people.auditor, at=NOW)
    notice = Notice.objects.filter(to=people.auditor).first()
    run = upload("cases", b"Case number,Team code,Opened\n", by=people.officer, at=NOW)
    wish = Wish("extension", "The auditor is ill.", date(2026, 12, 14))
    change = ask(audit, wish, by=people.auditor, at=NOW)
    open_year(people.council, date(2026, 4, 1), by=people.officer, at=NOW)
    slot = Slot.objects.filter(post__holdings__user=people.auditor).open().first()
    open_files(people, 2)
    draw, frozen = draw_at("drawn", people, version), draw_at("frozen", people, version)
    plan = ask_for_plan(draw, by=people.officer, at=NOW)
    work_out(plan.pk, at=NOW)
    leave = note_away(people.head, NOW.date(), date(2027, 1, 4), by=people.officer, at=NOW)
    second = audit_at("returned", people, version)
    chosen = choose_by_hand(second, reason="Look at it", by=people.officer, at=NOW)
    finished = moderated(chosen, people.moderator, NOW)
    given, disagreed, disputed = (in_hand(people, version, stage) for stage in range(3))
    return Things(
        audit,
        returned,
        action,
        document,
        notice,
        run,
        version,
        people,
        change,
        slot,
        draw,
        frozen,
        plan.rows.first(),
        leave,
        finished,
        given,
        disagreed,
        disputed,
        round_of(returned, version),
        panel_of(people, version),
        calibration_of(returned, people),
        *late_of(audit, people),
        concern_of(people, version),
        survey_at("closed", people.officer),
        complaint_of(people, version),
        summary_of(people),
        *report_of(people, version),
        shared_pack(people, [returned], NOW),
        make_token("BI", ["figures"], NOW.date(), by=people.qa_head, at=NOW)[0],
        learned=learned(returned, people.officer, people.qa_head),
        note=note_for(people.worker, people.manager, NOW, text=SECRET.decode()),
        partner=invited(audit, people.officer),
        picture=attached(audit, people.worker, NOW),
        proof=attached(action, action.owner, NOW, pdf()),
        erasing=listed(returned, NOW),
        kept_back=held_back(returned, people.qa_head, NOW),
        subject=ready_file(returned, people.qa_head, NOW),
    )


def in_hand(people: Cast, version: FrameworkVersion, stage: int) -> Moderation:
    """A moderation with its moderator; one further, not agreed; another further, waiting for a decision."""
    audit = audit_at("returned", people, version)
    chosen = choose_by_hand(audit, reason="Look at it", by=people.officer, at=NOW)
    if not stage:
        return assign(chosen, people.moderator, by=people.officer, at=NOW)
    other = "1" if audit.grade != "inadequate" else "6"
    found = moderated(chosen, people.moderator, NOW, other)
    if stage == 1:
        return found
    met = Meeting(NOW.date(), "We differ.", None)
    record_meeting(found, met, by=people.moderator, at=NOW)
    return escalate(found, read_rung=0, reason="Not settled.", by=people.moderator, at=NOW)


def round_of(audit: Audit, version: FrameworkVersion) -> Selection:
    """A draw of one audit from one."""
    pool = Pool((File(audit.reference),), of="audit")
    return Selection.objects.create(
        council=version.council,
        version=version,
        number=1,
        rule=Selection.Rule.PERCENTAGE,
        from_on=date(2026, 10, 1),
        to_on=date(2026, 10, 31),
        returned=1,
        pool={"files": [{"audit": audit.reference, "id": audit.pk}]},
        fingerprint=pool.fingerprint,
        terms={"number": 1},
        seed="chance",
        result=[{"order": 1, "audit": audit.reference, "id": audit.pk}],
        made_at=NOW,
    )


def calibration_of(audit: Audit, people: Cast) -> Calibration:
    """An open exercise in which the moderator grades."""
    made = Calibration.objects.create(
        council=people.council,
        version=audit.version,
        audit=audit,
        title="November",
        closes_on=NOW.date(),
        opened_by=people.officer,
        opened_at=NOW,
    )
    made.grades.create(rater=people.moderator)
    return made


def late_of(audit: Audit, people: Cast) -> tuple[Overdue, Hold]:
    """An audit that is late, which the QA team may hold back, and something held back."""
    Audit.objects.filter(pk=audit.pk).update(deadline_on=NOW.date() - timedelta(days=1))
    late = Overdue.objects.create(
        council=people.council,
        version=audit.version,
        kind="audit",
        subject_id=audit.pk,
        item="Audit",
        case_number=audit.case.number,
        path=f"/audits/{audit.pk}/",
        late=people.auditor,
        due_on=NOW.date(),
        paused_by=["qa_officer", "qa_head"],
        seen_at=NOW,
    )
    held = Hold.objects.create(
        council=people.council,
        kind="audit",
        subject_id=audit.pk,
        due_on=NOW.date(),
        rung=1,
        reason="Ill",
        by=people.officer,
        at=NOW,
    )
    return late, held


def complaint_of(people: Cast, version: FrameworkVersion) -> Reply:
    """A complaint about the service."""
    said = Sheet("complaints", "log", "answered", NOW.date(), {"kind": "complaint"})
    return record_reply(said, Subject(people.council, version), by=people.officer, at=NOW)


def summary_of(people: Cast) -> Summary:
    """What carers said at a meeting."""
    heard = Heard(NOW.date(), "They want to be told earlier.")
    return record_summary(people.council, "fostering", heard, by=people.officer, at=NOW)


def report_of(
    people: Cast, version: FrameworkVersion
) -> tuple[Report, ReportVersion, Rendition, Recommendation]:
    """A published report that the lead member has, its one version, the file and the recommendation."""
    report = published_report(people, version, NOW)
    made = report.versions.get()
    return report, made, made.renditions.get(), report.recommendations.get()


def concern_of(people: Cast, version: FrameworkVersion) -> OfficerEscalation:
    """A concern that the moderator has raised about the worker, and put to the manager."""
    concern = OfficerEscalation.objects.create(
        council=people.council,
        version=version,
        ladder="cp_chair",
        ladder_title="Escalation",
        number=1,
        officer=people.moderator,
        worker=people.worker,
        concern="No visit",
        expectation="A visit",
        raised_at=NOW,
    )
    stage = concern.stages.create(index=0, title="Stage 1", opened_on=NOW.date())
    stage.people.create(user=people.manager, part="to", roles="line manager")
    return concern


def panel_of(people: Cast, version: FrameworkVersion) -> Panel:
    """A planned panel whose one member is no member of the QA team."""
    panel = Panel.objects.create(
        council=people.council,
        version=version,
        number=1,
        held_on=NOW.date(),
        chair=people.qa_head,
        from_on=date(2026, 10, 1),
        to_on=date(2026, 10, 31),
        made_by=people.officer,
        made_at=NOW,
    )
    panel.members.add(people.service_manager)
    return panel


def body_of(answer) -> bytes:
    """What came, also where it came piece by piece."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def signed_in(user) -> Client:
    return sign_in(Client(raise_request_exception=False), user)


def address(route: Route, made: Things) -> str:
    return reverse(route.name, args=made.ids(route))


def one_of_each(people: Cast) -> dict[str, User]:
    """Somebody of each kind of post, and one who holds none any more."""
    alike = {"second", "stranger", "manager", "deputy_director"}
    return {who: user for who, user in people.everybody().items() if who not in alike}


def names(patterns, found: set[str]) -> set[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            names(one.url_patterns, found)
        elif isinstance(one, URLPattern):
            found.add(one.name or str(one.pattern))
    return found


def test_every_route_is_in_the_table():
    assert (
        names(get_resolver().url_patterns, set()) == {route.name for route in ROUTES} | OPEN_TO_ALL
    )


def test_every_route_as_every_role_and_the_line_it_leaves():
    made = things()
    wrong = []
    lines = Lines()
    for who, user in made.people.everybody().items():
        client = signed_in(user)
        for route in ROUTES:
            answer = client.get(address(route, made))
            status, expected = answer.status_code, route.expected(who)
            if status != expected:
                wrong.append(f"{who} {route.name}: {status}, not {expected}")
            if fault := lines.fault(route, address(route, made), status, user):
                wrong.append(f"{who} {route.name}: {fault}")
            if SECRET in body_of(answer) and route.name not in SHOW_SECRET:
                wrong.append(f"{who} {route.name} shows a personal note")
    assert not wrong, "\n".join(wrong)


def test_every_route_signed_out_leads_to_the_sign_in_page(settings):
    settings.TEST_CLOCK = NOW
    made = things()
    client = Client(raise_request_exception=False)
    # A partner's link opens nothing else either.
    assert client.get(f"/invited/{mailed()}/").status_code == 200
    wrong = []
    for route in ROUTES:
        for method in (client.get, client.post):
            answer = method(address(route, made))
            if answer.status_code != 302 or not answer.headers["Location"].startswith(
                "/accounts/login/"
            ):
                wrong.append(f"{route.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def made_up_instead_of(one: object) -> object:
    """An id of the same kind that nothing has."""
    if isinstance(one, UUID):
        return uuid4()
    return 987_654_321 if isinstance(one, int) else one


def said_of(
    client: Client, route: Route, made: Things, *, made_up: bool = False
) -> tuple[int, bytes]:
    """The status and the page of a thing's address, without what is another in every answer."""
    ids = [
        made_up_instead_of(one) if made_up and name in THINGS else one
        for name, one in zip(route.args, made.ids(route), strict=True)
    ]
    where = reverse(route.name, args=ids)
    answer = client.get(where)
    page = OF_ONE_REQUEST.sub(b"", body_of(answer).replace(where.encode(), b""))
    return answer.status_code, page


def test_another_council_finds_nothing_of_ours():
    made = things()
    framework("tests/frameworks/eastmere.yaml")
    other = cast("eastmere")
    wrong = []
    for who, user in one_of_each(other).items():
        client = signed_in(user)
        for route in ROUTES:
            if not route.of_a_thing:
                continue
            for method in (client.get, client.post):
                answer = method(address(route, made))
                if answer.status_code not in {404, 405} and not (
                    answer.status_code == 403 and route.guarded_first
                ):
                    wrong.append(f"{who} {route.name}: {answer.status_code}")
                if made.open.case.number in body_of(answer).decode(errors="ignore"):
                    wrong.append(f"{who} {route.name} shows our case")
            if who == "qa_head" and said_of(client, route, made) != said_of(
                client, route, made, made_up=True
            ):
                wrong.append(f"{who} {route.name} tells ours from what does not exist")
    assert not wrong, "\n".join(wrong)


def test_another_councils_lists_hold_nothing_of_ours():
    made = things()
    framework("tests/frameworks/eastmere.yaml")
    other = cast("eastmere")
    shown = []
    for user in one_of_each(other).values():
        client = signed_in(user)
        for route in ROUTES:
            if not route.of_a_thing:
                page = body_of(client.get(address(route, made))).decode(errors="replace")
                shown += [
                    route.name
                    for text in (made.open.case.number, made.people.worker.name)
                    if text in page
                ]
    assert shown == []


def test_an_address_that_is_only_posted_to_says_who_may():
    assert [route.name for route in ROUTES if route.status == 405 and route.post_may is None] == []


def readers(route: Route) -> frozenset[str]:
    """Who opens some page of the same kind of thing."""
    alike = [one for one in ROUTES if one.args[:1] == route.args[:1] and one.status == 200]
    return frozenset().union(*(one.may & one.sees for one in alike))


def who_may_not(route: Route) -> list[str]:
    """Up to four who may not post: a stranger, the administrator, who sees the thing, and others in turn."""
    may_not = EVERYBODY - route.posters
    outside = [who for who in ("stranger", "administrator") if who in may_not]
    turn = len(route.name)
    seeing, others = sorted(may_not & readers(route)), sorted(may_not - readers(route))
    rest = [
        who
        for group in (seeing, others)
        for who in group[turn % (len(group) or 1) :] + group[: turn % (len(group) or 1)]
        if who not in outside
    ]
    return (outside + rest)[:4]


def fingerprint() -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum that changes with any value, but for what each request leaves."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        asked = " UNION ALL ".join(
            f"SELECT '{one}', count(*), coalesce(sum(hashtext(row::text)::bigint), 0) "  # noqa: S608
            f'FROM "{one}" AS row'
            for one in tables
            if not one.startswith(LEFT_BY_REQUESTS)
        )
        cursor.execute(asked)
        return {name: (rows, values) for name, rows, values in cursor.fetchall()}


def test_a_post_by_somebody_without_the_right_changes_nothing():
    made = things()
    clients = {who: signed_in(user) for who, user in made.people.everybody().items()}
    before = fingerprint()
    wrong = []
    for route in ROUTES:
        for who in who_may_not(route):
            status = clients[who].post(address(route, made)).status_code
            if status not in {403, 404, 405}:
                wrong.append(f"{who} {route.name}: {status}")
    assert not wrong, "\n".join(wrong)
    after = fingerprint()
    assert {name for name in before if after[name] != before[name]} == set()


def test_a_former_holder_keeps_only_their_own_past_audits():
    made = things()
    made.people.auditor.holdings.update(to_on="2026-10-31")
    client = signed_in(made.people.auditor)

    assert client.get(reverse("audit", args=[made.returned.pk])).status_code == 200
    assert client.get(reverse("being-audited")).status_code == 403
    assert client.get(reverse("allocate")).status_code == 403


def test_somebody_who_left_is_out_at_the_next_request():
    made = things()
    client = signed_in(made.people.officer)
    assert client.get(reverse("audit", args=[made.open.pk])).status_code == 200

    made.people.officer.is_active = False
    made.people.officer.save(update_fields=["is_active"])

    assert client.get(reverse("audit", args=[made.open.pk])).status_code == 302
