import pytest
from django.core.management import CommandError, call_command

from core.certificate import as_text
from programme.selectors.draws import facts_of, pool_of
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.draws import draw_at, open_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths(tmp_path):
    """The certificate and the pool of a draw, as they are downloaded."""
    people, version = cast("eastmere"), framework()
    open_files(people, 6)
    draw = draw_at("drawn", people, version)
    certificate, pool = tmp_path / "certificate.json", tmp_path / "pool.txt"
    certificate.write_text(as_text(facts_of(draw)), "utf-8")
    pool.write_text(pool_of(draw).text, "utf-8", newline="")
    return certificate, pool


@pytest.mark.parametrize("with_pool", [True, False])
def test_a_certificate_is_verified(paths, capsys, with_pool):
    call_command("draw", "verify", *map(str, paths if with_pool else paths[:1]))

    assert capsys.readouterr().out == "VERIFIED\n"


def test_an_altered_row_of_the_pool_or_character_of_the_seed_is_named(paths):
    certificate, pool = paths
    pool.write_text(pool.read_text("utf-8").replace("70", "71", 1), "utf-8")
    with pytest.raises(CommandError, match="NOT VERIFIED\nThe pool is not the one"):
        call_command("draw", "verify", str(certificate), str(pool))

    text = certificate.read_text("utf-8").replace("grey horses", "gray horses")
    certificate.write_text(text, "utf-8")
    with pytest.raises(CommandError, match="are not those of the commitment"):
        call_command("draw", "verify", str(certificate))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "There is no file certificate.json"),
        (b"{}", "not a certificate"),
        (b"\xff\xfe", "is not text in UTF-8"),
    ],
)
def test_what_is_no_certificate_is_refused_with_words(paths, text, words):
    if text is None:
        paths[0].unlink()
    else:
        paths[0].write_bytes(text)

    with pytest.raises(CommandError, match=words):
        call_command("draw", "verify", *map(str, paths))


def test_a_draw_of_another_place_needs_the_pools_file(paths):
    text = paths[0].read_text("utf-8").replace('"draw": 1', '"draw": 9', 1)
    paths[0].write_text(text, "utf-8")

    with pytest.raises(CommandError, match="not stored here"):
        call_command("draw", "verify", str(paths[0]))


def test_a_huge_file_is_not_read(paths, monkeypatch):
    monkeypatch.setattr("programme.management.commands.draw.LARGEST", 10)

    with pytest.raises(CommandError, match="too large"):
        call_command("draw", "verify", *map(str, paths))
