"""Proving the trail: every seal against its key and the one before, every line against its seal, the end against the anchor."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from core.heartbeat import last_heard
from core.models import TrailEntry, TrailSeal
from core.querysets import TrailQuerySet
from core.sealing import (
    BEGINNING,
    XACT,
    Now,
    Taken,
    keys,
    lines_of,
    present,
    print_of,
    read_anchor,
    value_of,
)

# How long lines may wait for their seal while a worker runs, by the computer's own clock.
UNSEALED = timedelta(minutes=15)
# So many lines or seals are read in one go.
MOST_LINES, MOST_SEALS = 50_000, 500


@dataclass
class Proof:
    """What was looked at, and what is wrong in words for the screen; nothing wrong is a whole trail."""

    seals: int = 0
    lines: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)


def prove(now: Now | None = None) -> Proof:
    """Work the whole trail out again and compare it with its seals and the anchor; changes nothing.

    `now` is what the database says of itself, unless the caller knows better.
    """
    with transaction.atomic():
        proof = Proof()
        now = now or present()
        upto: dict[int, int] = {}
        last: TrailSeal | None = None
        unproved: list[int] = []
        for run in runs(TrailSeal.objects.order_by("number").iterator(chunk_size=MOST_SEALS)):
            for seal in run:
                faults = faults_of(seal, last, upto)
                proof.faults += faults
                if seal.key_name not in keys():
                    unproved.append(seal.number)
                elif not faults:
                    unproved.clear()  # it holds the digest of every seal before it
                upto[seal.cluster] = max(seal.upto_xact, upto.get(seal.cluster, BEGINNING))
                last = seal
            check_lines(run, proof)
        proof.faults += [
            f"Seal {number} cannot be proved: its key is not in QA_DATA_KEYS."
            for number in unproved
        ]
        check_rest(now, upto, last, proof)
        proof.faults += anchor_faults()
    return proof


def runs(seals: Iterable[TrailSeal]) -> Iterator[list[TrailSeal]]:
    """Seals that follow one another on one server, together as far as their lines can be read in one go."""
    run: list[TrailSeal] = []
    for seal in seals:
        if run and (
            (run[-1].cluster, run[-1].upto_xact) != (seal.cluster, seal.after_xact)
            or sum(one.lines for one in run) + seal.lines > MOST_LINES
            or len(run) == MOST_SEALS
        ):
            yield run
            run = []
        run.append(seal)
    if run:
        yield run


def faults_of(seal: TrailSeal, before: TrailSeal | None, upto: dict[int, int]) -> list[str]:
    """What is wrong with a seal itself: its value, and its place after the one before."""
    found = []
    number = seal.number
    key = keys().get(seal.key_name)
    if key is not None and not hmac.compare_digest(value_of(seal, key), seal.seal):
        found.append(f"Seal {number} is not as it was made: somebody altered it.")
    due = before.number + 1 if before else 1
    if number > due:
        gone = f"Seal {due} is" if number == due + 1 else f"Seals {due} to {number - 1} are"
        found.append(f"{gone} missing.")
    elif seal.previous != print_of(before):
        found.append(f"Seal {number} does not follow on from the one before it.")
    elif seal.after_xact != upto.get(seal.cluster, BEGINNING):
        found.append(f"Seal {number} leaves lines out: it does not begin where the last one ended.")
    return found


def check_lines(run: list[TrailSeal], proof: Proof) -> None:
    """Compare the lines of a run of seals with what each seal says of them."""
    lines = lines_of(run[0].cluster, run[0].after_xact, run[-1].upto_xact)
    line = next(lines, None)
    for seal in run:
        taken = Taken()
        while line is not None and line[XACT] <= seal.upto_xact:
            taken.add(line)
            line = next(lines, None)
        proof.seals += 1
        proof.lines += taken.lines
        if taken.hash.hexdigest() != seal.digest:
            proof.faults.append(difference(seal, taken))


def difference(seal: TrailSeal, taken: Taken) -> str:
    """What happened to the lines under a seal, and which they are."""
    where = f"Seal {seal.number} (lines {seal.first_id} to {seal.last_id})"
    if taken.lines < seal.lines:
        number = seal.lines - taken.lines
        return f"{where}: {counted(number)} removed; {seal.lines} were sealed, {taken.lines} are there."
    if taken.lines > seal.lines:
        first, last = min(taken.first_id, seal.first_id), max(taken.last_id, seal.last_id)
        number = taken.lines - seal.lines
        return (
            f"{where}: {counted(number)} inserted; {seal.lines} were sealed, {taken.lines} are there, "
            f"from {first} to {last}."
        )
    return f"{where}: a line was altered, or one was taken out and another put in."


def counted(number: int) -> str:
    """1 line was, 2 lines were."""
    return "1 line was" if number == 1 else f"{number} lines were"


def check_rest(now: Now, upto: dict[int, int], last: TrailSeal | None, proof: Proof) -> None:
    """What no seal covers: only what this server has written of late may be there."""
    here = upto.get(now.cluster, BEGINNING)
    unsealed = TrailEntry.objects.filter(cluster=now.cluster, xact__gt=here)
    waiting = unsealed.filter(xact__lte=now.ended)
    proof.unsealed = waiting.count()
    late = waiting.filter(written_at__lt=timezone.now() - UNSEALED)
    if not last_heard():
        proof.faults += said_of(
            late, "have had no seal for more than 15 minutes while a worker ran"
        )
    future = unsealed.filter(xact__gte=now.begun)
    proof.faults += said_of(future, "were put in with a transaction that has not been")
    if last is not None and last.cluster == now.cluster:
        proof.faults += strangers(now, upto)


def strangers(now: Now, upto: dict[int, int]) -> list[str]:
    """Lines that say they came from another server and are under none of its seals."""
    rest = TrailEntry.objects.exclude(cluster=now.cluster)
    for cluster, last in upto.items():
        rest = rest.exclude(cluster=cluster, xact__lte=last)
    return said_of(rest, "were put in as if another server had written them")


def said_of(lines: TrailQuerySet, words: str) -> list[str]:
    """The words for some lines, where there are any."""
    first, last = lines.aggregate(first=Min("pk"), last=Max("pk")).values()
    return [] if first is None else [f"Lines {first} to {last} {words}."]


def anchor_faults() -> list[str]:
    """What the file beside the database knows and the database does not."""
    try:
        anchor = read_anchor()
    except ValueError as fault:
        return [str(fault)]
    newest = TrailSeal.objects.last()
    if anchor is None:
        return ["There is no anchor beside the database to prove the end."] if newest else []
    found = list(anchor.lost)
    if not anchor.number:
        return found
    same = TrailSeal.objects.filter(number=anchor.number).values_list("seal", flat=True).first()
    if same is None:
        ends = f"at seal {newest.number}" if newest else "without a seal"
        found.append(
            f"The end was cut off: the anchor knows seal {anchor.number}, the trail ends {ends}."
        )
    elif same != anchor.seal:
        found.append(f"Seal {anchor.number} is not the one that the anchor knows.")
    return found
