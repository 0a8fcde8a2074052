"""HTML: is the statement's text taken from the page, and nothing else?

The pages are made here of the held-out statements: menus, a banner about cookies, a side bar and a footer around them,
in three ways of building a site. With a gold folder, real pages of ``html/`` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from html_extraction import EXTRACTORS
from html_extraction import score as score_words

from contenders import Contender, Document, Options, each, mean_by_group, read_statements

_ITEM = re.compile(r"[-•*–·]\s+")
_HEADING = re.compile(r"#+\s*|(?=[A-ZÆØÅ0-9][^.:!]{2,60}$)")
_MENU = ("Hjem", "Tjenester", "Om oss", "Nyheter", "Priser", "Kontakt", "Logg inn", "Handlekurv (0)")
_FOOTER = (
    "Følg oss på Facebook",
    "Ledige stillinger",
    "Åpningstider: man–fre 9–16",
    "Tilgjengelighetserklæring",
)
_BANNER = (
    "<p>Denne siden lar deg velge informasjonskapsler. Noen er nødvendige, andre hjelper oss å telle besøk.</p>"
    "<button>Godta alle</button><button>Bare nødvendige</button><button>Innstillinger</button>"
)
_TEASER = (
    "<p>Vinterkampanje på fjellski og staver, to for en ut uka. Butikken på torget har utvidet åpningstid i desember.</p>"
    '<p><a href="/nyheter/kampanje">Les mer</a></p>'
)
_SHARE = '<div class="sharedaddy"><span>Del dette:</span> <a href="#f">Facebook</a> <a href="#x">X</a></div>'


def prepare(folder, options: Options) -> list[Document]:
    statements = read_statements(options)
    found = [
        Document("built", s.name, LAYOUTS[number % len(LAYOUTS)](s.text), s.text)
        for number, s in enumerate(s for s in statements if s.group == "heldout")
    ]
    for s in statements:
        page = options.gold / "html" / f"{s.name}.html" if options.gold else None
        if s.group == "dev" and page and page.exists():
            found.append(Document("real", s.name, page.read_text("utf-8"), s.text))
    return found


def _body(text: str) -> str:
    """Set each line as a heading, an item of a list or a paragraph."""
    return "\n".join(_elements(text)).replace("</li>\n<li>", "</li><li>")


def _elements(text: str) -> Iterator[str]:
    listed = False
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        item = _ITEM.match(line)
        if listed != bool(item):
            yield "</ul>" if listed else "<ul>"
            listed = bool(item)
        if item:
            yield f"<li>{escape(line[item.end() :])}</li>"
        elif heading := _HEADING.match(line):
            yield f"<h2>{escape(line[heading.end() :])}</h2>"
        else:
            yield f"<p>{escape(line)}</p>"
    if listed:
        yield "</ul>"


def _links(words: tuple[str, ...]) -> str:
    return (
        "<ul>"
        + "".join(f'<li><a href="/{n}">{escape(word)}</a></li>' for n, word in enumerate(words))
        + "</ul>"
    )


def _frame(inner: str) -> str:
    return (
        '<!DOCTYPE html><html lang="no"><head><meta charset="utf-8"><title>Personvern</title>'
        "<style>nav li{display:inline}</style><script>window.dataLayer=[]</script></head>"
        f"<body>{inner}</body></html>"
    )


def semantic(text: str) -> str:
    """A site that uses HTML's own elements."""
    return _frame(
        f"<header><nav>{_links(_MENU)}</nav></header><main><article>{_body(text)}</article></main>"
        f'<aside>{_TEASER}</aside><footer>{_links(_FOOTER)}</footer><div role="dialog" id="cookie-consent">{_BANNER}</div>'
    )


def divided(text: str) -> str:
    """A site made of nothing but divisions, the classes of which say little."""
    return _frame(
        f'<div class="c-banner cookie-bar">{_BANNER}</div><div class="top"><div class="menu">{_links(_MENU)}</div></div>'
        f'<div class="row"><div class="col-8">{_body(text)}</div><div class="col-4">{_TEASER}</div></div>'
        f'<div class="bottom">{_links(_FOOTER)}</div>'
    )


def themed(text: str) -> str:
    """A site of a common publishing system: named parts, a side bar, buttons to share."""
    return _frame(
        f'<div id="page"><div id="masthead" class="site-header"><div class="main-navigation">{_links(_MENU)}</div></div>'
        f'<div id="content"><div class="entry-content">{_body(text)}</div>{_SHARE}</div>'
        f'<div id="secondary" class="widget-area sidebar"><h3>Siste innlegg</h3>{_TEASER}</div>'
        f'<div id="colophon" class="site-footer">{_links(_FOOTER)}</div></div>'
        f'<div id="cookie-law-info-bar">{_BANNER}</div>'
    )


LAYOUTS = (semantic, divided, themed)

PACKAGES = {
    "personvern": "personvern-analyzer",
    "readability": "readability-lxml",
    "trafilatura": "trafilatura",
    "trafilatura+recall": "trafilatura",
    "resiliparse": "Resiliparse",
}


def _load(name: str):
    def load(options: Options):
        extract = EXTRACTORS[name]()
        return each(lambda document: extract(document.text))

    return load


CONTENDERS = [
    Contender(name, _load(key), PACKAGES[name]) for name, key in zip(PACKAGES, EXTRACTORS, strict=True)
]


def score(documents, outputs, options):
    figures = []
    for document, output in zip(documents, outputs, strict=True):
        recall, precision = score_words(output, document.wanted)
        figures.append({"recall": recall, "precision": precision})
    return mean_by_group(documents, figures)
