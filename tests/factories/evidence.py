"""Pictures and PDFs made up for tests, honest and hostile, and files attached to audits and actions."""

import struct
import zlib
from datetime import datetime
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, PngImagePlugin

from evidence.models import Attachment
from evidence.services import Sent, attach, work_on
from evidence.services.adding import Place
from people.models import User

# The test file of the makers of virus scanners, in two halves so that this file is not taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SECRET = b"Camera of A Person"
WHERE = 0x8825  # the tag under which a camera writes where it was


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    """A small drawing: left half red, right half blue."""
    drawn = Image.new("RGB", size, "red")
    ImageDraw.Draw(drawn).rectangle([size[0] // 2, 0, size[0], size[1]], fill="blue")
    into = BytesIO()
    drawn.save(into, form, **how)
    return into.getvalue()


def photograph(turned: int = 1) -> bytes:
    """A JPEG with everything that a camera writes: its owner, a comment, where it was, which way up it was held."""
    notes = Image.Exif()
    notes[0x0112], notes[0x013B] = turned, SECRET.decode()
    notes.get_ifd(WHERE)[2] = (53.0, 45.0, 0.0)
    return picture(exif=notes, comment=SECRET)


def png_with_words() -> bytes:
    """A PNG that carries a text."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", SECRET.decode())
    return picture("PNG", pnginfo=words)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        whole = name + body
        return struct.pack("!I", len(body)) + whole + struct.pack("!I", zlib.crc32(whole))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def pdf(pages: int = 1, **how: Any) -> bytes:
    """A plain PDF."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(200, 200))
    into = BytesIO()
    made.save(into, **how)
    return into.getvalue()


def armed_pdf() -> bytes:
    """A PDF with a script, a program to start, links, a form, a file, notes of its author, and a photograph."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    page = made.pages[0]
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    start = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 50, 50],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/track")),
    )
    page.Annots = made.make_indirect(pikepdf.Array([link]))
    page.AA = pikepdf.Dictionary(O=start)
    seen = pikepdf.Stream(made, photograph())
    seen.Type, seen.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    seen.Width, seen.Height, seen.BitsPerComponent = 60, 40, 8
    seen.ColorSpace, seen.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    seen.Metadata = made.make_stream(SECRET)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=made.make_indirect(seen)))
    page.Contents = made.make_stream(b"q 60 0 0 40 0 0 cm /Im0 Do Q")
    made.Root.OpenAction = made.make_indirect(script)
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.String("<xdp/>"))
    made.Root.URI = pikepdf.Dictionary(Base=pikepdf.String("https://example.org/"))
    made.attachments["evil.exe"] = b"MZ hidden"
    made.docinfo["/Author"] = SECRET.decode()
    into = BytesIO()
    made.save(into)
    return into.getvalue()


def sent(content: bytes | None = None, **changes: Any) -> Sent:
    """What somebody sends: a drawing, with words, nobody to be known from it."""
    given = {"name": "three-houses.jpg", "caption": "Three houses, drawn", "anonymised": True}
    return Sent(content=picture() if content is None else content, **{**given, **changes})


def attached(
    place: Place, by: User, at: datetime, content: bytes | None = None, **changes: Any
) -> Attachment:
    """A file that has been added and checked."""
    made = attach(place, sent(content, **changes), by=by, at=at)
    work_on(made.file_id, at=at)
    return Attachment.objects.select_related("file", "audit", "action").get(pk=made.pk)
