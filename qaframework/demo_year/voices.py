"""Who was heard in an invented year: replies with audits, compliments and complaints, what groups said."""

from datetime import timedelta

from django.utils import timezone

from audits.models import Audit
from feedback import words
from feedback.answers import cleaned
from feedback.demo import REASONS, answers_to, relation_of, way_of
from feedback.models import Reply, Summary
from feedback.selectors.replies import with_audits
from feedback.services.replies import Sheet, Subject, reply_of
from feedback.services.summaries import TOTALS
from feedback.sheets import KEPT
from qaframework.demo_year import phrases, story
from qaframework.demo_year.audits import BATCH, Told
from qaframework.demo_year.desk import Desk
from standards.instruments import NUMBERS, Instrument

# What comes of asking, and how often of a hundred.
OUTCOMES = {words.ANSWERED: 62, words.DECLINED: 11, words.NO_REPLY: 21, words.UNSAFE: 6}
LOGS = 2  # entries a month in each instrument that is a log
GROUPS = 3  # occasions in a quarter


def hear(desk: Desk, stories: list[Told]) -> int:
    """Write what was said with the audits, in the logs and by groups; returns how many replies there are."""
    rows = [row for told in stories if told.audit.returned_at for row in with_audit(desk, told)]
    rows += without_audit(desk, stories)
    Reply.objects.bulk_create(rows, batch_size=BATCH)
    Summary.objects.bulk_create(in_groups(desk, stories))
    return len(rows)


def with_audit(desk: Desk, told: Told) -> list[Reply]:
    """What came of asking with one audit."""
    audit, rng = told.audit, desk.rng
    at = min(audit.session_at or told.returned_at, told.returned_at)
    made = []
    for turn, instrument in enumerate(with_audits(told.rules.edition)):
        outcome = rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        said = answers(instrument, told.rank, desk) if outcome == words.ANSWERED else {}
        if outcome == words.ANSWERED and not said:
            continue
        sheet = Sheet(
            instrument.code,
            way_of(instrument),
            outcome,
            timezone.localdate(at),
            answers=said,
            reason=REASONS.get(outcome, ""),
            relation=relation_of(instrument, rng.randrange(9) + turn),
            themes=tuple(rng.sample(desk.themes, 1)) if said and rng.random() < 0.4 else (),
        )
        reply = reply_of(sheet, about(audit), instrument, by=audit.auditor, at=at)
        made.append(reply)
    return made


def about(audit: Audit) -> Subject:
    """What the replies with an audit are about."""
    return Subject.of_audit(audit)


def answers(instrument: Instrument, rank: int, desk: Desk) -> dict[str, object]:
    """What somebody answers: numbers around what the work is like, in words what others said before."""
    rng = desk.rng
    raw = answers_to(instrument, rng.randrange(60), desk.on)
    found, _ = cleaned(instrument, raw)
    for one in instrument.fields:
        if one.kind in NUMBERS and one.code in found:
            good = story.quality(rank, rng) + 0.12
            found[one.code] = story.place_on(one.steps, min(1.0, good))
        if one.worry:
            found.pop(one.code, None)
    return found


def without_audit(desk: Desk, stories: list[Told]) -> list[Reply]:
    """Compliments, complaints and other logs, a few in each month."""
    made, rng = [], desk.rng
    months = sorted({one.audit.month for one in stories})
    for month in months:
        rules = desk.in_force(month)
        for instrument in rules.edition.instruments:
            if instrument.privacy not in KEPT or not instrument.fields:
                continue
            if "in_audit" in instrument.delivery or instrument.publishable or instrument.follows:
                continue
            for _ in range(rng.randint(0, LOGS)):
                at = desk.moment(month + timedelta(days=rng.randrange(27)))
                said = answers(instrument, rng.choice((2, 3, 3, 4)), desk)
                if not said or at > desk.at:
                    continue
                told = rng.choice(stories)
                case = told.audit.case if instrument.privacy == "identified" else None
                subject = Subject(desk.council, rules.version, case=case)
                on = timezone.localdate(at)
                themes = tuple(rng.sample(desk.themes, 1))
                sheet = Sheet(
                    instrument.code, way_of(instrument), words.ANSWERED, on, said, themes=themes
                )
                made.append(reply_of(sheet, subject, instrument, by=desk.officer, at=at))
    return made


def in_groups(desk: Desk, stories: list[Told]) -> list[Summary]:
    """What groups said on some occasions of each quarter, where only totals are kept."""
    made, rng = [], desk.rng
    months = sorted({one.audit.month for one in stories})[::3]
    for month in months:
        rules = desk.in_force(month)
        found = [one for one in rules.edition.instruments if one.privacy == TOTALS]
        for instrument in rng.sample(found, min(GROUPS, len(found))):
            heard, learning = rng.choice(phrases.HEARD)
            at = desk.moment(month + timedelta(days=rng.randrange(80)))
            if at > desk.at:
                continue
            made.append(
                Summary(
                    council=desk.council,
                    version=rules.version,
                    instrument=instrument.code,
                    asked_by=list(instrument.asked_by),
                    sees_totals=list(instrument.sees_totals),
                    held_on=timezone.localdate(at),
                    people=rng.randint(5, 19),
                    heard=heard,
                    learning=learning,
                    themes=rng.sample(desk.themes, 1),
                    entered_by=desk.officer,
                    entered_at=at,
                )
            )
    return made
