"""May the demo use the database that DATABASE_URL names? Only an empty one, or its own of before."""

import os
import sys

import psycopg2

MARK = "Made by ./qa demo"
OURS = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
TABLES = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"


def adopt(address: str) -> str:
    """Mark an empty database as the demo's; gives the words of a refusal, or nothing."""
    try:
        with psycopg2.connect(address, connect_timeout=5) as connection, connection.cursor() as ask:
            ask.execute(OURS)
            if ask.fetchone() == (MARK,):
                return ""
            ask.execute(TABLES)
            if ask.fetchone() != (0,):
                return (
                    "The database that DATABASE_URL names holds tables that ./qa demo did not make, "
                    "so it is left as it is. Name an empty one, or unset DATABASE_URL."
                )
            ask.execute("SELECT quote_ident(current_database())")
            name = ask.fetchone()[0]
            ask.execute(f"COMMENT ON DATABASE {name} IS '{MARK}'")
    except psycopg2.Error as fault:
        first = str(fault).strip().splitlines()[0]
        return f"The database that DATABASE_URL names does not answer: {first}"
    return ""


if __name__ == "__main__":
    if refusal := adopt(os.environ["DATABASE_URL"]):
        print(refusal, file=sys.stderr)
        sys.exit(3)
