"""What every test stands on: a real PostgreSQL of its own, a clean cache, a browser for the journeys."""

import os
import shutil

import pytest
from django.core.cache import cache
from playwright.sync_api import sync_playwright

from tools.embedded_pg import EmbeddedPostgres
from tools.paths import ROOT

os.environ.setdefault("QA_ENV", "test")
# Playwright's synchronous driver runs an event loop in this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 100}
SERVER = pytest.StashKey[EmbeddedPostgres]()


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the database server; the others find its socket."""
    if os.environ.get("DATABASE_URL"):
        return
    server = EmbeddedPostgres(ROOT / "var" / "test" / "pg")
    if not hasattr(config, "workerinput"):
        config.stash[SERVER] = server.start(**FAST)
    os.environ["PGHOST"] = str(server.socket)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever started the server stops it."""
    if server := config.stash.get(SERVER, None):
        server.stop("immediate")


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()


@pytest.fixture(scope="session")
def chromium():
    """A headless browser for the whole session."""
    path = os.environ.get("QA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if not path:
        pytest.skip("no Chromium on this machine: sudo apt-get install -y chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
