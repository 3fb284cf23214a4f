"""How PostgreSQL finds what each page asks for, as text beside the room's queries: `python -m benchmarks.plans TARGETS`.

Each page is asked for in this process, on the data set that DATABASE_URL names, which stays as it was. Of its queries
the few that touch most of the database are explained, and written to `<room>/plans/<page>.txt`.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402 - Django is ready now
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from benchmarks import pages, queries  # noqa: E402
from benchmarks.dataset import counted  # noqa: E402
from benchmarks.pages import Page  # noqa: E402
from benchmarks.plan_texts import (  # noqa: E402
    FILES,
    Plan,
    plain_query,
    plain_steps,
    size_words,
    text_of,
    touched,
)
from benchmarks.wire import Asked  # noqa: E402
from tools.paths import ROOT  # noqa: E402

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) "
# An INSERT of one row has no plan to speak of; a savepoint has none at all.
EXPLAINED = ("SELECT", "(SELECT", "WITH", "UPDATE", "DELETE")
# The process keeps what it may keep, as behind a real server, but nothing outside of itself.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
Query = tuple[str, Any]


def words_of_lists() -> frozenset[str]:
    """The words that stand in our own lists, such as states: they may be read in a plan, as they name nobody."""
    return frozenset(
        value
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        for value, _ in field.flatchoices
        if isinstance(value, str) and re.fullmatch(r"[a-z_]{2,40}", value)
    )


@contextmanager
def noted() -> Iterator[list[Query]]:
    """Every query that is asked inside, with its values."""
    found: list[Query] = []

    def note(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        if not many:
            found.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        yield found


def queries_of(page: Page) -> list[Query]:
    """The queries of the second time that somebody asks for a page: the first reads what a process keeps."""
    queries.ask(page, page.following(0))
    with noted() as found:
        queries.ask(page, page.following(0))
    return [one for one in found if not one[0].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]


def explained(query: Query) -> str:
    """PostgreSQL's own words on how it answers a query, once it has read everything before; nothing where it cannot say."""
    sql, values = query
    said = ""
    with connection.cursor() as cursor:
        for _ in range(2):
            try:
                with transaction.atomic():
                    cursor.execute(EXPLAIN + sql, values)
                    said = "\n".join(row[0] for row in cursor.fetchall())
                    transaction.set_rollback(True)
            except DatabaseError:
                return ""
    return said


def plans_of(found: list[Query], kept: frozenset[str]) -> Iterator[Plan]:
    """The plan of each query that has one."""
    for query in found:
        if query[0].startswith(EXPLAINED) and (steps := explained(query)):
            yield Plan(plain_query(query[0], kept), touched(steps), plain_steps(steps, kept))


def inside(port: int, asked: Asked) -> bytes:
    """What a page answers in this process; where somebody types is found in it."""
    heard: list[bytes] = []
    page = Page("", "", None, lambda _: asked, lambda _, body: heard.append(body))
    queries.ask(page, asked)
    return heard[0]


def stood_on() -> str:
    """The data and the server's settings by which it chooses a plan."""
    said = []
    with connection.cursor() as cursor:
        for name in ("server_version", "random_page_cost", "work_mem"):
            cursor.execute("SELECT current_setting(%s)", [name])
            said.append(f"{name} {cursor.fetchone()[0]}")
    return f"{size_words(asdict(counted()))}; {', '.join(said)}"


def write(targets: dict[str, Any]) -> None:
    """Write the plans of every page. Raises KeyError for a page whose plans have no place."""
    stood, kept = stood_on(), words_of_lists()
    for page in pages.pages(targets, 0, inside):
        with transaction.atomic():
            found = queries_of(page)
            text = text_of(page.name, stood, len(found), list(plans_of(found, kept)))
            transaction.set_rollback(True)
        path = ROOT / FILES[page.name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{FILES[page.name]}: {len(found)} queries", flush=True)


if __name__ == "__main__":
    with override_settings(CACHES=CACHES):
        write(json.loads(Path(sys.argv[1]).read_text()))
