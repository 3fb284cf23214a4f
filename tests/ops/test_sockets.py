import os
import tempfile
from pathlib import Path

import pytest

from tools import sockets
from tools.faults import Missing


def test_folder_for_stays_beside_the_data_when_it_can():
    near = Path("/srv/qa/run")

    assert sockets.folder_for(near, "valkey.sock") == near


@pytest.mark.parametrize("name", ["x" * 180, "with space", "it's", "per%cent", "comma,", "é"])
def test_folder_for_goes_to_the_temporary_folder_when_the_path_would_not_work(name):
    near = Path("/srv") / name / "run"

    found = sockets.folder_for(near, ".s.PGSQL.5432")

    assert found.parent == Path(tempfile.gettempdir())
    assert found == sockets.folder_for(near, ".s.PGSQL.5432")
    assert found != sockets.folder_for(near / "other", ".s.PGSQL.5432")


def test_own_refuses_a_link_that_somebody_has_put_there(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(Missing, match="Remove it"):
        sockets.own(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
def test_own_refuses_another_users_folder(tmp_path):
    os.chown(tmp_path, 65534, 65534)

    with pytest.raises(Missing, match="belongs to nobody"):
        sockets.own(tmp_path)
