"""The machine in words."""

import os
import platform

import pytest

from benchmarks import machine


def test_words_name_no_host_and_no_folder(tmp_path):
    said = machine.words(tmp_path)

    assert said.startswith(f"{machine.cores()} cores")
    assert "GB of memory" in said
    assert str(tmp_path) not in said
    assert platform.node() not in said


@pytest.mark.parametrize(
    ("name", "turning", "words"),
    [
        ("vda", "1", "a virtual disk"),
        ("xvdb", "0", "a virtual disk"),
        ("sda", "1", "a spinning disk"),
        ("nvme0n1", "0", "a solid-state disk"),
        ("overlay", None, "a disk of unknown kind"),
    ],
)
def test_kinds_of_disk(tmp_path, name, turning, words):
    place = tmp_path / "devices" / name
    place.mkdir(parents=True)
    if turning is not None:
        (place / "queue").mkdir()
        (place / "queue" / "rotational").write_text(f"{turning}\n")
    device = tmp_path.stat().st_dev
    (tmp_path / f"{os.major(device)}:{os.minor(device)}").symlink_to(place)

    assert machine.disk_words(tmp_path, tmp_path) == words


def test_a_machine_that_does_not_tell_its_processor(tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text("model name\t: Sample 9000\nmodel name\t: Sample 9000\n")

    assert machine.processor_words(info) == " (Sample 9000)"
    assert machine.processor_words(tmp_path / "none") == ""
