"""How many queries each page asks, counted in a process of its own: `python -m benchmarks.queries TARGETS PORT FILE`."""

import json
import sys
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - Django is ready now
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.client import Asked  # noqa: E402
from benchmarks.pages import Page, pages  # noqa: E402
from benchmarks.site import HOST  # noqa: E402


def counted(page: Page) -> int:
    """The queries of the second time that somebody asks for a page: the first reads what a process keeps."""
    ask(page, page.following(0))
    with CaptureQueriesContext(connection) as queries:
        ask(page, page.following(0))
    return len(queries)


def ask(page: Page, one: Asked) -> None:
    """Ask for it in this process. Raises SystemExit for an answer that is not a good one."""
    client = Client(
        headers={"host": HOST, "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.9"}
    )
    for name, value in one.cookies.items():
        client.cookies[name] = value
    if one.body is None:
        answer = client.get(one.path)
    else:
        form = "application/x-www-form-urlencoded"
        answer = client.post(one.path, one.body, content_type=form, headers=one.headers)
    if answer.status_code not in one.good:
        raise SystemExit(f"{one.path}: {answer.status_code}")
    page.heard(0, answer.content)


if __name__ == "__main__":
    targets = json.loads(Path(sys.argv[1]).read_text())
    targets["returned"] = targets["returned"][-2:]  # the others have been returned by now
    found = {page.name: counted(page) for page in pages(targets, int(sys.argv[2]))}
    Path(sys.argv[3]).write_text(json.dumps(found))
