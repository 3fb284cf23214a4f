"""What every test stands on: a real PostgreSQL of its own, a clean cache, a browser for journeys."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import emptying, servers
from tests.scheduling import Scheduling
from tools import debian
from tools import valkey as valkey_server
from tools.children import end_all
from tools.embedded_pg import EmbeddedPostgres
from tools.translations import need_translations

servers.choose_environment()
django.setup()

# What a page on this machine does not need: a graphics card's stand-in, and a process for each site.
LEAN = [
    "--disable-gpu",
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,PaintHolding",
    "--disable-partial-raster",
]
SERVER = pytest.StashKey[EmbeddedPostgres]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., None]) -> Scheduling:
    """Files with dear fixtures stay on one process."""
    return Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the database server; xdist's workers find its socket."""
    if hasattr(config, "workerinput"):
        return
    need_translations()
    if server := servers.start_postgres():
        config.stash[SERVER] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever started the server stops it."""
    if server := config.stash.get(SERVER, None):
        server.stop("immediate")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage takes a twentieth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    from django.core.cache import cache  # noqa: PLC0415 - settings are chosen above

    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> None:
    emptying.empty_instead_of_flushing()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole session."""
    path = debian.browser()
    if not path:
        pytest.skip(f"no Chromium: {debian.command(['chromium-headless-shell'])}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=LEAN)
        yield opened
        opened.close()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    """The address of an empty Valkey of one's own (the same protocol as Redis)."""
    process = valkey_server.start(tmp_path, tmp_path / "valkey.log")
    yield valkey_server.address(tmp_path)
    end_all([process], seconds=5)


# --- fixtures of the rooms: add yours below this line -------------------------------------------
