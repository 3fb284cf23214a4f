"""PostgreSQL's own programs, pg_dump and pg_restore, and the database that they and we speak to."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from qaframework.keeping.faults import Unfit
from tools.embedded_pg import wheel_bin

# Where the image has them.
IN_THE_IMAGE = Path("/opt/postgresql")
NO_LIMITS = "-c statement_timeout=0 -c lock_timeout=0"


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs: of the folder that `QA_PG_PROGRAMS` names, the image, ours, or the machine's."""
    folders: list[Any] = [settings.PG_PROGRAMS, IN_THE_IMAGE / "bin", wheel_bin()]
    for folder in folders:
        if folder and (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise Unfit(f"There is no {name} here. Set QA_PG_PROGRAMS to the folder that holds it.")
    return found


def fitting(name: str, server: int) -> str:
    """The program's path. Raises Unfit when it is older than the server, whose data it would not understand."""
    path = program(name)
    said = subprocess.run(
        [path, "--version"], env=environment(), capture_output=True, text=True, check=True
    )
    major = int(said.stdout.split()[2].partition(".")[0].partition("devel")[0])
    if major < server:
        raise Unfit(
            f"{path} is of PostgreSQL {major}, and the server is {server}. Set QA_PG_PROGRAMS to the "
            f"folder of version {server} or newer."
        )
    return path


def where() -> dict[str, Any]:
    """The database that Django uses now."""
    found = connection.settings_dict
    names = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    return {key: found[name] for key, name in names.items() if found[name]}


def environment() -> dict[str, str]:
    """How the programs find the database: by the environment, so that no password stands in a list of processes."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if IN_THE_IMAGE.is_dir():
        kept["LD_LIBRARY_PATH"] = str(IN_THE_IMAGE / "lib")
    given = where()
    ours = {
        "PGDATABASE": "dbname",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGHOST": "host",
        "PGPORT": "port",
    }
    found = {name: str(given[key]) for name, key in ours.items() if key in given}
    return {**kept, **found, "PGOPTIONS": NO_LIMITS, "PGCONNECT_TIMEOUT": "10"}


def connect() -> Any:
    """A connection of our own to the database, without the pages' limits of time."""
    return psycopg2.connect(**where(), options=NO_LIMITS, connect_timeout=10)


def version_of(line: Any) -> int:
    """The server's version, such as 18."""
    return int(line.server_version) // 10_000
