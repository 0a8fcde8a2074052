"""Makes scans of typeset pages: rendered, turned, skewed, with noise, as pictures and as PDFs of pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image


@dataclass(frozen=True)
class Quality:
    """How a page is scanned.

    Attributes:
        dpi: Resolution.
        skew: Degrees anticlockwise.
        noise: Standard deviation of the grey levels.
        jpeg: Quality of the JPEG that each page goes through; 0 for none.
    """

    dpi: int = 300
    skew: float = 0.0
    noise: float = 0.0
    jpeg: int = 0


CLEAN = Quality()
OFFICE = Quality(dpi=200, skew=0.8, noise=10, jpeg=75)
POOR = Quality(dpi=150, skew=2.0, noise=25, jpeg=50)


def scan(pdf: bytes, quality: Quality = CLEAN) -> list[Image.Image]:
    """Render the pages of a PDF as a scanner of that quality would see them."""
    pages = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        image = page.render(scale=quality.dpi / 72, grayscale=True).to_pil().convert("L")
        pages.append(_degrade(image, quality, seed=number))
    return pages


def save_pdf(pages: list[Image.Image], dpi: int = 300) -> bytes:
    """Make a PDF of pictures without a text layer."""
    return save(pages, "PDF", dpi)


def save(pages: list[Image.Image], kind: str, dpi: int = 300) -> bytes:
    """Save pages in one of Pillow's formats; all of them for PDF and TIFF, else the first."""
    out = io.BytesIO()
    pages = [page.copy() for page in pages]  # Pillow leaves the settings of one format on a page for the next
    more = {"save_all": True, "append_images": pages[1:]} if kind in ("PDF", "TIFF") else {}
    resolution = {"resolution": dpi} if kind == "PDF" else {"dpi": (dpi, dpi)}
    pages[0].save(out, kind, **resolution, **more)
    return out.getvalue()


def merge_pdfs(*parts: bytes) -> bytes:
    """Put the pages of several PDFs into one."""
    merged = pypdfium2.PdfDocument.new()
    for part in parts:
        merged.import_pages(pypdfium2.PdfDocument(part))
    out = io.BytesIO()
    merged.save(out)
    return out.getvalue()


def _degrade(image: Image.Image, quality: Quality, seed: int) -> Image.Image:
    if quality.skew:
        image = image.rotate(quality.skew, Image.Resampling.BICUBIC, fillcolor=255)
    if quality.noise:
        random = np.random.default_rng(seed)
        grey = np.asarray(image, dtype=float) * 0.85 + 25 + random.normal(0, quality.noise, image.size[::-1])
        image = Image.fromarray(grey.clip(0, 255).astype("uint8"))
    if quality.jpeg:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality.jpeg)
        image = Image.open(out)
        image.load()
    return image
