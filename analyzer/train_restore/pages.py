"""Real OCR noise with the truth known: text is typeset as page images, worn, and read by Tesseract."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from analyzer.train_restore.texts import TrainingText

FONT_FOLDER = Path("/usr/share/fonts/truetype")
FONT_NAMES = (
    "liberation/LiberationSans-Regular",
    "liberation/LiberationSans-Bold",
    "liberation/LiberationSerif-Regular",
    "liberation/LiberationSerif-Italic",
    "liberation/LiberationMono-Regular",
    "liberation/LiberationSansNarrow-Regular",
    "dejavu/DejaVuSans",
    "dejavu/DejaVuSerif",
    "dejavu/DejaVuSansCondensed",
    "crosextra/Carlito-Regular",
    "crosextra/Caladea-Regular",
    "freefont/FreeSans",
    "freefont/FreeSerif",
    "noto/NotoSans-Regular",
    "noto/NotoSerif-Regular",
    "open-sans/OpenSans-Regular",
    "lato/Lato-Regular",
    "roboto/unhinted/RobotoTTF/Roboto-Regular",
)
RESOLUTIONS = (100, 130, 150, 150, 200, 200, 250, 300)
WORDS_PER_PAGE = 380

Language = Literal["eng", "nor"]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page, and what Tesseract read with one of its models."""

    truth: str
    read: str
    language: Language


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is set and how worn it is."""

    font: Path
    points: float
    dpi: int
    columns: int
    skew: float
    blur: float
    quality: int
    grey: int


def find_fonts() -> list[Path]:
    """List the fonts of this machine that pages are set in."""
    return [p for name in FONT_NAMES if (p := FONT_FOLDER / f"{name}.ttf").exists()]


def draw_look(rng: random.Random, fonts: Sequence[Path]) -> Look:
    """Choose a look at random."""
    dpi = rng.choice(RESOLUTIONS)
    return Look(
        font=rng.choice(fonts),
        points=rng.choice((9.5, 10, 10.5, 11, 11, 12)) + (1.5 if dpi <= 130 else 0),
        dpi=dpi,
        columns=rng.choice((70, 80, 90)),
        skew=rng.choice((0.0, 0.0, rng.uniform(-0.8, 0.8))),
        blur=rng.choice((0.0, 0.0, rng.uniform(0.2, 0.9) * dpi / 200)),
        quality=rng.choice((0, 0, 85, 60, 35)),
        grey=rng.choice((0, 0, 40, 90)),
    )


def set_lines(text: str, columns: int) -> list[str]:
    """Break a text into the lines of a page."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(paragraph, columns, break_long_words=False) or [""]
    return lines


def draw_page(lines: Sequence[str], look: Look) -> bytes:
    """Typeset lines as a page and wear it; gives a PNG."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    size = round(look.points * look.dpi / 72)
    font = ImageFont.truetype(str(look.font), size)
    margin, leading = look.dpi // 2, round(size * 1.4)
    width = round(max(font.getlength(line) for line in [*lines, " "])) + 2 * margin
    image = Image.new("L", (width, leading * len(lines) + 2 * margin), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((margin, margin + row * leading), line, font=font, fill=look.grey)
    if look.skew:
        image = image.rotate(look.skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if look.blur:
        image = image.filter(ImageFilter.GaussianBlur(look.blur))
    buffer = io.BytesIO()
    if look.quality:
        image.save(buffer, "JPEG", quality=look.quality)
        image = Image.open(io.BytesIO(buffer.getvalue()))
        buffer = io.BytesIO()
    image.save(buffer, "PNG", dpi=(look.dpi, look.dpi))
    return buffer.getvalue()


def read_page(image: bytes, language: Language = "eng") -> str:
    """Read a page image with Tesseract, on one core."""
    command = ["tesseract", "stdin", "stdout", "-l", language]
    run = subprocess.run(command, input=image, capture_output=True, check=True, env=_one_core())
    return run.stdout.decode("utf-8").replace("\f", "\n")


def _one_core() -> dict[str, str]:
    return {**os.environ, "OMP_THREAD_LIMIT": "1"}


def cut_pages(texts: Iterable[str], words: int = WORDS_PER_PAGE) -> Iterator[str]:
    """Cut texts into pages of about ``words`` words at line ends."""
    for text in texts:
        page: list[str] = []
        count = 0
        for line in text.split("\n"):
            page.append(line.strip())
            count += len(line.split())
            if count >= words:
                yield "\n".join(page)
                page, count = [], 0
        if count > words // 8:
            yield "\n".join(page)


def choose_pages(texts: Sequence[TrainingText], number: int) -> list[str]:
    """Choose pages at random, half of them of statements; fewer if there are not that many."""
    rng = random.Random(1)
    statements = list(cut_pages(t.text for t in texts if t.statement))
    others = list(cut_pages(t.text for t in texts if not t.statement))
    rng.shuffle(statements)
    rng.shuffle(others)
    half = max(number // 2, number - len(others))
    chosen = statements[:half]
    return chosen + others[: number - len(chosen)]


def read_pages(
    pages: Sequence[str],
    language: Language,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Page]:
    """Typeset pages, wear them, and read them with Tesseract's English or Norwegian model, on all cores.

    Args:
        pages: Their texts; the look of each is drawn by a generator of its own.
        language: The model.
        cache: JSON Lines file that keeps what was read, to go on from.
        progress: Is told every 50 pages.
    """
    known = _read_cache(cache)
    fonts = find_fonts()

    def read(page: str) -> Page:
        look = draw_look(random.Random(page), fonts)
        image = draw_page(set_lines(page, look.columns), look)
        return Page(page, read_page(image, language), language)

    missing = [page for page in dict.fromkeys(pages) if (page, language) not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, page in enumerate(pool.map(read, missing), start=1):
            known[page.truth, page.language] = page
            if cache is not None:
                with cache.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(page), ensure_ascii=False) + "\n")
            if done % 50 == 0:
                progress(f"{done} of {len(missing)} pages read")
    return [known[page, language] for page in pages]


def _read_cache(cache: Path | None) -> dict[tuple[str, Language], Page]:
    lines = cache.read_text(encoding="utf-8").splitlines() if cache is not None and cache.exists() else []
    return {(page.truth, page.language): page for line in lines for page in [Page(**json.loads(line))]}


def align_words(truth: Sequence[str], read: Sequence[str]) -> list[tuple[str, str]]:
    """Pair the words of a page with what was read; runs of unequal length are joined by spaces."""
    from rapidfuzz.distance import Levenshtein

    pairs: list[tuple[str, str]] = []
    codes: list[Any] = list(Levenshtein.opcodes(truth, read))
    run: tuple[list[str], list[str]] = ([], [])
    for code in codes:
        left, right = truth[code.src_start : code.src_end], read[code.dest_start : code.dest_end]
        if code.tag == "equal":
            pairs += _close(run)
            run = ([], [])
            pairs += zip(left, right, strict=True)
        else:
            run[0].extend(left)
            run[1].extend(right)
    return pairs + _close(run)


def _close(run: tuple[list[str], list[str]]) -> list[tuple[str, str]]:
    """Pair a run of differing words: one to one where the numbers agree, as a whole otherwise."""
    left, right = run
    if not left and not right:
        return []
    if len(left) == len(right):
        return list(zip(left, right, strict=True))
    return [(" ".join(left), " ".join(right))]
