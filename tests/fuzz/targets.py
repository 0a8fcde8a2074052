"""The readers that are fuzzed: for each its seeds, how they are changed, and what must hold of what it reads."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mutation
import seeds

from analyzer.detector import Detector
from analyzer.ingest import media_type_of, read_document
from analyzer.ingest.tesseract import Tesseract
from analyzer.knowledge import Knowledge
from analyzer.records import Document
from analyzer.restoration import restore
from analyzer.segment import segment

_DATA = Path(__file__).resolve().parents[2] / "analyzer" / "data"


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes:
        read: Reads bytes; raises AnalyzerError if it cannot, and AssertionError if what it read does not hold.
        seeds: Makes what fuzzing starts from.
        mutate: Changes it.
    """

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    mutate: Callable[[bytes, random.Random], bytes]


@cache
def knowledge() -> Knowledge:
    """The rules, loaded once."""
    return Knowledge.load()


@cache
def _folder() -> Path:
    """A folder of this process alone, in memory where there is one."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="personvern-fuzz-", dir=memory if memory.is_dir() else None))


def _read(data: bytes) -> None:
    check_document(read_document(data, name="prøve", ocr="never"))


def _read_text(data: bytes) -> None:
    document = read_document(data, name="prøve", ocr="never")
    check_document(document)
    check_structure(document)


def _read_picture(data: bytes) -> None:
    """Read a picture with a Tesseract that sees the same words in all of them."""
    run, find = Tesseract._run, Tesseract.find
    Tesseract._run = lambda self, image, *args: seeds.HOCR.encode()  # type: ignore[method-assign]
    Tesseract.find = classmethod(lambda cls, language=None: cls("", "nor", frozenset({"nor", "eng"})))  # type: ignore[assignment, method-assign]
    try:
        check_document(read_document(data, name="prøve"))
    finally:
        Tesseract._run, Tesseract.find = run, find  # type: ignore[method-assign]


def _read_archive(data: bytes) -> None:
    from analyzer.sources.archives import find_statements, is_archive, read_record

    path = _folder() / "prøve.warc"
    path.write_bytes(data)
    if is_archive(path):
        for found in find_statements(path, _detector()):
            if found.error is None:
                media_type_of(read_record(path, found.member, found.offset))


@cache
def _detector() -> Detector:
    return Detector(knowledge())


def _read_manifest(data: bytes) -> None:
    from analyzer.sources.manifest import read_manifest

    path = _folder() / "liste.csv"
    path.write_bytes(data)
    for row in read_manifest(path):
        assert row.error or row.source
        str((row.error, row.source, row.organisation, row.extra)).encode()


def _read_rules(data: bytes) -> None:
    """Load rules of which the file that the first line names has other content."""
    name, _, content = data.partition(b"\n")
    if name.decode("ascii", "replace") not in {path.stem for path in _DATA.glob("*.toml")}:
        return
    folder = _folder() / "rules"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_DATA, folder)
    (folder / f"{name.decode()}.toml").write_bytes(content)
    Knowledge.load(folder)


def check_document(document: Document) -> None:
    """Say whether a document's blocks are in order and in its text, and the text can be written."""
    document.text.encode("utf-8")
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip()
        end = block.end


def check_structure(document: Document) -> None:
    """Say whether the restoration is monotone, and the segments in order and in the text."""
    restoration = restore(document.text)
    sources = restoration.sources()
    assert len(sources) == len(restoration.text)
    assert all(a <= b for a, b in zip(sources, sources[1:], strict=False))
    structure = segment(document, knowledge(), restoration=restoration)
    for parts in (structure.segments, structure.passages):
        end = 0
        for part in parts:
            assert end <= part.start < part.end <= len(document.text)
            end = part.end


READERS = {
    "text": Reader(_read_text, seeds.make_texts, mutation.mutate_text),
    "html": Reader(_read_text, seeds.make_pages, mutation.mutate_html),
    "pdf": Reader(_read, seeds.make_pdfs, mutation.mutate_pdf),
    "docx": Reader(_read, seeds.make_word_files, mutation.mutate_docx),
    "picture": Reader(_read_picture, seeds.make_pictures, mutation.mutate_bytes),
    "archive": Reader(_read_archive, seeds.make_archives, mutation.mutate_warc),
    "manifest": Reader(_read_manifest, seeds.make_manifests, mutation.mutate_list),
    "rules": Reader(_read_rules, seeds.make_rules, mutation.mutate_text),
}
