"""What is missing is named in plain words, with exit code 3 and never a traceback."""

import os
import platform
import subprocess
import sys

import pytest

from tools import assets, debian, demo, main, packages
from tools.faults import Missing
from tools.paths import ROOT


def qa(*words, **environment):
    return subprocess.run(
        ["./qa", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command():
    done = qa("help")

    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "demo",
        "test",
        "check",
        "fix",
        "manage",
        "bench",
        "states",
        "advisories",
        "sbom",
    ]


def test_unknown_command_shows_the_list():
    done = qa("dmeo")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == main.HELP


def test_no_python_is_named_with_its_command(tmp_path):
    for program in ("sh", "dirname"):
        (tmp_path / program).symlink_to(f"/bin/{program}")

    done = qa("demo", PATH=str(tmp_path))

    assert done.returncode == 3
    assert "sudo apt-get install -y python3 python3-venv" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００"])
def test_demo_refuses_what_is_no_port(port):
    done = qa("demo", f"--port={port}")

    assert done.returncode == 2
    assert "a port is a number from 1 to 65535" in done.stderr


@pytest.mark.parametrize("reset", [[], ["--reset"]])
def test_demo_leaves_a_foreign_folder_as_it_is(tmp_path, reset):
    (tmp_path / "letter.txt").write_text("mine")

    done = qa("demo", "--data", str(tmp_path), *reset)

    assert done.returncode == 3
    assert done.stderr.startswith(f"{tmp_path} holds files that ./qa demo did not make")
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_data_folder_is_seen_from_where_the_person_stands(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")

    done = subprocess.run(
        [str(ROOT / "qa"), "demo", "--data", "mine"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3
    assert done.stderr.startswith(f"{tmp_path / 'mine'} holds files")


def test_missing_package_is_named_when_it_may_not_be_installed(monkeypatch, capsys):
    monkeypatch.setenv("QA_APT", "0")

    assert not debian.install(["libpango-1.0-0"], "PDF files need Pango")

    assert capsys.readouterr().err == (
        "PDF files need Pango. To add it: "
        "sudo apt-get install -y --no-install-recommends libpango-1.0-0\n"
    )


@pytest.mark.parametrize(
    ("system", "libc", "machine", "says"),
    [
        ("linux", "", "x86_64", "docker compose"),
        ("linux", "glibc", "armv7l", "no packages for armv7l"),
        ("freebsd14", "", "x86_64", "docker compose"),
    ],
)
def test_machine_without_packages_is_told_what_to_use(monkeypatch, system, libc, machine, says):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    monkeypatch.setattr(platform, "machine", lambda: machine)

    with pytest.raises(Missing, match=says):
        packages.need_known_machine()


def test_demo_does_not_take_over_settings_meant_for_something_else(monkeypatch, tmp_path):
    monkeypatch.setenv("QA_ENV", "production")
    monkeypatch.setenv("QA_HOSTS", "audit.example.gov.uk")
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example.gov.uk")
    monkeypatch.setenv("PGHOST", "db.example.gov.uk")

    env = demo.environment(tmp_path)

    assert env["QA_ENV"] == "demo"
    assert env["PGHOST"] != "db.example.gov.uk"
    assert not {"QA_HOSTS", "EMAIL_URL"} & set(env)


@pytest.mark.django_db
def test_demo_refuses_a_database_that_holds_other_tables(tmp_path):
    from django.db import connection  # noqa: PLC0415 - settings come first

    named = connection.settings_dict
    address = f"postgresql://postgres@/{named['NAME']}?host={named['HOST']}"

    done = qa("demo", "--data", str(tmp_path / "demo"), DATABASE_URL=address)

    assert done.returncode == 3
    assert "holds tables that ./qa demo did not make" in done.stderr
    assert "Traceback" not in done.stderr


def test_environment_is_kept_when_another_patch_of_the_same_python_calls(monkeypatch):
    before = packages.wanted()

    monkeypatch.setattr(sys, "version", "3.11.2 (another build)")
    assert packages.wanted() == before

    monkeypatch.setattr(platform, "machine", lambda: "another")
    assert packages.wanted() != before


def test_fetching_the_front_end_leaves_the_path_to_python_as_it_is(monkeypatch, tmp_path):
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node").mkdir()
    npm = tmp_path / "node" / "npm"
    npm.write_text('#!/bin/sh\necho "$PATH" >"$(dirname "$0")/path"\n')
    npm.chmod(0o755)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    before = os.environ["PATH"]

    assets.fetch(tmp_path / "node" / "node", [str(npm)])

    assert os.environ["PATH"] == before
    assert (tmp_path / "node" / "path").read_text().startswith(f"{tmp_path / 'node'}:")
