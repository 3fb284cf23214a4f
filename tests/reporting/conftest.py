"""A machine on which no PDF can be made."""

import sys

import pytest


class Without:
    """An import system on a machine where a library that WeasyPrint stands on is not there."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


@pytest.fixture
def without_pango(monkeypatch):
    """No Pango until `monkeypatch.undo()`, or the test's end."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without(), *sys.meta_path])
