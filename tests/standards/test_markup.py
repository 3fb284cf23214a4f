"""Markup in any text of a framework's file is shown as text, on every page that shows the framework."""

from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from standards.presenting import PAGES
from standards.schema import read
from tests.factories.cast import cast
from tests.factories.standards import framework_text, published

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script><i x>&amp;"
AS_TEXT = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;i x&gt;&amp;amp;"
# The texts that people read; the rest are codes.
READ = frozenset(
    [
        "title",
        "label",
        "text",
        "intro",
        "help",
        "note",
        "low",
        "high",
        "aim",
        "says",
        "reason",
        "practitioner",
        "audit",
        "session",
    ]
)


def hostile(value: Any, key: str = "") -> Any:
    """A document with markup at the end of every text that people read; a descriptor's list has its grade as key."""
    if isinstance(value, dict):
        return {name: hostile(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner, key) for inner in value]
    if isinstance(value, str) and (key in READ or key in {"good", "inadequate"}):
        return value + HOSTILE
    return value


@pytest.fixture
def version():
    document = hostile(read(framework_text("northshire")))
    return published(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


@pytest.fixture
def officer(version) -> Client:
    client = Client()
    client.force_login(
        cast("northshire").officer, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def page_at(client: Client, name: str, *args: Any, **query: str) -> str:
    """A page's text; it must show the framework's own words, and none of them as markup."""
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<i x>" not in page
    return page


@pytest.mark.parametrize("code", [page.code for page in PAGES])
def test_a_frameworks_page_shows_markup_as_text(officer, version, code):
    page = page_at(officer, "framework-page", version.pk, code)

    assert AS_TEXT in page or code in {"feedback", "timescales", "moderation", "programme"}


@pytest.mark.parametrize("who", ["auditor", "practitioner"])
def test_the_preview_of_a_form_shows_markup_as_text(officer, version, who):
    page = page_at(officer, "preview-form", version.pk, "talk", **{"as": who})

    assert f"Records{AS_TEXT}" in page


def test_a_descriptor_and_a_standard_show_markup_as_text(officer, version):
    page = page_at(officer, "framework-page", version.pk, "standards")

    assert page.count(AS_TEXT) > 8


def test_what_is_found_shows_markup_as_text(officer, version):
    assert AS_TEXT in page_at(officer, "search-framework", version.pk, q="records")


def test_the_difference_between_editions_shows_markup_as_text(officer, version):
    document = read(version.source)
    document["framework"]["edition"] += 1
    document["grades"][0]["label"] += " <i x>new"
    changed = published(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))

    page = page_at(officer, "framework-difference", changed.pk)

    assert "&lt;i x&gt;new" in page


def test_the_list_of_editions_shows_markup_as_text(officer):
    page_at(officer, "frameworks")
