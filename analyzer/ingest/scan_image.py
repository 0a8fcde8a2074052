"""Pictures of pages: opened, rendered, scaled, evened out and set straight, within bounds of memory."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

from analyzer.errors import UnreadableSource

DPI = 300
MAX_SOURCE_PIXELS = 120_000_000  # an A3 sheet at 600 dpi has 70 million
MAX_PIXELS = 18_000_000  # an A3 sheet at 300 dpi; what is larger is scaled down before it is read
MAX_SCALE = 3.0  # enlarging small pictures helps up to here
MAX_SKEW = 6.0  # degrees
MIN_SKEW = 0.15  # Tesseract copes with less, and turning costs sharpness
MAX_FRAMES = 500

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF")  # no format that starts another program
_A4_INCHES = (8.27, 11.69)
_PROFILE_WIDTH = 900  # pixels; enough to see the lines of a page, and quick
_SIDEWAYS = 1.5  # times as sharp as the profile across must the profile along the page be
_MIN_INK = 200
_UNEVEN = 40  # grey levels between the lightest and darkest paper of a page
_DARK = 30  # the level of black borders and pictures, which are no paper in the shade
_GRAINY = 4  # grey levels of grain (standard deviation) that a scan's paper may have
_GRAINS = 3

_ORIENTATION = 0x0112  # the tag by which cameras say how they were held
_UPRIGHT = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}

Ink = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page in grey with its resolution and its number from 1."""

    image: Image.Image
    dpi: float
    number: int


def open_frames(data: bytes, source: str) -> tuple[Iterator[PageImage], int]:
    """Open a picture: its pages, made one by one, and their number; only TIFF holds more than one.

    Raises:
        UnreadableSource: The picture is damaged, of an unknown kind, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            count = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    except Image.DecompressionBombError:
        raise UnreadableSource(_describe_size(source)) from None
    except Exception as error:  # Pillow raises whatever the damaged part leads to
        raise UnreadableSource(_describe_damage(source, error)) from error
    return _load_frames(picture, min(count, MAX_FRAMES), source), count


def render_pages(data: bytes, numbers: list[int], source: str) -> Iterator[PageImage]:
    """Render pages of a PDF, numbered from 1, at 300 dpi or what the limit of pixels allows.

    Raises:
        UnreadableSource: PDFium cannot open the file.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableSource(
            f"{source} er skadet, og sidene kan ikke vises. Last ned eller lagre filen på nytt."
        ) from error
    try:
        for number in numbers:
            yield _render_page(document, number)
    finally:
        document.close()


def _render_page(document: Any, number: int) -> PageImage:
    try:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(DPI / 72, math.sqrt(MAX_PIXELS / max(width * height, 1)))
        bitmap = page.render(scale=scale, grayscale=True)
    except pypdfium2.PdfiumError:  # the page is damaged; a blank one is reported as unread
        return PageImage(Image.new("L", (100, 100), 255), DPI, number)
    image = bitmap.to_pil().convert("L")
    bitmap.close()
    page.close()
    return PageImage(image, 72 * scale, number)


def clean(page: PageImage) -> PageImage:
    """Even out the light of a photographed page and bleach grainy paper; a clean scan comes back as it is."""
    return PageImage(_bleach(_even_out(page.image)), page.dpi, page.number)


def _even_out(image: Image.Image) -> Image.Image:
    small = image.reduce(16)
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(3))
    low, high = np.percentile(np.asarray(paper), (2, 98))
    if high - low < _UNEVEN or low < _DARK:
        return image
    background = paper.resize(image.size, Image.Resampling.BILINEAR)
    return ImageOps.invert(ImageChops.subtract(background, image))


def _bleach(image: Image.Image) -> Image.Image:
    """Make the paper white where its grain outweighs the ink, as on the last page with its two lines of text.

    Tesseract would then draw the line between ink and paper through the grain. Elsewhere it thins letters.
    """
    counts = np.array(image.histogram())
    below = np.cumsum(counts)
    low, middle = (int(np.searchsorted(below, share * below[-1])) for share in (0.16, 0.5))
    white = middle - _GRAINS * (middle - low)  # what is darker than most of the paper, and its ink
    if middle - low < _GRAINY or white < middle / 2 or find_threshold(counts) < white:
        return image
    return image.point([min(round(level * 255 / white), 255) for level in range(256)])


def turn(page: PageImage, degrees: int) -> PageImage:
    """Turn a page clockwise by a multiple of 90 degrees."""
    turns = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    if degrees not in turns:
        return page
    return PageImage(page.image.transpose(turns[degrees]), page.dpi, page.number)


def straighten(page: PageImage) -> PageImage:
    """Undo a skew of up to :data:`MAX_SKEW` degrees, at which the lines of text lie level."""
    angle = find_skew(find_ink(page.image))
    if abs(angle) < MIN_SKEW:
        return page
    image = page.image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return PageImage(image, page.dpi, page.number)


def find_ink(image: Image.Image) -> Ink:
    """Give a small black and white version of a page: True where there is ink."""
    factor = max(round(image.width / _PROFILE_WIDTH), 1)
    small = image.reduce(factor)
    return np.asarray(np.asarray(small) < find_threshold(np.array(small.histogram())))


def find_threshold(counts: NDArray[np.int_]) -> float:
    """Find the grey level that best parts ink from paper (Otsu's method), from the pixels per level."""
    levels = np.arange(256)
    below = np.cumsum(counts).astype(float)
    above = below[-1] - below
    total = np.cumsum(counts * levels).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = total / below - (total[-1] - total) / above
    spread = np.nan_to_num(below * above * gap**2)
    return float(np.argmax(spread)) + 1


def find_skew(ink: Ink) -> float:
    """Find by how many degrees a page must be turned anticlockwise for its lines to lie level."""
    ys, xs = np.nonzero(ink)
    if len(ys) < _MIN_INK:
        return 0.0
    coarse = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5), key=lambda angle: _score_profile(ys, xs, angle))
    fine = np.arange(coarse - 0.5, coarse + 0.51, 0.05)
    angle = float(max(fine, key=lambda angle: _score_profile(ys, xs, angle)))
    # A page without lines, such as a photo, has no angle that stands out.
    level = _score_profile(ys, xs, 0.0)
    return angle if _score_profile(ys, xs, angle) > 1.05 * level else 0.0


def is_sideways(ink: Ink) -> bool:
    """Say whether the lines of text seem to run up or down the page."""
    ys, xs = np.nonzero(ink)
    if len(ys) < _MIN_INK:
        return False
    angles = np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5)
    across = max(_score_profile(ys, xs, angle) for angle in angles)
    along = max(_score_profile(xs, ys, angle) for angle in angles)
    return along > _SIDEWAYS * across


def _score_profile(ys: NDArray[np.intp], xs: NDArray[np.intp], angle: float) -> float:
    """Measure how sharply ink and gaps alternate down the page once it is turned by the angle."""
    # Turning anticlockwise lifts what stands to the right.
    rows = np.rint(ys - xs * math.tan(math.radians(angle))).astype(np.int64)
    profile = np.bincount(rows - rows.min()).astype(float)
    return float((np.diff(profile) ** 2).sum())


def _load_frames(picture: Image.Image, count: int, source: str) -> Iterator[PageImage]:
    for index in range(count):
        try:
            picture.seek(index)
            if picture.width * picture.height > MAX_SOURCE_PIXELS:
                raise UnreadableSource(_describe_size(source))
            dpi = _find_resolution(picture)
            image = _make_grey(picture)
        except UnreadableSource:
            raise
        except Exception as error:  # a truncated file shows only when its pixels are read
            raise UnreadableSource(_describe_damage(source, error)) from error
        scale = min(DPI / dpi, MAX_SCALE, math.sqrt(MAX_PIXELS / (image.width * image.height)))
        if not 0.9 < scale < 1.1:
            size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
            image = image.resize(size, Image.Resampling.LANCZOS)
            dpi *= scale
        yield PageImage(image, dpi, index + 1)


def _find_resolution(picture: Image.Image) -> float:
    """Take the resolution that the file states if the page then has a sheet's size; else assume A4."""
    inches = (min(picture.size) / _A4_INCHES[0], max(picture.size) / _A4_INCHES[1])
    assumed = max(min(inches), 30.0)
    stated = picture.info.get("dpi", (0, 0))
    dpi = float(stated[0]) if isinstance(stated, tuple) else 0.0
    plausible = dpi >= 100 and 0.5 <= dpi / assumed <= 2.0
    return dpi if plausible else assumed


def _make_grey(picture: Image.Image) -> Image.Image:
    """Give the frame upright by its own tag, in grey, on white where it is transparent."""
    if picture.mode.startswith("I") or picture.mode == "F":
        _, high = picture.getextrema()
        scale = 255.0 / max(float(high), 1.0)  # type: ignore[arg-type]
        return picture.convert("F").point(lambda value: value * scale).convert("L")
    picture.draft("L", None)  # a JPEG is then unpacked in grey, a third of the memory
    picture.load()
    orientation = picture.getexif().get(_ORIENTATION, 1)
    image: Image.Image = picture
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        image = Image.new("RGBA", picture.size, "white")
        image.alpha_composite(picture.convert("RGBA"))
    grey = image.copy() if image.mode == "L" else image.convert("L")
    turned = _UPRIGHT.get(orientation)
    return grey if turned is None else grey.transpose(turned)


def _describe_size(source: str) -> str:
    limit = MAX_SOURCE_PIXELS // 1_000_000
    return (
        f"{source} er et bilde på mer enn {limit} millioner bildepunkter. "
        "Skann eller lagre det på nytt med 300 punkter per tomme."
    )


def _describe_damage(source: str, error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return f"{source} er et skadet bilde eller av en ukjent variant. Lagre det på nytt som PNG."
    return f"{source} er et skadet eller ufullstendig bilde. Skann eller lagre det på nytt."
