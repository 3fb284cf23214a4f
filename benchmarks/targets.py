"""Who asks for what in a run: people who are signed in, and audits that stand where a job needs them."""

import json
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import django

django.setup()

from allauth.account.internal.flows.login import (  # noqa: E402 - Django is ready now
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils import timezone  # noqa: E402

from actions.services import Plan  # noqa: E402
from audits import selectors  # noqa: E402
from audits.completeness import RETURN, walk  # noqa: E402
from audits.models import Audit  # noqa: E402
from audits.services.actions import record_action  # noqa: E402
from audits.services.opening import Allotment, open_audit  # noqa: E402
from benchmarks.dataset import COUNCIL  # noqa: E402
from benchmarks.peak import MOST_ACTIVE, active  # noqa: E402
from cases.models import CaseFile  # noqa: E402
from core import clock  # noqa: E402
from people.middleware import SEEN_AT, SIGNED_IN_AT  # noqa: E402
from people.models import Council, User  # noqa: E402
from people.roles import Role  # noqa: E402
from programme.demo import (  # noqa: E402
    Scene,
    answer_all,
    bear_out_grade,
    bring_to,
    month_of,
    qa_officer,
)
from standards.selectors import in_force  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Audits in which a client types, at the least; the month-end peak takes one for each of its users.
TYPED, RETURNED = 16, 44
# What the numbers of children who are made for a run begin with.
NEW = "77"


def session_for(user: User) -> str:
    """The key of a session in which somebody has just signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    now = time.time()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = session[SEEN_AT] = now
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": now}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return str(session.session_key)


def sessions(people: Iterable[User], number: int) -> list[str]:
    """So many sessions of these people, in turn."""
    known = list(people)
    return [session_for(known[one % len(known)]) for one in range(number)]


def audits_in_session(council: Council, number: int) -> list[Audit]:
    """So many audits whose meeting has been held and in which nothing is missing."""
    version = in_force(council, clock.today())
    officer = qa_officer(council, clock.today())
    if version is None or officer is None:
        raise SystemExit("The council has no framework in force or no QA team.")
    tool = version.tools.select_related("version__framework__council").order_by("pk")[0]
    at = timezone.now() - timedelta(hours=2)
    scene = Scene(council, officer, tool, at)
    auditors = list(User.objects.filter(council=council).holding(Role.AUDITOR, clock.today()))
    made = []
    for place, case in enumerate(new_cases(council, number)):
        worker = case.involvements.get().user
        free = [one for one in auditors if one != worker]
        allotment = Allotment(
            case=case,
            tool=tool,
            auditor=free[place % len(free)],
            worker=worker,
            second_worker=None,
            manager=None,
            month=month_of(version, clock.today()),
            deadline_on=clock.today() + timedelta(days=20),
        )
        made.append(finished(open_audit(allotment, by=officer, at=at), scene))
    return made


def new_cases(council: Council, number: int) -> list[CaseFile]:
    """Children who have not been audited yet, with the workers of others."""
    like = CaseFile.objects.filter(council=council, involvements__isnull=False).order_by("-pk")
    made = []
    first = 1 + CaseFile.objects.filter(council=council, number__startswith=NEW).count()
    for place, old in enumerate(like[:number]):
        worker = old.involvements.order_by("pk")[0]
        case = CaseFile.objects.create(
            council=council,
            number=f"{NEW}{first + place:06}",
            unit=old.unit,
            opened_on=clock.today() - timedelta(days=200),
            plan_type=old.plan_type,
            date_of_birth=old.date_of_birth,
        )
        case.involvements.create(user=worker.user, kind=worker.kind, from_on=case.opened_on)
        made.append(case)
    return made


def finished(audit: Audit, scene: Scene) -> Audit:
    """An audit in session with every answer and one action."""
    bring_to(audit, "in_session", scene)
    audit = Audit.objects.get(pk=audit.pk)
    answer_all(audit, gate=RETURN, at=scene.at)
    bear_out_grade(audit, at=scene.at)
    rules = selectors.edition_of(audit).policy.actions
    due_on = timezone.localdate(scene.at) + timedelta(days=10)
    plan = Plan(
        rules.kinds[0].code, "Ask the child", "It counts", audit.worker, due_on, success="Said"
    )
    record_action(audit, plan, by=audit.auditor, at=scene.at)
    return audit


def largest_section(audit: Audit) -> tuple[str, int]:
    """The section with the most questions of those that the auditor fills, and how many."""
    tool = selectors.tool_of(audit)
    whole = [one for one in tool.sections if one.paging != "question"]
    found = max(whole, key=lambda one: len(one.questions))
    return found.code, len(found.questions)


def text_part(audit: Audit) -> tuple[str, str]:
    """A section and a part of it that the auditor answers in words."""
    places = walk(selectors.tool_of(audit))
    return next(
        (section.code, part.code)
        for section, _, part in places
        if part.kind == "long_text"
        and part.respondent == "auditor"
        and section.paging != "question"
    )


def targets() -> dict[str, Any]:
    """Everything that the jobs need, as plain values."""
    council = Council.objects.get(code=COUNCIL)
    today = clock.today()

    def holding(role: Role) -> list[User]:
        return list(User.objects.filter(council=council).holding(role, today).order_by("pk")[:16])

    typed = max(TYPED, min(active(User.objects.count()), MOST_ACTIVE))
    audits = audits_in_session(council, typed + RETURNED)
    section, questions = largest_section(audits[0])
    known = [
        {
            "audit": one.pk,
            "session": session_for(one.auditor),
            "section": section,
            "part": text_part(one),
        }
        for one in audits
    ]
    return {
        "auditors": sessions(holding(Role.AUDITOR), 16),
        "officers": sessions(holding(Role.QA_OFFICER), 16),
        "heads": sessions(holding(Role.QA_HEAD), 16),
        "leaders": sessions(holding(Role.SENIOR_LEADER), 16),
        "typed": known[:typed],
        "returned": known[typed:],
        "questions": questions,
        "case": CaseFile.objects.filter(council=council).order_by("-pk")[0].number[:4],
        "cookie": settings.SESSION_COOKIE_NAME,
        "csrf": settings.CSRF_COOKIE_NAME,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(targets()))
