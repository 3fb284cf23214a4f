"""What becomes of a file's bytes: told by content, made anew, and nothing harmful or personal in it (E1, E3, E4)."""

import binascii
import struct
import zipfile
import zlib
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageFile

from evidence import checking
from evidence.checking import BROKEN, Unacceptable, check, kind_of, strip_jpeg
from tests.factories.evidence import (
    EICAR,
    SECRET,
    armed_pdf,
    pdf,
    photograph,
    picture,
    png_that_claims,
    png_with_words,
)


def zipped() -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return into.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0 a program called .pdf",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a",
        b"<html>%PDF-1.7",
        b"\0" * 64,
        EICAR,
        zipped(),
        b"RIFF\0\0\0\0AVI ",
        b"",
    ],
)
def test_kind_of_refuses_everything_but_pictures_and_pdf(content: bytes) -> None:
    with pytest.raises(Unacceptable) as refused:
        kind_of(content)

    assert str(refused.value) == "Only JPEG, PNG or WebP pictures, or PDF files are taken."


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "jpeg")])
def test_picture_is_drawn_afresh(form: str, kind: str) -> None:
    checked = check(picture(form))

    assert (checked.kind, checked.width, checked.height) == (kind, 60, 40)
    assert opened(checked.content).format == kind.upper()
    left = opened(checked.content).convert("RGB").getpixel((5, 5))
    assert left[0] > 200
    assert left[2] < 60


def test_photograph_loses_everything_that_the_camera_wrote() -> None:
    taken = photograph()
    assert SECRET in taken

    drawn = check(taken).content

    assert SECRET not in drawn
    assert b"Exif" not in drawn
    assert dict(opened(drawn).getexif()) == {}
    assert "comment" not in opened(drawn).info


def test_photograph_held_sideways_is_put_upright() -> None:
    checked = check(photograph(turned=6))

    assert (checked.width, checked.height) == (40, 60)
    top = opened(checked.content).getpixel((20, 10))
    assert top[0] > 200


def test_words_in_a_png_are_gone() -> None:
    assert SECRET in png_with_words()
    assert SECRET not in check(png_with_words()).content


def test_large_picture_is_made_smaller_and_a_tall_one_too() -> None:
    wide = check(picture("PNG", (5000, 100)))
    tall = check(picture("JPEG", (100, 5000)))

    assert (wide.width, wide.height) == (2500, 50)
    assert (tall.width, tall.height) == (50, 2500)


def test_holes_stay_in_a_png_and_become_white_in_a_webp() -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    into = {form: BytesIO() for form in ("PNG", "WEBP")}
    for form, place in into.items():
        clear.save(place, form)

    kept, filled = (check(place.getvalue()).content for place in into.values())

    assert opened(kept).convert("RGBA").getpixel((5, 5))[3] == 0
    assert opened(filled).getpixel((5, 5)) == (255, 255, 255)


def test_heavy_png_becomes_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_OF_A_PNG", 10)

    assert check(picture("PNG")).kind == "jpeg"


@pytest.mark.parametrize("size", [(100_000, 100_000), (40_001, 1_000)])
def test_bomb_of_pixels_is_refused_unopened(size: tuple[int, int]) -> None:
    with pytest.raises(Unacceptable):
        check(png_that_claims(*size))


@pytest.mark.parametrize(
    "content",
    [
        picture()[:200],
        b"\xff\xd8\xff" + b"<script>alert(1)</script>" * 9,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"RIFF\x10\0\0\0WEBPVP8 nothing",
        png_that_claims(50, 50),
        b"%PDF-1.7\nMZ a program",
        b"%PDF-1.4\n" + b"1 0 obj\n" * 2000,
    ],
)
def test_damaged_file_is_refused(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    # The renderer of PDFs makes Pillow lenient for its own process; files are checked in another.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)

    with pytest.raises(Unacceptable) as refused:
        check(content)

    assert str(refused.value) == BROKEN


@pytest.mark.parametrize("tail", [zipped(), b"<script>alert(1)</script>", EICAR])
def test_polyglot_loses_its_other_half(tail: bytes) -> None:
    for content in (picture(), picture("PNG"), pdf()):
        made = check(content + tail).content

        assert tail not in made
        assert not zipfile.is_zipfile(BytesIO(made))


def test_pdf_loses_everything_that_acts_or_tells() -> None:
    armed = armed_pdf()
    for word in (b"JavaScript", b"Launch", b"/URI", b"AcroForm", b"EmbeddedFile", SECRET):
        assert word in armed

    checked = check(armed)

    assert (checked.kind, checked.pages) == ("pdf", 1)
    for word in (
        b"JavaScript",
        b"Launch",
        b"/URI",
        b"AcroForm",
        b"EmbeddedFile",
        b"/Names",
        b"/OpenAction",
        b"/AA",
        b"/Annots",
        b"/XFA",
        b"MZ hidden",
        b"/Info",
        b"/Metadata",
        SECRET,
    ):
        assert word not in checked.content
    with pikepdf.open(BytesIO(checked.content)) as kept:
        shown = kept.pages[0].Resources.XObject.Im0
        assert pikepdf.PdfImage(shown).as_pil_image().size == (60, 40)
        assert b"/Im0 Do" in kept.pages[0].Contents.read_bytes()


def with_photograph(content: bytes, filters: list[str], **how: object) -> bytes:
    """A PDF with one picture whose bytes come through these filters."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    seen = pikepdf.Stream(made, content)
    seen.Type, seen.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    seen.Width, seen.Height, seen.BitsPerComponent = 60, 40, 8
    seen.ColorSpace = pikepdf.Name.DeviceRGB
    seen.Filter = pikepdf.Array([pikepdf.Name(one) for one in filters])
    for name, value in how.items():
        seen[f"/{name}"] = value
    made.pages[0].Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Im0=made.make_indirect(seen))
    )
    made.pages[0].Contents = made.make_stream(b"q 60 0 0 40 0 0 cm /Im0 Do Q")
    into = BytesIO()
    made.save(into)
    return into.getvalue()


def jpx() -> bytes:
    """A JPEG 2000 of the drawing, with a box and a comment that tell of the camera."""
    into = BytesIO()
    drawn = opened(picture())
    drawn.save(into, "JPEG2000", comment=SECRET)
    box = b"x" * 16 + SECRET
    told = struct.pack("!I", 8 + len(box)) + b"uuid" + box
    content = into.getvalue()
    assert content[16:20] == b"ftyp"
    return content[:32] + told + content[32:]


CHAINS = {
    "alone": (photograph(), ["/DCTDecode"]),
    "short name": (photograph(), ["/DCT"]),
    "packed": (zlib.compress(photograph()), ["/FlateDecode", "/DCTDecode"]),
    "packed twice": (
        binascii.hexlify(zlib.compress(photograph())) + b">",
        ["/ASCIIHexDecode", "/FlateDecode", "/DCTDecode"],
    ),
    "two in one": (picture() + photograph(), ["/DCTDecode"]),
    "JPEG 2000": (jpx(), ["/JPXDecode"]),
    "JPEG 2000, packed": (zlib.compress(jpx()), ["/FlateDecode", "/JPXDecode"]),
    "JPEG 2000, bare": (jpx()[jpx().index(b"\xff\x4f\xff\x51") :], ["/JPXDecode"]),
}


@pytest.mark.parametrize(("content", "filters"), CHAINS.values(), ids=CHAINS)
def test_photograph_in_a_pdf_loses_its_notes_whatever_is_around_it(
    content: bytes, filters: list[str]
) -> None:
    checked = check(with_photograph(content, filters))

    with pikepdf.open(BytesIO(checked.content)) as kept:
        stream = kept.pages[0].Resources.XObject.Im0
        assert SECRET not in stream.read_raw_bytes()
        assert b"Exif" not in stream.read_raw_bytes()
        shown = opened(stream.read_raw_bytes()).convert("RGB")
    was = [round(part / 255) for at in ((5, 20), (55, 20)) for part in shown.getpixel(at)]
    assert (shown.size, was) == ((60, 40), [1, 0, 0, 0, 0, 1])


def test_settings_of_a_packed_photograph_go_with_it() -> None:
    wide = len(photograph())
    rows = zlib.compress(b"\0" + photograph())  # a PNG's row that is predicted from nothing
    foretold = pikepdf.Dictionary(Predictor=15, Columns=wide)
    drawn = pikepdf.Dictionary(ColorTransform=1)
    content = with_photograph(
        rows, ["/FlateDecode", "/DCTDecode"], DecodeParms=pikepdf.Array([foretold, drawn])
    )

    with pikepdf.open(BytesIO(check(content).content)) as kept:
        stream = kept.pages[0].Resources.XObject.Im0
        assert SECRET not in stream.read_raw_bytes()
        assert opened(stream.read_raw_bytes()).size == (60, 40)
        assert stream.DecodeParms == pikepdf.Dictionary(ColorTransform=1)


@pytest.mark.parametrize(
    "filters", [["/DCTDecode", "/FlateDecode"], ["/JPXDecode", "/DCTDecode"]], ids=str
)
def test_photograph_in_an_odd_form_is_refused_in_words(filters: list[str]) -> None:
    with pytest.raises(Unacceptable, match="Print it to a new PDF"):
        check(with_photograph(photograph(), filters))


@pytest.mark.parametrize("filters", [["/DCTDecode"], ["/JPXDecode"]], ids=str)
def test_photograph_that_is_none_is_refused(filters: list[str]) -> None:
    with pytest.raises(Unacceptable) as refused:
        check(with_photograph(b"no picture", filters))

    assert str(refused.value) == BROKEN


def test_comment_inside_a_tile_of_a_jpeg_2000_is_refused() -> None:
    plain = jpx()
    tile = plain.index(b"\xff\x90")
    size = struct.unpack("!I", plain[tile + 6 : tile + 10])[0]
    note = b"\xff\x64" + struct.pack("!HH", 4 + len(SECRET), 1) + SECRET
    head = plain[tile : tile + 6] + struct.pack("!I", size + len(note)) + plain[tile + 10 :][:2]
    noted = plain[:tile] + head + note + plain[tile + 12 :]
    bare = noted[noted.index(b"\xff\x4f\xff\x51") :]

    with pytest.raises(Unacceptable, match="Print it to a new PDF"):
        checking.strip_jpx(bare)


def test_note_that_is_drawn_on_a_page_stays_to_be_seen() -> None:
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    look = made.make_stream(b"0 0 10 10 re f")
    look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    look.BBox = pikepdf.Array([0, 0, 10, 10])
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Square,
        Rect=[10, 10, 20, 20],
        F=4,
        AP=pikepdf.Dictionary(N=look),
    )
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(note)])
    into = BytesIO()
    made.save(into)

    with pikepdf.open(BytesIO(check(into.getvalue()).content)) as kept:
        assert "/Annots" not in kept.pages[0]
        drawn = kept.pages[0].Resources.XObject
        assert [one.read_bytes() for one in drawn.values()] == [b"0 0 10 10 re f"]


def test_locked_pdf_is_refused() -> None:
    for lock in (pikepdf.Encryption(user="a", owner="b"), pikepdf.Encryption(user="", owner="b")):
        with pytest.raises(Unacceptable, match="locked with a password"):
            check(pdf(encryption=lock))


@pytest.mark.parametrize("pages", [0, 101])
def test_pdf_with_no_or_too_many_pages_is_refused(pages: int) -> None:
    with pytest.raises(Unacceptable, match="1 to 100 pages"):
        check(pdf(pages))


def test_pdf_of_100_pages_is_taken() -> None:
    assert check(pdf(100)).pages == 100


@pytest.mark.parametrize(("name", "least"), [("MOST_OBJECTS", 1), ("MOST_BYTES", 10)])
def test_pdf_that_is_too_complicated_or_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, least: int
) -> None:
    monkeypatch.setattr(checking, name, least)

    with pytest.raises(Unacceptable, match="Print it to a new PDF"):
        check(pdf())


def test_strip_jpeg_keeps_the_picture() -> None:
    stripped = strip_jpeg(photograph())

    assert SECRET not in stripped
    assert opened(stripped).tobytes() == opened(photograph()).tobytes()
