"""Hypothesis strategies of statements: sentences by a small grammar, laid out as text and as HTML, and damaged."""

import random
import textwrap
from itertools import accumulate

from hypothesis import strategies as st

from analyzer.restoration import default_folder
from analyzer.restoration.lexicon import Channel

NAMES = st.sampled_from(
    ["Fjell AS", "Vik kommune", "Å og Sønn ANS", "Stiftelsen Li", "St. Olavs lag", "Dal & Co. DA"]
)
NUMBERS = st.sampled_from(["to", "tre", "fem", "ti", "seks", "12", "36", "3,5", "1", "tretti"])
UNITS = st.sampled_from(["år", "måneder", "månader", "dager", "dagar", "uker", "veker", "døgn", "timer"])
SECTIONS = st.builds(
    lambda number, letter, part: f"§ {number}{letter}{part}",
    st.integers(1, 120),
    st.sampled_from(["", "-4", " a", " A-2"]),
    st.sampled_from(["", " første ledd", " nr. 2", " andre ledd bokstav c"]),
)
ACTS = st.sampled_from(
    [
        "bokføringsloven",
        "bokføringslova",
        "arkivlova",
        "personopplysningsloven",
        "hvitvaskingsloven",
        "skatteforvaltningsloven",
    ]
)
LETTERS = st.sampled_from("abcdefghij")
ARTICLES = st.one_of(
    st.builds("artikkel 6 nr. 1 bokstav {}".format, LETTERS),
    st.builds("art. 6 (1) ({})".format, LETTERS),
    st.builds("artikkel 6 nr. 1 bokstav {}), {}) og {})".format, LETTERS, LETTERS, LETTERS),
    st.builds("GDPR art. 9 nr. 2 bokstav {}".format, LETTERS),
    st.just("personvernforordningens artikkel 13"),
)
DATES = st.sampled_from(
    ["1. januar 2024", "01.02.2023", "2022-05-25", "25/5-18", "mai 2021", "31. februar 2020"]
)
CONTACTS = st.sampled_from(
    ["post@fjell.example", "tlf. 22 33 44 55", "+47 22334455", "https://fjell.example/a?b=c", "Storgata 1, 0150 Oslo",
     "Postboks 458 Sentrum, 0105 Oslo", "[post](mailto:post@vik.example)", "www.vik.example"]
)  # fmt: skip
DATA = st.sampled_from(
    [
        "navn",
        "e-postadresse",
        "IP-adresse",
        "helseopplysningar",
        "fødselsnummer",
        "kunde- og leverandørdata",
        "bilete",
    ]
)
RECIPIENTS = st.sampled_from(
    ["Mailchimp", "Google Analytics", "Visma", "Nav", "Skatteetaten", "Fiken AS", "Microsoft i USA"]
)
RIGHTS = st.sampled_from(["innsyn", "retting", "sletting", "dataportabilitet", "avgrensing", "å protestere"])
PERIODS = st.builds("{} {}".format, NUMBERS, UNITS)

SENTENCES = st.one_of(
    st.builds("{} (org.nr. 328 110 865) er behandlingsansvarlig.".format, NAMES),
    st.builds("{} er behandlingsansvarleg, og du når oss på {}.".format, NAMES, CONTACTS),
    st.builds("Vi behandler {} og {} for å levere varene, jf. {}.".format, DATA, DATA, ARTICLES),
    st.builds("Opplysningane blir sletta etter {}.".format, PERIODS),
    st.builds(
        "{} oppbevares i minst {} etter {} {}.".format, DATA.map(str.capitalize), PERIODS, ACTS, SECTIONS
    ),
    st.builds("Vi lagrer {} så lenge det er nødvendig, bl.a. for å svare deg.".format, DATA),
    st.builds("Vi deler ikke {} med {}.".format, DATA, RECIPIENTS),
    st.builds("Vi bruker {} som databehandler (se {}).".format, RECIPIENTS, CONTACTS),
    st.builds("Du har rett til {}, {} og {}.".format, RIGHTS, RIGHTS, RIGHTS),
    st.just("Du kan klage til Datatilsynet."),
    st.just("Datainspeksjonen førte tilsyn."),
    st.builds("Personvernombodet vårt er Kari Li, {}.".format, CONTACTS),
    st.builds("Grunnlaget er samtykke ({}). Du kan trekke det når som helst!".format, ARTICLES),
    st.builds("Sist oppdatert {}".format, DATES),
    st.builds("Butikken i {} holder åpent til kl. 18.".format, NAMES),
)
TITLES = st.sampled_from(
    [
        "Formål",
        "Dine rettigheter",
        "Kva opplysningar vi lagrar",
        "Lagringstid",
        "Kontakt oss",
        "COOKIES",
        "Hvem er ansvarlig?",
    ]
)
SHORT = st.one_of(DATA, RIGHTS, RECIPIENTS, PERIODS, st.builds("{} – {}".format, DATA, PERIODS))


def _number(lines, pattern):
    return [
        pattern.format(number=n, letter="abcdefghijkl"[n - 1], line=line) for n, line in enumerate(lines, 1)
    ]


HEADINGS = st.builds(
    str.format,
    st.sampled_from(["{}", "## {}", "1. {}", "2.3 {}", "**{}**", "§ 4 {}", "{}:", "{}\n======"]),
    TITLES,
)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join)
WRAPPED = st.builds(
    lambda text, width: "\n".join(textwrap.wrap(text, width)), PARAGRAPHS, st.integers(20, 90)
)
LISTS = st.builds(
    lambda lead, items, pattern: "\n".join([lead, *_number(items, pattern)]),
    st.sampled_from(["Vi lagrer:", "Du har rett til", "Vi samlar inn følgjande:", ""]),
    st.lists(SHORT | SENTENCES, min_size=1, max_size=6),
    st.sampled_from(
        [
            "- {line}",
            "• {line}",
            "{number}. {line}",
            "{letter}) {line};",
            "  * {line}",
            "\t– {line}",
            "•{line}",
        ]
    ),
)
TABLES = st.builds(
    lambda rows, mark: "\n".join(mark.join(row) for row in [["Hva", "Hvor lenge", "Grunnlag"], *rows]),
    st.lists(st.tuples(DATA, PERIODS, ARTICLES), min_size=1, max_size=4),
    st.sampled_from([" | ", "\t", "|", "\t\t"]),
)
BLOCKS = st.one_of(
    HEADINGS, PARAGRAPHS, WRAPPED, LISTS, TABLES, st.sampled_from(["---", "Side 2 av 7", "\f", ""])
)

# What breaks naive readers of text.
ODDITIES = st.sampled_from(
    ["\u202e\u0000\ufeff\u00ad", "ﬁ æøå ÆØÅ ʼn", "\t|\t|", "(((((((((", "ikke ikke ikke", "behand-\nling", "\r", "§", "İ ß \u0345",
     "**[", "](x)", "![a](b)", "e\u0301\u0301", "\U0001f600", "\x85\x1c", "1" * 50, "å" * 3000, "<b>&amp;</b>", "..." * 40]
)  # fmt: skip
GAPS = st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\r", "\n \n\t\n", "\n\n\n\n"])


def _join(blocks, gaps):
    return "".join(part for pair in zip(blocks, gaps, strict=True) for part in pair)


def laid_out(blocks):
    """Put blocks one below the other, each with a gap of its own."""
    return st.lists(st.tuples(blocks, GAPS), max_size=12).map(
        lambda pairs: _join(*zip(*pairs, strict=True)) if pairs else ""
    )


STATEMENTS = laid_out(BLOCKS)
TEXTS = laid_out(BLOCKS | ODDITIES | st.text(max_size=40))

_READ_AS = [
    ("utf-8", "cp1252"),
    ("utf-8", "latin-1"),
    ("cp1252", "cp865"),
    ("utf-8", "mac_roman"),
    ("utf-16-le", "cp1252"),
]
BYTES = st.one_of(
    st.binary(max_size=400),
    st.builds(str.encode, TEXTS, st.sampled_from(["utf-8-sig", "utf-16", "utf-16-be", "utf-32"]), st.just("replace")),
    st.builds(str.encode, TEXTS, st.sampled_from(["cp1252", "cp865", "mac_roman", "utf-7"]), st.just("replace")),
    st.builds(
        lambda text, codes: text.encode(codes[0], "replace").decode(codes[1], "replace").encode(),
        TEXTS,
        st.sampled_from(_READ_AS),
    ),
    st.builds(lambda text, end: text.encode()[:-end], TEXTS, st.integers(1, 3)),
    st.builds(lambda text, tail: text.encode() + tail, TEXTS, st.binary(max_size=60)),
    st.builds(bytes.__add__, st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n\0", b"II*\0", b"WARC/1.0\r\n"]), st.binary(max_size=200)),
)  # fmt: skip

_TAGS = st.sampled_from(
    ["p", "div", "section", "main", "article", "h1", "h2", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tr",
     "td", "th", "caption", "details", "summary", "a", "b", "span", "br", "nav", "footer", "header", "form", "button", "pre",
     "blockquote", "iframe", "svg", "math", "template", "noscript", "x-panel", "sup", "frameset"]
)  # fmt: skip
_ATTRIBUTES = st.sampled_from(
    ["", ' class="menu"', ' class="cookie-banner"', ' role="heading" aria-level="9"', " hidden", ' value="-5"', ' start="x"',
     ' style="white-space: pre-line; font-weight: bold"', " aria-expanded=true", " aria-expanded=false aria-controls=a", ' role="list"',
     ' rowspan="999999"', " class=\u00e5\u0130", ' role="presentation"', ' id="footer"', ' onclick="x()"', " lang=en"]
)  # fmt: skip
_LEAVES = st.one_of(
    SENTENCES, TITLES, SHORT, st.text(max_size=12), st.sampled_from(["&aelig;", "&#0;", "&#xD800;", "&nbsp;", "<!-- x -->", "<![CDATA[x]]>", "<?php echo 1 ?>"])
)  # fmt: skip
HTML = st.recursive(
    _LEAVES,
    lambda inner: st.builds(
        lambda tag, attributes, content, end: f"<{tag}{attributes}>{content}{f'</{tag}>' if end else ''}",
        _TAGS,
        _ATTRIBUTES,
        st.lists(inner, max_size=4).map(" ".join),
        st.booleans(),
    ),
    max_leaves=25,
).map("<!doctype html><body>{}".format)

_CHANNEL = Channel.load(default_folder() / "channel.json")
_READ_FOR: dict = {}
for _read, _options in _CHANNEL.letters.items():
    for _true, _cost in _options:
        if _true in ("æ", "ø", "å"):
            _READ_FOR.setdefault(_true, []).append((_read, 2.718281828**_cost))
_READ_FOR |= {true.upper(): [(read.upper(), p) for read, p in options] for true, options in _READ_FOR.items()}


def damaged(text, seed=0):
    """Read a text as Tesseract's English model does: each æ, ø and å as what the shipped channel says it is read as."""
    rng = random.Random(seed)

    def read(letter):
        options = _READ_FOR.get(letter)
        if options is None:
            return letter
        bounds = list(accumulate(p for _, p in options))
        drawn = rng.uniform(0, bounds[-1])
        return next(read for (read, _), bound in zip(options, bounds, strict=True) if drawn <= bound)

    return "".join(map(read, text))
