"""PDF: does the statement's text come back, in its order? Statements are typeset in four layouts in turn."""

from __future__ import annotations

from pathlib import Path

from pdf_extraction import READERS, compare, find_triples, find_words

from contenders import Contender, Document, Options, each, mean_by_group, read_statements

PACKAGES = {
    "ours": "personvern-analyzer",
    "pdfplumber": "pdfplumber",
    "pypdfium2": "pypdfium2",
    "pdfminer.six": "pdfminer.six",
    "pypdf": "pypdf",
}


def prepare(folder: Path, options: Options) -> list[Document]:
    from typeset import LAYOUTS, typeset

    layouts = list(LAYOUTS.values())
    found = []
    for number, statement in enumerate(read_statements(options)):
        path = folder / f"{number}.pdf"
        path.write_bytes(typeset(statement.text, layouts[number % len(layouts)]))
        found.append(Document(statement.group, statement.name, wanted=statement.text, files=(str(path),)))
    return found


def _load(name):
    def load(options: Options):
        read = READERS[name]()
        return each(lambda document: read(Path(document.files[0]).read_bytes()))

    return load


CONTENDERS = [
    Contender("personvern" if name == "ours" else name, _load(name), package)
    for name, package in PACKAGES.items()
]


def score(documents, outputs, options):
    figures = []
    for document, output in zip(documents, outputs, strict=True):
        wanted, found = find_words(document.wanted), find_words(output)
        figures.append(
            {
                "recall": compare(wanted, found),
                "order": compare(find_triples(document.wanted), find_triples(output)),
                "precision": compare(found, wanted),
            }
        )
    return mean_by_group(documents, figures)
