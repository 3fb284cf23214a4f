"""Names that files come with: what is shown of them does no harm."""

import pytest

from evidence.naming import NAMELESS, shown_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("three-houses.jpg", "three-houses.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\someone\\drawing.png", "drawing.png"),
        ("/absolute/drawing.png", "drawing.png"),
        ("a\0b.png", "ab.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie: x=1.png"),
        ("gpj.\u202eexe.png", "gpj. exe.png"),
        ("..", NAMELESS),
        ("", NAMELESS),
        ("folder/", NAMELESS),
        ("CON.png", "CON.png"),
        ("photo.jpg.exe", "photo.jpg.exe"),
        ("  two   spaces .pdf ", "two spaces .pdf"),
        ("e\u0301te\u0301.png", "\u00e9t\u00e9.png"),
    ],
)
def test_shown_name_is_text_only(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_shown_name_of_255_characters_is_cut() -> None:
    assert shown_name("x" * 255) == "x" * 120
