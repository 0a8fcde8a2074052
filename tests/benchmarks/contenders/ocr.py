"""OCR: Norwegian pages that Tesseract's English model read are repaired; or they are read anew with the Norwegian one.

The pages are those of an office scanner (200 dpi, turned by 0.8 degrees, noise, JPEG), made of each statement's beginning.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

from contenders import Absent, Contender, Document, Options, each, forget, read_statements

WORDS = 250
"""About so many words of each statement are scanned, to the end of a line: a page."""

EDITS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def prepare(folder: Path, options: Options) -> list[Document]:
    if not shutil.which("tesseract"):
        raise Absent("tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-nor")
    from scanning import OFFICE, save, scan
    from typeset import Layout, typeset

    from analyzer.train_restore.pages import read_page

    found = []
    for number, statement in enumerate(read_statements(options)):
        text = _beginning(statement.text)
        paths = []
        for page, image in enumerate(scan(typeset(text, Layout()), OFFICE)):
            path = folder / f"{number}-{page}.png"
            path.write_bytes(save([image], "PNG", OFFICE.dpi))
            paths.append(path)
        read = "\n".join(read_page(path.read_bytes(), "eng") for path in paths)
        found.append(Document(statement.group, statement.name, read, text, tuple(map(str, paths))))
    return found


def _beginning(text: str) -> str:
    lines, count = [], 0
    for line in text.split("\n"):
        lines.append(line)
        count += len(line.split())
        if count >= WORDS:
            break
    return "\n".join(lines)


def load_personvern(options: Options):
    from analyzer.restoration import Restorer

    restorer = Restorer.load()

    def restore(documents):
        restorer.finder._found.clear()
        restorer.finder._known_parts.clear()
        forget()
        return [restorer.restore(document.text).text for document in documents]

    return restore


def load_tesseract(options: Options):
    from analyzer.train_restore.pages import read_page

    return each(
        lambda document: "\n".join(read_page(Path(path).read_bytes(), "nor") for path in document.files)
    )


def load_spell_checker(options: Options):
    """A user's own few lines around symspellpy, with the words that wordfreq knows in bokmål."""
    from symspellpy import SymSpell, Verbosity
    from wordfreq import get_frequency_dict

    checker = SymSpell(max_dictionary_edit_distance=EDITS)
    for word, frequency in get_frequency_dict("nb").items():
        checker.create_dictionary_entry(word, max(1, round(frequency * 1e9)))

    def correct(match: re.Match[str]) -> str:
        word = match[0]
        found = checker.lookup(
            word, Verbosity.TOP, max_edit_distance=EDITS, include_unknown=True, transfer_casing=True
        )
        return found[0].term

    return each(lambda document: _WORD.sub(correct, document.text))


CONTENDERS = [
    Contender("personvern restore", load_personvern, "personvern-analyzer"),
    Contender("Tesseract nor, from the pictures", load_tesseract, "tesseract"),
    Contender("spell checker (symspellpy, words of wordfreq)", load_spell_checker, "symspellpy"),
]


def score(documents, outputs, options):
    from analyzer.train_restore.measure import score_restoration

    grouped = defaultdict(dict)
    for document, output in zip(documents, outputs, strict=True):
        grouped[document.group][document.text] = (document.wanted, output)
    figures = {}
    for group, found in grouped.items():
        pages = [(wanted, read) for read, (wanted, _) in found.items()]
        rates = score_restoration(pages, lambda read, found=found: found[read][1]).rates()
        figures[group] = {
            "word errors before": rates["word_errors_before"],
            "after": rates["word_errors_after"],
            "damaged restored": rates["damaged_words_restored"],
            "intact broken per 10,000": rates["intact_words_broken_per_10000"],
        }
    return figures
