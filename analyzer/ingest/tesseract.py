"""Runs the Tesseract program on the picture of a page and gives the lines and words that it sees.

Tesseract is called as a program, without a shell and with the picture on its standard input: nothing of the
source reaches a command line or a temporary file.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from PIL import Image

from analyzer.errors import UnreadableSource

SECONDS_PER_PAGE = 120
"""A dense page takes 5 seconds, and four times that on a busy machine; beyond this it is no page of text."""

INSTALL = (
    "Debian/Ubuntu: `sudo apt-get install tesseract-ocr tesseract-ocr-nor`; "
    "macOS: `brew install tesseract tesseract-lang`; "
    "Windows: installasjonsprogrammet fra UB Mannheim (github.com/UB-Mannheim/tesseract/wiki) med "
    "«Norwegian» krysset av under «Additional language data»"
)
NORWEGIAN, ENGLISH = "nor", "eng"

_WINDOWS = Path(r"C:\Program Files\Tesseract-OCR\tesseract.exe")  # the installer leaves PATH alone
_LANGUAGE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z_]+)?(?:\+[A-Za-z_]+(?:/[A-Za-z_]+)?)*")
_ROTATE = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_CERTAINTY = re.compile(r"^Orientation confidence: ([\d.]+)$", re.MULTILINE)
_MIN_CERTAINTY = 1.0  # of Tesseract's own scale; turned pages of text have 5 to 20

_BOX = re.compile(r"bbox (-?\d+) (-?\d+) (-?\d+) (-?\d+)")
_BASELINE = re.compile(r"baseline (-?[\d.]+) (-?[\d.]+)")
_X_SIZE = re.compile(r"x_size ([\d.]+)")
_CONFIDENCE = re.compile(r"x_wconf (-?[\d.]+)")


class PageTimeoutError(Exception):
    """A page took longer than :data:`SECONDS_PER_PAGE`."""


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word in a picture, in pixels from the top left corner; ``confidence`` is 0 to 100."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    confidence: float


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line in a picture.

    Attributes:
        words: From left to right.
        size: Height from descenders to ascenders, in pixels.
        slope: Of the baseline.
        origin: Height of the baseline at x = 0, in pixels from the top.
    """

    words: tuple[SeenWord, ...]
    size: float
    slope: float
    origin: float

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program as it was found on this machine.

    Attributes:
        command: Its path.
        language: The language data in use, such as ``nor``.
        installed: All language data that it has.
    """

    command: str
    language: str
    installed: frozenset[str]

    @classmethod
    def find(cls, language: str | None = None) -> Tesseract:
        """Find the program and choose the language: the wanted one, else Norwegian, else English.

        Args:
            language: What to read with, as Tesseract names it (``nor``, ``nor+eng``).

        Raises:
            UnreadableSource: The program or its language data is missing; the message says what to install.
        """
        command = shutil.which("tesseract") or (str(_WINDOWS) if _WINDOWS.is_file() else None)
        if command is None:
            raise UnreadableSource(f"tekstgjenkjenning trenger Tesseract, som ikke er installert. {INSTALL}.")
        installed = _list_languages(command)
        if language is None:
            language = next((name for name in (NORWEGIAN, ENGLISH) if name in installed), NORWEGIAN)
        _check_language(language, installed)
        return cls(command, language, installed)

    def read(
        self, image: Image.Image, *, dpi: float, language: str | None = None, one_column: bool = False
    ) -> list[SeenLine]:
        """Read the lines of a page that stands upright.

        Args:
            image: The page in grey.
            dpi: Its resolution.
            language: Another language than that of this reader.
            one_column: The lines stand one below the other; the layout need not be found.

        Raises:
            PageTimeoutError: The page took too long.
        """
        args = [
            "-l",
            language or self.language,
            "--psm",
            "6" if one_column else "3",
            "--dpi",
            str(round(dpi)),
        ]
        return list(parse_hocr(self._run(image, *args, "-c", "tessedit_create_hocr=1")))

    def find_turn(self, image: Image.Image) -> int:
        """Tell by how many degrees (0, 90, 180, 270) the page must be turned clockwise to stand upright."""
        if "osd" not in self.installed:
            return 0
        answer = self._run(image, "--psm", "0").decode("utf-8", "replace")
        turn, certainty = _ROTATE.search(answer), _CERTAINTY.search(answer)
        if turn is None or certainty is None or float(certainty[1]) < _MIN_CERTAINTY:
            return 0
        return int(turn[1]) % 360

    def _run(self, image: Image.Image, *args: str) -> bytes:
        """Give what the program prints; nothing where it fails, as it does on a page with too few letters."""
        picture = io.BytesIO()
        image.save(picture, format="PPM")  # uncompressed: the picture goes through a pipe only
        try:
            done = subprocess.run(
                [self.command, "stdin", "stdout", *args],
                input=picture.getvalue(),
                capture_output=True,
                timeout=SECONDS_PER_PAGE,
                # Its threads cost more than they gain, and pages are read side by side.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PageTimeoutError from None
        return done.stdout if done.returncode == 0 else b""


def parse_hocr(page: bytes) -> Iterator[SeenLine]:
    """Yield the lines of Tesseract's hOCR output in its reading order."""
    if not page.strip():
        return
    root = etree.fromstring(page, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    if root is None:
        return
    for element in root.iter("{*}span"):
        title = element.get("title", "")
        size, box = _X_SIZE.search(title), _BOX.search(title)
        if element.get("class") == "ocrx_word" or size is None or box is None:
            continue
        words = tuple(word for word in map(_parse_word, element.iter("{*}span")) if word)
        left, bottom = float(box[1]), float(box[4])
        baseline = _BASELINE.search(title)
        slope, offset = (float(baseline[1]), float(baseline[2])) if baseline else (0.0, 0.0)
        if words:
            yield SeenLine(words, float(size[1]), slope, bottom + offset - slope * left)


def _parse_word(element: etree._Element) -> SeenWord | None:
    title = element.get("title", "")
    box, confidence = _BOX.search(title), _CONFIDENCE.search(title)
    text = "".join(str(part) for part in element.itertext()).strip()
    if box is None or confidence is None or not text:
        return None
    x0, top, x1, bottom = map(float, box.groups())
    return SeenWord(text, x0, top, x1, bottom, float(confidence[1]))


def _list_languages(command: str) -> frozenset[str]:
    try:
        done = subprocess.run(
            [command, "--list-langs"], capture_output=True, text=True, timeout=SECONDS_PER_PAGE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableSource(
            f"tekstgjenkjenning trenger Tesseract, men {command} kan ikke kjøres ({error}). {INSTALL}."
        ) from error
    return frozenset((done.stdout or done.stderr).split("\n")[1:]) - {""}


def _check_language(language: str, installed: frozenset[str]) -> None:
    if not _LANGUAGE.fullmatch(language):
        raise UnreadableSource(
            f"«{language}» er ikke et språk for Tesseract. Skriv for eksempel nor eller nor+eng."
        )
    missing = [name for name in language.split("+") if name not in installed]
    if missing:
        known = ", ".join(sorted(installed - {"osd"})) or "ingen"
        raise UnreadableSource(
            f"Tesseract mangler språkdata for «{', '.join(missing)}» (installert: {known}). {INSTALL}."
        )
