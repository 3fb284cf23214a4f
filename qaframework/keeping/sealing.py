"""Streams that are encrypted on their way to the disk, and decrypted on their way from it (age, by pyrage).

Nothing is held whole in memory, and nothing that can be read touches the disk.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from qaframework.keeping.counting import BLOCK, digest_of
from qaframework.keeping.faults import Unfit

PRIVATE = "AGE-SECRET-KEY-"


def make_keys() -> tuple[str, str]:
    """A new pair: the public key, by which a backup is locked, and the private one, which alone opens it."""
    made = pyrage.x25519.Identity.generate()
    return str(made.to_public()), str(made)


def recipients_of(keys: list[str]) -> list[Any]:
    """The public keys that lock a backup. Raises Unfit for none, or for what is none."""
    try:
        found = [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError as fault:
        raise Unfit(
            "QA_BACKUP_RECIPIENTS must hold public keys (age1…), separated by commas."
        ) from fault
    if not found:
        raise Unfit(
            "Set QA_BACKUP_RECIPIENTS to the public key that locks backups. "
            "`./qa manage backup keys` makes a pair; keep the private key elsewhere."
        )
    return found


def identities_in(path: Path) -> list[Any]:
    """The private keys in a file, one in a line, as age keeps them. Raises Unfit where there is none."""
    try:
        lines = path.read_text().split()
        found = [pyrage.x25519.Identity.from_str(one) for one in lines if one.startswith(PRIVATE)]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as fault:
        raise Unfit(f"{path} holds no private key that can be read.") from fault
    if not found:
        raise Unfit(f"{path} holds no private key ({PRIVATE}…).")
    return found


class Digesting:
    """A file that is written to, and the SHA-256 of everything that was."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into, self.found = into, hashlib.sha256()

    def write(self, block: bytes) -> int:
        """Write and count a block."""
        self.found.update(block)
        return self.into.write(block)

    def flush(self) -> None:
        """Hand on what is held back."""
        self.into.flush()


class Aside(threading.Thread):
    """Work on one end of a pipe while the caller works on the other; what went wrong is kept for the caller."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self.work()
        except BaseException as fault:
            self.fault = fault

    def settle(self) -> None:
        """Wait for the end and raise what went wrong there."""
        self.join()
        if self.fault is not None:
            raise self.fault


@contextmanager
def sealed(path: Path, recipients: list[Any]) -> Iterator[IO[bytes]]:
    """A stream into a new encrypted file, with its SHA-256 in another beside it; on any fault neither is left.

    The file is written under another name, put wholly on the disk, read again and compared, and only then named.
    """
    partial = path.with_name(path.name + ".part")
    come, go = os.pipe()
    digest: list[str] = []

    def lock() -> None:
        line = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(come, "rb", buffering=BLOCK) as source, os.fdopen(line, "wb") as into:
            counted = Digesting(into)
            pyrage.encrypt_io(source, counted, recipients)
            into.flush()
            os.fsync(into.fileno())
            digest.append(counted.found.hexdigest())

    aside = Aside(lock)
    aside.start()
    try:
        try:
            with os.fdopen(go, "wb", buffering=BLOCK) as into:
                yield into
        except BrokenPipeError:
            aside.settle()
            raise
        aside.settle()
        if digest_of(partial) != digest[0]:
            raise Unfit(f"What was written to {path.parent} is not what can be read from it.")
        beside(path).write_text(f"{digest[0]}  {path.name}\n")
        partial.rename(path)
    except BaseException:
        aside.join()
        partial.unlink(missing_ok=True)
        raise


def beside(path: Path) -> Path:
    """The file that holds a backup's SHA-256, as sha256sum writes it."""
    return path.with_name(path.name + ".sha256")


def check_digest(path: Path) -> bool:
    """Whether a file beside the backup vouches for it. Raises Unfit where the two differ."""
    if not path.is_file():
        raise Unfit(f"There is no {path}.")
    if not beside(path).is_file():
        return False
    if beside(path).read_text().split()[:1] != [digest_of(path)]:
        raise Unfit(f"{path.name} has been altered or damaged: its checksum is another.")
    return True


@contextmanager
def unsealed(path: Path, identities: list[Any]) -> Iterator[IO[bytes]]:
    """A stream of what an encrypted file holds. Raises Unfit for another key, and for an altered or cut-off file."""
    come, go = os.pipe()

    def unlock() -> None:
        with path.open("rb") as source, os.fdopen(go, "wb", buffering=BLOCK) as into:
            pyrage.decrypt_io(source, into, identities)

    aside = Aside(unlock)
    aside.start()
    try:
        with os.fdopen(come, "rb", buffering=BLOCK) as source:
            yield source
            while source.read(BLOCK):
                pass
    except BaseException:
        aside.join()
        raise_as_words(path, aside.fault)
        raise
    aside.join()
    raise_as_words(path, aside.fault)


def raise_as_words(path: Path, fault: BaseException | None) -> None:
    """Say what went wrong with the file itself; that we stopped reading is no fault of its."""
    if fault is None or isinstance(fault, BrokenPipeError) or "Broken pipe" in str(fault):
        return
    if isinstance(fault, pyrage.DecryptError) and "No matching keys" in str(fault):
        raise Unfit(f"This key does not open {path.name}.") from fault
    if isinstance(fault, pyrage.DecryptError | OSError):
        raise Unfit(f"{path.name} is damaged, cut off or no backup ({fault}).") from fault
    raise fault
