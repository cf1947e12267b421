"""The page on paper: tagged PDF/UA by WeasyPrint, where Pango is present."""

from __future__ import annotations

import logging

__all__ = ["pdf_of"]

VARIANT = "pdf/ua-1"


def pdf_of(html: str) -> tuple[bytes | None, str]:
    """Return the page as PDF, or None and what to do about it.

    Nothing is fetched: the page holds all it shows.
    """
    try:
        import weasyprint
    except OSError as problem:  # the library is there, and Pango is not
        return None, (
            f"No PDF: Pango is missing ({str(problem).splitlines()[0]}). Install it (on Debian: apt-get install "
            "libpango-1.0-0 libpangoft2-1.0-0) and run again, or print brief.html from a browser."
        )
    except ImportError:
        return None, "No PDF: WeasyPrint is not installed. Run `pip install weasyprint`, or print brief.html."
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = weasyprint.HTML(string=html, url_fetcher=weasyprint.URLFetcher(allowed_protocols=["data"]))
    return bytes(page.write_pdf(pdf_variant=VARIANT)), ""
