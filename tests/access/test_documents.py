"""docs/access.md and docs/access-addresses.md say what the code does. QA_WRITE=1 writes the second one anew."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver

from people.management.commands import access
from tests.access.routes import EVERYBODY, OPEN_TO_ALL, ROUTES, Route
from tools.paths import ROOT

ADDRESSES = ROOT / "docs" / "access-addresses.md"
ROLES = sorted(EVERYBODY)
START = """# What each address answers to each role

Written by a test from the table that it asks of the running service (tests/access/routes.py):
`QA_WRITE=1 ./qa test tests/access/test_documents.py`. Do not edit it by hand.

The people are the test's own: a small council with two teams. “audit” and the like stand for one thing of the
council, to which `worker` and `auditor` belong; `stranger` is of another team, `former` holds no post any more.
A number is the status of the answer: 200 the page, 403 refused, 404 not found, 405 only by a form. Signed out, every
address leads to the sign-in page; people of another council get 404 for every thing, as for one that is not there.
"""


def paths(patterns, before: str = "") -> dict[str, str]:
    """Each route's path by its name."""
    found: dict[str, str] = {}
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found |= paths(one.url_patterns, here)
        elif isinstance(one, URLPattern) and one.name:
            found.setdefault(one.name, here)
    return found


def answers(route: Route) -> str:
    """What the roles get, those with the same answer together."""
    groups: dict[int, list[str]] = {}
    for who in ROLES:
        groups.setdefault(route.expected(who), []).append(who)
    if len(groups) == 1:
        return f"{next(iter(groups))} everybody"
    return "; ".join(f"{status} {', '.join(people)}" for status, people in sorted(groups.items()))


def document() -> str:
    """The whole text."""
    known = paths(get_resolver().url_patterns)
    rows = [f"| `/{known[one.name]}` | {answers(one)} |" for one in ROUTES if one.name in known]
    free = [f"- `/{known[name]}`" for name in sorted(OPEN_TO_ALL) if name in known]
    head = ["| address | answer by GET |", "|---|---|"]
    last = ["", "## Open without signing in, or by a token or link of its own", "", *free, ""]
    return "\n".join([START, *head, *rows, *last])


def test_the_page_of_addresses_is_as_the_table():
    text = document()
    if os.environ.get("QA_WRITE"):
        ADDRESSES.write_text(text, encoding="utf-8")

    assert ADDRESSES.read_text(encoding="utf-8") == text


def test_the_page_of_rights_is_as_the_code():
    call_command("access", check=True)


def test_an_old_page_of_rights_is_found_and_written_anew(tmp_path, monkeypatch):
    place = tmp_path / "access.md"
    monkeypatch.setattr(access, "PLACE", place)
    with pytest.raises(CommandError, match="is old"):
        call_command("access", check=True)

    call_command("access")

    call_command("access", check=True)
    assert "# Who may see and do what" in place.read_text()
