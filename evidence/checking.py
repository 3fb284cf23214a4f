"""What becomes of a file's bytes before anybody sees them: told by content, and made anew without what could harm.

A picture is decoded and drawn afresh; a PDF is written afresh with its pages and nothing else. No Django, no clock.
Run as a program (`python -m evidence.checking < file`) it works in a process of its own with little memory and time, so that a
file made to break a reader breaks that process only (see `evidence.apart`).
"""

import json
import re
import resource
import struct
import sys
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from typing import Any
from zlib import error as BadStream

import pikepdf
from PIL import Image, ImageOps

JPEG, PNG, WEBP, PDF = "jpeg", "png", "webp", "pdf"
PICTURES = frozenset({JPEG, PNG, WEBP})
WORDS = "JPEG, PNG or WebP pictures, or PDF"
# Of a picture: the pixels that are decoded at most, the longer side that is kept, and what a PNG may weigh.
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2500
MOST_OF_A_PNG = 4 * 1024 * 1024
MOST_PAGES = 100
MOST_OBJECTS = 50_000
MOST_BYTES = 40 * 1024 * 1024
# Of the process that checks: its memory in bytes and its time in seconds.
MEMORY = 1536 * 1024 * 1024
SECONDS = 60
BROKEN = "It is damaged, or it is not what its name says."
# What Pillow and its readers raise for a file that is no sound picture.
UNSOUND = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    struct.error,
    BadStream,
    Image.DecompressionBombError,
)
# What a PDF's catalogue and its pages keep; everything that acts, asks, carries or describes is left behind.
OF_THE_CATALOGUE = frozenset({"/Type", "/Pages", "/Lang", "/PageLabels", "/OCProperties"})
OF_A_PAGE = frozenset(
    {
        "/Type",
        "/Parent",
        "/Resources",
        "/Contents",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Rotate",
        "/Group",
        "/UserUnit",
    }
)
NOWHERE = ("/AA", "/AF", "/Metadata", "/PieceInfo", "/OPI", "/Ref", "/JS", "/EF", "/Alternates")
# The filters of photographs; of a JPEG what begins a part, and the parts without a length; of a JPEG 2000 the boxes
# that show the picture.
OF_A_JPEG, OF_A_JPX = frozenset({"/DCTDecode", "/DCT"}), frozenset({"/JPXDecode"})
MARK = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
ALONE = frozenset({0x01, 0xD8})
OF_A_PICTURE = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
ODD_PICTURE = (
    "The PDF holds a picture in an unusual form, in which notes of its camera may hide. "
    "Print it to a new PDF, and send that."
)
# In a stream: what says that its bytes stand in another file.
ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")


class Unacceptable(Exception):
    """The file is not taken; the words are for whoever sent it."""


@dataclass(frozen=True)
class Checked:
    """A file made anew: its kind, its bytes, and how large it shows (pixels), or how many pages it has."""

    kind: str
    content: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def kind_of(content: bytes) -> str:
    """What the file is by its first bytes, whatever it is called. Raises Unacceptable for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    raise Unacceptable(f"Only {WORDS} files are taken.")


def check(content: bytes) -> Checked:
    """The file made anew. Raises Unacceptable with words for whoever sent it."""
    kind = kind_of(content)
    return check_pdf(content) if kind == PDF else check_picture(content, kind)


def check_picture(content: bytes, kind: str) -> Checked:
    """The picture drawn afresh, upright, at most 2,500 pixels long, without a word of what came with it.

    Place, camera, moment, comments and whatever stood behind the picture are gone. Of a moving one the first
    picture is kept.
    """
    try:
        with Image.open(BytesIO(content), formats=[kind.upper()]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unacceptable("The picture has more than 40 million pixels. Make it smaller.")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = ImageOps.exif_transpose(opened)
            drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return written(on_white(drawn) if kind == WEBP else drawn, kind)
    except UNSOUND as fault:
        raise Unacceptable(BROKEN) from fault


def written(drawn: Image.Image, kind: str) -> Checked:
    """The picture as a file: what came as PNG stays one unless it would be heavy."""
    if kind == PNG:
        plain = drawn.convert("RGBA" if drawn.has_transparency_data else "RGB")
        content = saved(bare(plain), "PNG")
        if len(content) <= MOST_OF_A_PNG:
            return Checked(PNG, content, *plain.size)
    plain = on_white(drawn)
    return Checked(JPEG, saved(bare(plain), "JPEG", quality=85), *plain.size)


def on_white(drawn: Image.Image) -> Image.Image:
    """The picture without holes, as JPEG has none."""
    if not drawn.has_transparency_data:
        return drawn.convert("RGB")
    over = drawn.convert("RGBA")
    white = Image.new("RGBA", over.size, "white")
    return Image.alpha_composite(white, over).convert("RGB")


def bare(drawn: Image.Image) -> Image.Image:
    """The pixels alone, in a picture of their own."""
    fresh = Image.new(drawn.mode, drawn.size)
    fresh.paste(drawn)
    return fresh


def saved(drawn: Image.Image, form: str, **how: Any) -> bytes:
    """The bytes of a picture."""
    into = BytesIO()
    drawn.save(into, form, **how)
    return into.getvalue()


def check_pdf(content: bytes) -> Checked:
    """The PDF's pages as they look, in a new file: no script, action, link, form, file or description goes with them."""
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise pikepdf.PasswordError
            pages = len(pdf.pages)
            if not 1 <= pages <= MOST_PAGES:
                raise Unacceptable(f"A PDF may have 1 to {MOST_PAGES} pages; this has {pages}.")
            if len(pdf.objects) > MOST_OBJECTS:
                raise Unacceptable(
                    "The PDF is too complicated. Print it to a new PDF, and send that."
                )
            return Checked(PDF, rewritten(pdf), pages=pages)
    except pikepdf.PasswordError as fault:
        raise Unacceptable("The PDF is locked with a password. Save it without one.") from fault
    except (pikepdf.PdfError, *UNSOUND, RuntimeError) as fault:
        raise Unacceptable(BROKEN) from fault


def rewritten(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a new file with the pages of this one."""
    pdf.flatten_annotations("screen")
    keep(pdf.Root, OF_THE_CATALOGUE)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for page in pdf.pages:
        keep(page.obj, OF_A_PAGE)
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            drop(one, ELSEWHERE)
            without_notes(one)
        if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
            drop(one, NOWHERE)
    into = BytesIO()
    pdf.remove_unreferenced_resources()
    pdf.save(
        into,
        preserve_pdfa=False,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
    )
    if into.tell() > MOST_BYTES:
        raise Unacceptable("The PDF is larger than it seems. Print it to a new PDF, and send that.")
    return into.getvalue()


def keep(thing: Any, names: frozenset[str]) -> None:
    """Leave in a dictionary only what is named."""
    drop(thing, [name for name in list(thing.keys()) if name not in names])


def drop(thing: Any, names: Any) -> None:
    """Take these out of a dictionary or of a stream's."""
    for name in names:
        if name in thing:
            del thing[name]


def without_notes(stream: pikepdf.Stream) -> None:
    """Take out of a photograph in a PDF what its camera wrote into it.

    Other filters around it are undone. Raises Unacceptable for a photograph inside a photograph's filter.
    """
    names = [str(one) for one in in_a_list(stream.get("/Filter"))]
    if not set(names) & (OF_A_JPEG | OF_A_JPX):
        return
    *around, last = names
    if last not in OF_A_JPEG | OF_A_JPX or set(around) & (OF_A_JPEG | OF_A_JPX):
        raise Unacceptable(ODD_PICTURE)
    settings: list[Any] = in_a_list(stream.get("/DecodeParms"))
    settings += [None] * (len(names) - len(settings))
    content = stream.read_raw_bytes()
    if around:
        filters = pikepdf.Array([pikepdf.Name(one) for one in around])
        given = pikepdf.Array(settings[: len(around)])
        stream.write(content, filter=filters, decode_parms=given)
        content = stream.read_bytes()
    strip = strip_jpeg if last in OF_A_JPEG else strip_jpx
    stream.write(strip(content), filter=pikepdf.Name(last), decode_parms=settings[len(around)])


def in_a_list(found: Any) -> list[Any]:
    """What a PDF gives as one thing, as several, or not at all."""
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def strip_jpeg(content: bytes) -> bytes:
    """A JPEG's bytes without the notes of camera and programs, and without what stands behind the picture.

    What tells its colours (Adobe's) stays. Raises ValueError for what is no JPEG.
    """
    kept, place = [b"\xff\xd8"], content.index(b"\xff\xd8\xff") + 2
    while (found := MARK.search(content, place)) and (mark := found[1][0]) != 0xD9:
        place = found.end()
        if mark in ALONE:
            continue
        end = place + int.from_bytes(content[place : place + 2])
        noted = (0xE1 <= mark <= 0xEF and mark != 0xEE) or mark == 0xFE
        if not noted:
            kept.append(b"\xff" + content[place - 1 : end])
        if mark == 0xDA:
            after = MARK.search(content, end)
            drawn, end = end, after.start() if after else len(content)
            kept.append(content[drawn:end])
        place = end
    return b"".join([*kept, b"\xff\xd9"])


def strip_jpx(content: bytes) -> bytes:
    """A JPEG 2000's bytes without what tells of camera, place and programs (ISO/IEC 15444-1, annexes A and I).

    Raises Unacceptable where notes stand where they cannot be taken out simply, ValueError for what is no JPEG 2000.
    """
    if content.startswith(b"\xff\x4f\xff\x51"):
        return strip_codestream(content)
    if content[4:8] != b"jP  ":
        raise ValueError("no JPEG 2000")
    kept, place = [], 0
    while place + 8 <= len(content):
        size, kind, begin = int.from_bytes(content[place : place + 4]), content[place + 4 :][:4], 8
        if size == 1:
            size, begin = int.from_bytes(content[place + 8 : place + 16]), 16
        size = size or len(content) - place
        if size < begin:
            raise ValueError("a box that is smaller than its head")
        body = content[place + begin : place + size]
        if kind in OF_A_PICTURE:
            body = strip_codestream(body) if kind == b"jp2c" else body
            kept.append(struct.pack("!I", 8 + len(body)) + kind + body)
        place += size
    return b"".join(kept)


def strip_codestream(content: bytes) -> bytes:
    """The picture itself of a JPEG 2000 without its comments."""
    kept, place = [content[:2]], 2
    while (mark := content[place : place + 2]) != b"\xff\x90":
        if len(mark) < 2 or mark[0] != 0xFF:
            raise ValueError("no tile")
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if mark != b"\xff\x64":
            kept.append(content[place:end])
        place = end
    first = place
    while content[place : place + 2] == b"\xff\x90":
        size, at = int.from_bytes(content[place + 6 : place + 10]), place + 12
        while content[at : at + 2] not in {b"\xff\x93", b""}:
            if content[at : at + 2] == b"\xff\x64":
                raise Unacceptable(ODD_PICTURE)
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
        if size == 0:
            return b"".join([*kept, content[first:]])
        if size < 14:
            raise ValueError("a tile that is smaller than its head")
        place += size
    return b"".join([*kept, content[first:place], b"\xff\xd9"])


def main() -> None:
    """Check the file that comes in: a line of JSON goes out, and the new bytes after it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        checked = check(content)
        said = asdict(replace(checked, content=b"")) | {"content": None}
        body = checked.content
    except (Unacceptable, MemoryError) as fault:
        said, body = {"fault": str(fault) or BROKEN}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
