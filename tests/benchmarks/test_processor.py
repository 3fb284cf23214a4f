"""The processor time of a process and all that it started."""

import os
import subprocess
import sys

import pytest

from benchmarks import processor


def told(folder, pid, parent, ticks, name="web"):
    (folder / str(pid)).mkdir()
    times = " ".join(str(one) for one in ticks)
    (folder / str(pid) / "stat").write_text(
        f"{pid} ({name}) S {parent} 1 1 0 -1 0 0 0 0 0 {times} 20 0"
    )


def test_spent_is_that_of_the_process_and_its_children(tmp_path):
    told(tmp_path, 1, 0, (900, 0, 0, 0))
    told(tmp_path, 10, 1, (processor.TICKS, 0, 0, 0))
    told(tmp_path, 11, 10, (0, processor.TICKS, 0, 0), name="a (strange) name")
    told(tmp_path, 12, 11, (0, 0, processor.TICKS, processor.TICKS))
    told(tmp_path, 20, 1, (500, 0, 0, 0))

    assert processor.spent([10], tmp_path) == 4.0


def test_spent_of_two_processes_counts_each_once(tmp_path):
    told(tmp_path, 10, 1, (processor.TICKS, 0, 0, 0))
    told(tmp_path, 11, 10, (processor.TICKS, 0, 0, 0))

    assert processor.spent([10, 11], tmp_path) == 2.0


def test_spent_is_nothing_where_the_machine_does_not_tell(tmp_path):
    assert processor.spent([10], tmp_path / "none") == 0.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_spent_sees_a_child_that_has_ended():
    before = processor.spent([os.getpid()])

    subprocess.run([sys.executable, "-c", "sum(range(4_000_000))"], check=True)

    assert processor.spent([os.getpid()]) > before
