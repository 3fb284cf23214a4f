"""From HTML to a tagged PDF. The only place that knows WeasyPrint; it can fetch nothing and read no file."""

import hashlib
from typing import Any

OFF = "PDF is off on this server. To turn it on: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
VARIANT = "pdf/ua-1"


class NoPdf(Exception):
    """PDF cannot be made on this machine; the message says what to install."""


def render_pdf(html: str) -> bytes:
    """The PDF (PDF/UA-1 tags, language, title) of a complete page.

    Raises NoPdf when the system's Pango library is missing.
    """
    return render_pages(html)[0]


def render_pages(html: str, most: int = 0) -> tuple[bytes, int]:
    """The PDF and its number of pages; without the PDF where it has more than `most`. The same every time."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - slow to import, and only workers need it
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError:
        raise NoPdf(OFF) from None
    fetcher: Any = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    document = HTML(string=html, url_fetcher=fetcher, base_url=None).render(pdf_variant=VARIANT)
    pages = len(document.pages)
    if most and pages > most:
        return b"", pages
    content = document.write_pdf(
        pdf_variant=VARIANT, pdf_identifier=hashlib.sha256(html.encode()).digest()[:16]
    )
    return content, pages
