from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from analyzer.ingest.html import html_encoding, read_html
from analyzer.ingest.layout import LayoutBuilder

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "tests" / "files" / "html"
GOLD = ROOT.parent / "shared" / "gold"
sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

from html_extraction import score  # noqa: E402

FILLER = (
    "<p>Vi behandler personopplysninger om kunder. Vi sletter dem etter fem år. Du har rett til innsyn.</p>"
    * 4
)


def lines_of(builder: LayoutBuilder) -> list[str]:
    return [builder.text[block.start : block.end] for block in builder.blocks]


# Per page: lines that are there as whole blocks, and text that is nowhere.
PAGES = {
    "kommune_accordion": (
        [
            "Personvernerklæring for Fjellvik kommune",
            "Sist endret 3. mars 2025",  # the article's header
            "Behandlingsansvarlig",  # a button in a heading
            "E-post: personvern@fjellvik.kommune.example, telefon 00 11 22 33.",  # a panel with hidden
            "Deretter arkiveres de.",  # a panel with aria-hidden and display:none
            "• Bokføringsloven",  # a soft hyphen
            "Dine rettigheter",  # summary
            "Du har rett til innsyn 1, retting og sletting.",  # a footnote's number stays a word
            "Du kan klage til Datatilsynet.",
            "Har dere personvernombud?",  # a button by class, without its icon's name
            "Ja, ombudet svarer deg.",
            "4. Vi svarer innen 30 dager",  # start="3"
            "Erklæringen er godkjent av kommunestyret.",  # the article's footer
        ],
        [
            "Hopp til",
            "Søk",
            "Meny",
            "Barnehage",
            "Forsiden",
            "expand_more",
            "Fant du",
            "Les også",
            "Rådhusveien",
            "Org.nr",
            "Tilgjengelighet",
            "Nettsmia",
            "pil",
            "skal ikke leses",
        ],
    ),
    "cookie_banner": (
        [
            "Informasjonskapslar (cookies)",
            "Desse er naudsynte for innlogging.",
            "_pk_id | Statistikk | 13 månader",
            "Samtykket ditt er friviljug. Vi spør i eit banner.",
        ],
        [
            "Nettstaden nyttar",
            "Bannerets",
            "_gabanner",
            "Tillat",
            "Tenestene",
            "anna banner",
            "Godta",
            "Endre innst",
        ],
    ),
    "system_tables": (
        [
            "Opplysning | Formål | Grunnlag | Slettes",
            "Navn; Adresse | Utbetale lønn. Rapportere skatt. | Art. 6 nr. 1 b | Fem år",
            "Kontonummer; Fagforening | | Art. 6 nr. 1 c | Ti år",
            "Leverandør | Skjemahuset AS",
            "Felt | Kilde",
            "System | Sted",  # div role="table"
            "Tekst etter tabellen.",
        ],
        ["Hjem", "Kurs"],
    ),
    "wordpress_bold": (
        [
            "Personvern",
            "Sist oppdatert: 1. februar 2024",
            "Havblikk Tannklinikk AS (org.nr. 111 222 333) er ansvarlig for personopplysninger.",
            "• Postboks",
            "Den føres av tannlegen.",
            "Og for å kreve betalt.",
            "Skriv til post [at] havblikk.example eller ring +47 00 00 00 00.",
        ],
        [
            "Smil",
            "Hovedmeny",
            "Prisliste",
            "Del dette",
            "Facebook",
            "kommentar",
            "Julebord",
            "MVA",
            "Drevet av",
        ],
    ),
    "next_divs": (
        [
            "Personvern i Solfjord",
            "Gjelder fra 1. januar 2025",
            "Vi er behandlingsansvarlig for kundedata.",
            "Navn Brukes til faktura",  # spans that only the style sheet keeps apart
            "Andre linje i avsnittet.",  # white-space: pre-line
            "Viktig: vi leser av måleren hver time.",  # a custom element as block
            "Se vilkårene for mer.",  # and as part of a sentence
            "Du kan be om sletting.",
            "Denne teksten står utenfor hovedelementet, men hører til erklæringen.",
        ],
        [
            "Privatkunde",
            "Meny",
            "Godta alle",
            "informasjonskapsler",
            "Org.nr",
            "1921",
            "hemmelig",
            "JavaScript",
            "Mal",
        ],
    ),
    "squarespace": (
        [
            "Personvernerklæring",
            "Kjøp i nettbutikken",
            "Navn og adresse brukes for å sende varer.",
            "Vi publiserer bilder bare med samtykke.",
        ],
        ["Skip to", "Keramikkurs", "Nyhetsbrev", "Verkstedveien", "Squarespace"],
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_page_keeps_the_statement_and_drops_the_chrome(page):
    kept, dropped = PAGES[page]
    builder = read_html((FILES / f"{page}.html").read_text("utf-8"))
    lines = lines_of(builder)
    assert [line for line in kept if line not in lines] == []
    assert [text for text in dropped if text in builder.text] == []


def test_heading_levels_of_bold_paragraphs():
    builder = read_html((FILES / "wordpress_bold.html").read_text("utf-8"))
    headings = [(b.level, builder.text[b.start : b.end]) for b in builder.blocks if b.kind == "heading"]
    assert headings == [
        (1, "Personvern"),
        (2, "1. Hvilke opplysninger vi samler inn"),
        (2, "Hvorfor behandler vi dem?"),
        (2, "Lagring"),  # the first line of a paragraph
        (2, "Kontakt"),  # bold by style; the long h6 and the bold sentence are paragraphs
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>A</h1><h3>B</h3><details><summary>C</summary>d</details>", ["h1 A", "h3 B", "h4 C", "p d"]),
        ("<ul><li>a<ul><li>b</ul>c</ul>", ["l1 • a", "l2 • b", "l1 c"]),
        ("<ul><li>– a</ul><ol><li>1. b<li>c</ol>", ["l1 • a", "l1 1. b", "l1 2. c"]),
        ("<ol><li><h2>Formål</h2><p>Faktura.</p></li></ol>", ["h2 1. Formål", "p Faktura."]),
        ("<table><tr><th>A<th>B<tr><th>x<td>y</table>", ["th A | B", "tr x | y"]),
        ("<table><tr><td><h2>A</h2><p>b</p></td></tr></table>", ["h2 A", "p b"]),
        ("<h2>A <br>B</h2>", ["h2 A B"]),
        ("<div>a<p>b</p>c</div>", ["p a", "p b", "p c"]),
        ("<p>Vi<b> lag</b>rer<wbr>\n\t<i>navn</i>.</p>", ["p Vi lagrer navn."]),
        ("<dl><dt>Navn</dt><dd>Kort.</dd></dl>", ["p Navn", "p Kort."]),
        ("<p><b>Navn:</b> Ola</p>", ["p Navn: Ola"]),
        ("<div role=heading aria-level=4>A</div><p>b", ["h4 A", "p b"]),
    ],
)
def test_blocks(html, expected):
    short = {"heading": "h", "paragraph": "p", "list_item": "l", "table_header": "th", "table_row": "tr"}
    builder = read_html(html)
    found = [f"{short[b.kind]}{b.level or ''} {builder.text[b.start : b.end]}" for b in builder.blocks]
    assert found == expected


def test_lines_of_one_paragraph_are_tight_and_two_breaks_part_paragraphs():
    assert read_html("<p>a<br>b<br><br>c</p>").text == "a\nb\n\nc"


@pytest.mark.parametrize(
    ("chrome", "word"),
    [
        ("<nav><a href=/>Forside</a></nav>", "Forside"),
        ("<div class=siteNav><a href=/>Forside</a><a href=/x>Annet</a></div>", "Forside"),
        ("<footer><p>Storgata 1, 0000 By. Org.nr. 000 000 000</p></footer>", "Storgata"),
        ("<div role=contentinfo>Storgata 1, 0000 By</div>", "Storgata"),
        ("<div class='fixed bottom-0'>Vi bruker cookies.<button>Godta</button></div>", "cookies"),
        ("<dialog><p>Vil du chatte?</p><button>Ja</button></dialog>", "chatte"),
        ("<form><label>Epost</label><input><button>Send</button></form>", "Epost"),
        ("<aside class=related><a href=/a>Nyhet en</a><a href=/b>Nyhet to</a></aside>", "Nyhet"),
        ("<div class=share-links>Del: <a href=f>Facebook</a></div>", "Facebook"),
        ("<ul><li><a href=/a>En side</a><li><a href=/b>To sider</a><li><a href=/c>Tre</a></ul>", "sider"),
    ],
)
@pytest.mark.parametrize("template", ["{chrome}{statement}", "{statement}{chrome}"])
def test_chrome_is_dropped(chrome, word, template):
    text = read_html(template.format(chrome=chrome, statement=f"<h1>Personvern</h1>{FILLER}")).text
    assert word not in text
    assert text.count("innsyn") == 4


@pytest.mark.parametrize(
    "statement",
    [
        "<div class=menu><p>Menyen vår. Den er lang. Vi lagrer allergier.</p></div>",
        "<div class=cookies><h2>Cookies</h2><p>Vi bruker dem.</p><button>Administrer samtykke</button></div>",
        "<div class=social><h2>Sosiale medier</h2><p>Vi er på <a href=f>Facebook</a>. Der er vi.</p></div>",
        "<div hidden>Lagres i 5 år.</div>",
        "<div class=collapse aria-hidden=true><p>Navn</p></div>",
        "<main><aside><p>Kort fortalt: vi lagrer lite.</p></aside></main>",
        "<article><header><p>Gjelder fra mai.</p></header></article>",
        "<ul><li><a href=https://a.example>Google</a></li><li><a href=https://b.example>Meta</a></li></ul>",
        "<div class=header-content><h2>Innledning</h2><p>Om oss.</p></div>",
        "<form><p>En hel. Erklæring. I et. Skjema.</p></form>",  # ASP.NET wraps whole pages in a form
        "<div class=footer>Sist oppdatert 1. mai 2024</div>",
    ],
)
def test_statement_is_kept(statement):
    words = read_html(f"<p>{statement}").text.split()
    assert words
    found = read_html(f"<h1>Personvern</h1>{FILLER}{statement}{FILLER}").text.split()
    assert [word for word in words if word not in found] == []


def test_statement_inside_chrome_elements_is_kept():
    for tag in ("header", "footer", "nav", "aside", "form", "dialog"):
        page = f"<{tag} class='modal'><button>Lukk</button><h1>Personvern</h1>{FILLER}</{tag}>"
        assert read_html(page).text.count("innsyn") == 4, tag


def test_header_title_is_kept_when_it_is_the_only_one():
    menu = "<nav><a href=/>Hjem</a></nav><div><a href=/a>A</a><a href=/b>B</a><a href=/c>C</a></div>"
    assert read_html(f"<header>{menu}<h1>Personvern</h1></header>{FILLER}").text.startswith("Personvern\n")
    twice = f"<header>{menu}<h1>Firmaet</h1></header><main><h1>Personvern</h1>{FILLER}</main>"
    assert read_html(twice).text.startswith("Personvern\n")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""), ("  \n", ""), ("\0", ""), ("<!-- x -->", ""), ("<", "<"), ("</p>", ""), ("a\0b", "ab"),
        ("<?xml version='1.0' encoding='utf-16'?><p>æ", "æ"), ("<table>x<tr>y<td>z", "x\n\ny\n\nz"),
        ("<?php $a->b() ?><p>x", "x"), ("\ud800", "?"), ("<script>x", ""),
        ("<p>&Partner &amp; s&oslash;n", "&Partner & søn"),
    ],
)  # fmt: skip
def test_broken_input(html, expected):
    assert read_html(html).text == expected


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5000 + "<p>innholdet</p>" + "</div>" * 5000 + "<p>slutten",
        "<span>" * 5000 + "innholdet slutten",
        "<ul><li>x" * 5000 + "innholdet slutten",
        "<table><tr><td>x" * 5000 + "innholdet slutten",
        "<b><p>x" * 5000 + "innholdet slutten",
        "<div class='fixed cookie'>" * 5000 + "innholdet slutten",
        "<p>innholdet slutten</p>" + "<?php " * 20_000,
        "<a " * 20_000 + "><p>innholdet slutten",
    ],
    ids=["div", "span", "list", "table", "bold", "banner", "php", "attributes"],
)
def test_hostile_nesting_loses_no_text(html):
    start = time.perf_counter()
    text = read_html(html).text
    assert "innholdet" in text
    assert "slutten" in text
    assert time.perf_counter() - start < 5


def test_offsets_fit_the_text():
    for page in PAGES:
        builder = read_html((FILES / f"{page}.html").read_text("utf-8"))
        ends = [0, *(block.end for block in builder.blocks)]
        assert all(end <= block.start < block.end for end, block in zip(ends, builder.blocks, strict=False))
        assert builder.blocks[-1].end == len(builder.text)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbf<p>", "utf-8"),
        (b"\xff\xfe<\0", "utf-16-le"),
        (b'<meta charset="UTF-8">', "utf-8"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "cp1252"),
        (b"<?xml version='1.0' encoding='ISO-8859-15'?>", "iso8859-15"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta charset=tull>", None),
        (b"<p>charset=utf-8", None),
        (b"", None),
    ],
)
def test_html_encoding(data, expected):
    assert html_encoding(data) == expected


@pytest.mark.shared
@pytest.mark.skipif(not (GOLD / "html").is_dir(), reason="../shared is absent")
def test_quality_on_real_pages():
    scores = {}
    for page in sorted((GOLD / "html").glob("*.html")):
        expected = (GOLD / "dev" / f"{page.stem}.txt").read_text("utf-8")
        scores[page.stem] = score(read_html(page.read_text("utf-8")).text, expected)
    recalls, precisions = zip(*scores.values(), strict=True)
    assert min(recalls) >= 0.95, scores
    assert sum(recalls) / len(recalls) >= 0.99
    assert sum(precisions) / len(precisions) >= 0.97
