import os

import pytest

from tools import datafolder
from tools.faults import Missing


@pytest.fixture
def ours(tmp_path):
    data = tmp_path / "demo"
    datafolder.prepare(data)
    (data / "secret-key").write_text("x")
    (data / "static").mkdir()
    (data / "static" / "app.css").write_text("x")
    return data


def test_prepare_makes_a_private_folder_with_our_mark(tmp_path):
    data = tmp_path / "a" / "demo"

    datafolder.prepare(data)

    assert (data / datafolder.MARK).read_text() == datafolder.MARK_TEXT
    assert data.stat().st_mode & 0o777 == 0o700


def test_prepare_takes_an_empty_folder_and_our_own_again(tmp_path):
    datafolder.prepare(tmp_path)
    datafolder.prepare(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [datafolder.MARK, "logs"]


def test_prepare_leaves_anybody_elses_folder_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(Missing, match=r"holds files that \./qa demo did not make"):
        datafolder.prepare(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_prepare_refuses_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")

    with pytest.raises(Missing, match="is a file"):
        datafolder.prepare(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
def test_prepare_leaves_another_users_demo_to_them(ours):
    os.chown(ours, 65534, 65534)

    with pytest.raises(Missing, match="belongs to nobody"):
        datafolder.prepare(ours)


def test_empty_keeps_the_mark_the_lock_and_what_links_lead_to(ours, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter.txt").write_text("mine")
    (ours / "link").symlink_to(outside)
    lock = datafolder.take(ours)

    datafolder.empty(ours)

    left = {datafolder.MARK, datafolder.LOCK, "logs"}
    assert {path.name for path in ours.iterdir()} == left
    assert (outside / "letter.txt").read_text() == "mine"
    lock.close()


def test_empty_refuses_a_folder_without_our_mark(ours):
    (ours / datafolder.MARK).unlink()

    with pytest.raises(Missing, match=r"was not made by \./qa demo"):
        datafolder.empty(ours)

    assert (ours / "static" / "app.css").exists()


def test_take_says_where_the_running_demo_answers(ours):
    lock = datafolder.take(ours)
    lock.write("http://localhost:8123\n")
    lock.flush()

    with pytest.raises(Missing, match=r"is running from .* already at http://localhost:8123"):
        datafolder.take(ours)

    lock.close()
    datafolder.take(ours).close()


def test_secret_key_is_made_once_and_private(tmp_path):
    first = datafolder.secret_key(tmp_path)

    assert datafolder.secret_key(tmp_path) == first
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
