"""Puts every sealed text under the newest key of QA_DATA_KEYS, so that the older ones can be taken away."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import clock, sealed
from core.trail import record


class Command(BaseCommand):
    help = "reseal [--check]: put every sealed text under the newest key; --check only counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what is sealed how")

    def handle(self, *args: Any, **options: Any) -> None:
        unread = 0
        for store in sealed.stores():
            done, left, bad = self.go_through(store, only_look=options["check"])
            unread += bad
            verb = "to do" if options["check"] else "sealed anew"
            self.stdout.write(
                f"{store.name}: {done} {verb}, {left} already, {bad} that no key opens"
            )
            if done and not options["check"]:
                self.keep(store.name, done)
        if unread:
            raise CommandError(
                f"{unread} texts cannot be opened by any key of QA_DATA_KEYS; they are left as they are. "
                "Put the key that sealed them back, and run this again."
            )

    def go_through(self, store: sealed.Store, *, only_look: bool) -> tuple[int, int, int]:
        """How many were done (or are to do), were right already, and could not be opened."""
        done = left = bad = 0
        for row in store.rows().iterator(chunk_size=200):
            try:
                with transaction.atomic():
                    changed = store.again(row, only_look)
            except sealed.Unreadable:
                bad += 1
                continue
            done, left = done + changed, left + (not changed)
        return done, left, bad

    def keep(self, name: str, done: int) -> None:
        """One line in the trail: which place, how many."""
        cause = "data keys changed"
        record("reseal", name, cause=cause, at=clock.now(), detail={"texts": done})
