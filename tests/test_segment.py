"""Segmentation: sentences, headings, lists, tables and wrapped text, each as a table of Norwegian text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.records import Block, Document
from analyzer.segment import MAX_SEGMENT, read_span, segment
from analyzer.segment.layout import find_blocks
from analyzer.segment.sentences import split_sentences


def document(text, blocks=()):
    return Document("test", "test.txt", "0" * 64, "text/plain", text, tuple(blocks))


def passages(text, knowledge):
    return segment(document(text), knowledge).passages


def kinds(text, knowledge):
    """Kind and text of each passage: "heading:Om oss"."""
    return [f"{p.kind}:{p.reading.text}" for p in passages(text, knowledge)]


@pytest.mark.parametrize(
    "marked",
    [
        "Grunnlaget er art. 6 nr. 1 bokstav f.|Vi sletter etter to år.",
        "Se personopplysningsloven § 8.|Vi lagrer navn.",
        "Vi følger lovens § 8 jf. § 9 nr. 2.|Det gjelder alle.",
        "Vi registrerer bl.a. navn, tlf. og e-post.|Resten er frivillig.",
        "Vi lagrer navn, adresse mv. så lenge du er kunde.",
        "Vi lagrer navn, adresse mv.|Vi sletter dem etter ett år.",
        "Erklæringen gjelder fra 1. juni 2024.|Den kan endres.",
        "Vi oppdaterte den 03.02.2024.|Siste endring gjaldt lagring.",
        "Kontakt K. Nordmann eller A. B. Hansen.|De svarer raskt.",
        "Fjell AS, org.nr. 000 000 000, er behandlingsansvarlig.|Ring oss.",
        "Send e-post til post@fjell.example.|Vi svarer innen 30 dager.",
        "Vi bruker fjell.example.no.|Der finner du mer.",
        "Hvem er vi?|Fjell AS!|Vi holder til i Fjellby.",
        "Vi svarer kl. 10.00–14.00 på hverdager.|Ellers er det stengt.",
        "Dei blir sletta t.d. når saka er avslutta, jfr. arkivlova.|Elles ikkje.",
        "«Vi lagrer ikke noe.»|Det står i avtalen.",
        "1. Behandlingsansvarlig er Fjell AS.|Skriv til oss.",
        "Det gjelder artikkel 6 nr. 1.|Se også artikkel 9.",
    ],
)
def test_segment_splits_sentences_where_they_end(marked, knowledge):
    text = marked.replace("|", " ")
    ranges = split_sentences(text, knowledge.abbreviations)
    assert [text[a:b] for a, b in ranges] == marked.split("|")


def test_segment_splits_a_list_on_one_line(knowledge):
    structure = segment(document("Vi samler inn: • navn • adresse • telefon"), knowledge)
    assert [s.text for s in structure.segments] == ["Vi samler inn:", "navn", "adresse", "telefon"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A numbered heading stands above text, a numbered item beside its siblings.
        (
            "1. Innledning\n\nHer forteller vi om personvern.\n\n2. Rettigheter\n\nDu kan:\n1. be om innsyn\n2. klage",
            ["heading", "paragraph", "heading", "paragraph", "list_item", "list_item"],
        ),
        ("3.1 Kontaktpersoner\nNavn og tittel på dem vi snakker med.", ["heading", "paragraph"]),
        (
            "Vi sletter.\n3.2 Naboer\nNavn fra matrikkelen.\n3.3 Søkere\nCV.",
            ["paragraph", *["heading", "paragraph"] * 2],
        ),
        # A table of contents is no row of headings.
        (
            "Innhold\n\n1. Innledning\n2. Rettigheter\n3. Kontakt\n\n1. Innledning\n\nVi behandler opplysninger.",
            ["heading", "list_item", "list_item", "list_item", "heading", "paragraph"],
        ),
        # Datatilsynet's questions, with and without blank lines.
        ("Hvem er behandlingsansvarlig?\nFjell AS.", ["heading", "paragraph"]),
        (
            "Hvor lenge lagrer vi?\n- Søknader: ett år\n- Fakturaer: fem år",
            ["heading", "list_item", "list_item"],
        ),
        ("Kor lenge?\n\nTre år.", ["heading", "paragraph"]),
        # A title straight above a list, and a lead-in that looks like one.
        (
            "Tekst.\n\nHeimel\n• Opplæringslova\n• Samtykke",
            ["paragraph", "heading", "list_item", "list_item"],
        ),
        ("Tekst.\n\nDu kan\n• be om innsyn\n• klage", ["paragraph", "paragraph", "list_item", "list_item"]),
        ("Opplysningene brukes for å\n\n• svare deg\n• fakturere", ["paragraph", "list_item", "list_item"]),
        # Titles between paragraphs without blank lines.
        (
            "Vi sletter søknader etter ett år.\nDine rettigheter\n"
            "Du kan når som helst be om innsyn i det vi har lagret om deg og din bedrift.",
            ["paragraph", "heading", "paragraph"],
        ),
        # The name of the controller is no heading, nor is an address or an e-mail address.
        ("Fjell AS\n\nVi selger varer til hele landet.", ["paragraph", "paragraph"]),
        ("Fjellvegen 12\n\nVi selger varer.", ["paragraph", "paragraph"]),
        ("post@fjell.example\n\nSkriv til oss.", ["paragraph", "paragraph"]),
        ("Org.nr. 000 000 000\n\nVi selger varer.", ["paragraph", "paragraph"]),
        ("Personvern hos Fjell AS\nSist endret 1. mai 2024", ["heading", "paragraph"]),
        ("Om oss\n\nPersonvernombud: Kari Eksempel\n\nHun svarer.", ["heading", "paragraph", "paragraph"]),
        # Markdown.
        ("**Lagringstid**\n\nVi sletter.", ["heading", "paragraph"]),
        ("## Kontakt\nSkriv til oss.", ["heading", "paragraph"]),
        ("# A\n\n# B", ["heading", "heading"]),
        ("§ 4 Sletting\n\nVi sletter etter tre år.", ["heading", "paragraph"]),
    ],
)
def test_segment_tells_headings_from_text(text, expected, knowledge):
    assert [p.kind for p in passages(text, knowledge)] == expected


def test_segment_reads_markdown_as_a_reader_sees_it(knowledge):
    text = "Vi *sletter* etter [to år](https://fjell.example/a_b), se **vilkårene** og `logg`.\n\n![logo](a.png) Hei_du"
    assert kinds(text, knowledge) == [
        "paragraph:Vi sletter etter to år, se vilkårene og logg.",
        "paragraph:Hei_du",
    ]


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        (
            "| Hva | Hvor lenge |\n|---|---|\n| Søknader | ett år |\n| Kundedata | fem år |",
            "| Hva | Hvor lenge |",
            ["| Søknader | ett år |", "| Kundedata | fem år |"],
        ),
        (
            "Hva\tFormål\nNavn\tlevering\nAdresse\tlevering",
            "Hva Formål",
            ["Navn levering", "Adresse levering"],
        ),
        (
            "Navn | kari@fjell.example\nTelefon | 00 00 12 34",
            "",
            ["Navn | kari@fjell.example", "Telefon | 00 00 12 34"],
        ),
    ],
)
def test_segment_gives_rows_the_header_of_their_table(text, header, rows, knowledge):
    found = passages(text, knowledge)
    assert [p.reading.text for p in found if p.kind == "table_header"] == ([header] if header else [])
    assert [(p.reading.text, p.lead_in) for p in found if p.kind == "table_row"] == [
        (row, header) for row in rows
    ]


def test_segment_parts_tables_at_a_blank_line(knowledge):
    found = passages("Hva | Tid\nNavn | ett år\n\nHvem | Land\nFjellsky | Norge", knowledge)
    assert [p.lead_in for p in found if p.kind == "table_row"] == ["Hva | Tid", "Hvem | Land"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Vi har rutiner for behand-\nling av e-\npost og kunde-\nog leverandørdata.",
            "Vi har rutiner for behandling av e-post og kunde- og leverandørdata.",
        ),
        ("Vi lagrer IP-\nadresser og 2-\ntrinns koder.", "Vi lagrer IP-adresser og 2-trinns koder."),
        ("Vi lag\u00adrer navn\u200b og alder.", "Vi lagrer navn og alder."),
        ("Vi   lagrer\u00a0navn.", "Vi lagrer navn."),
    ],
)
def test_segment_joins_words_parted_at_a_line_end(text, expected, knowledge):
    assert read_span(text, 0, len(text)).text == expected


WRAPPED = """\
Vi har lov til å behandle opplysninger om deg når du er kunde hos oss og
har bestilt varer i nettbutikken eller i en av butikkene som vi driver i
byen og omegn. Da lagrer vi navn.
Søknader leser vi med en gang, og de som ikke fører til noe, kaster vi når
stillingen er besatt av en annen. Slik har vi gjort det siden starten, og
slik kommer vi til å gjøre det.
"""


def test_segment_finds_paragraphs_in_wrapped_text_by_their_short_last_lines(knowledge):
    found = [p.reading.text for p in passages(WRAPPED, knowledge)]
    assert [text.split()[0] for text in found] == ["Vi", "Søknader"]
    assert "\n" not in "".join(found)


def test_segment_leaves_out_page_numbers_and_the_heads_beside_them(knowledge):
    text = (
        "Personvern i Vik\n\nVi lagrer navn.\nSide 1 av 3\nPersonvern i Vik\nDu har rett til innsyn.\n\n- 2 -\n\n"
        "Personvern i Vik\n\nDu kan klage.\n\n3 av 3\n\n1\n\nFem år\n"
    )
    blocks = [text[block.start : block.end] for block in find_blocks(text, knowledge)]
    assert blocks == [
        "Personvern i Vik", "Vi lagrer navn.", "Du har rett til innsyn.", "Du kan klage.", "1", "Fem år",
    ]  # fmt: skip


def test_segment_keeps_labelled_lines_of_wrapped_text_apart(knowledge):
    text = (
        WRAPPED
        + "\nKundeopplysninger: tre år etter at avtalen tok slutt (foreldelsesfrist)\nRegnskapsbilag: fem år"
    )
    assert [p.reading.text.split(":")[0] for p in passages(text, knowledge)[-2:]] == [
        "Kundeopplysninger",
        "Regnskapsbilag",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vi samler inn:\n• navn\n• adresse", {"navn": "Vi samler inn:", "adresse": "Vi samler inn:"}),
        ("Vi samler inn:\nNavn\nAdresse", {"Navn": "Vi samler inn:", "Adresse": "Vi samler inn:"}),
        (
            "Vi deler med:\n- Kunder\n  - Fjell AS\n- Posten",
            {"Fjell AS": "Vi deler med: Kunder", "Posten": "Vi deler med:"},
        ),
        ("Vi samler inn:\n• navn\n\n# Kontakt\n• telefon", {"telefon": ""}),
        ("Vi selger varer.\nVi holder til i Fjellby.", {"Vi holder til i Fjellby.": ""}),
    ],
)
def test_segment_gives_list_items_what_introduces_them(text, expected, knowledge):
    found = {p.reading.text: p.lead_in for p in passages(text, knowledge)}
    assert {item: found[item] for item in expected} == expected


def test_segment_uses_the_blocks_of_the_source(knowledge):
    text = "Om oss\nFjell AS selger varer."
    structure = segment(
        document(text, [Block(0, 6, "paragraph"), Block(7, len(text), "heading", 2)]), knowledge
    )
    assert [p.kind for p in structure.passages] == ["paragraph", "heading"]


def test_segment_puts_passages_into_their_sections(knowledge):
    structure = segment(document("# A\n\nen tekst her\n\n## B\n\n### C\n\nto tekster her"), knowledge)
    assert [s.path for s in structure.sections] == [("A",), ("A", "B"), ("A", "B", "C")]
    assert [structure.sections[p.section].title for p in structure.passages if p.kind == "paragraph"] == [
        "A",
        "C",
    ]


def check(structure, text):
    """Hold whatever the text: segments ordered, disjoint, inside their passage, tied to the source."""
    end = 0
    for found in structure.segments:
        assert end <= found.start < found.end <= len(text)
        end = found.end
        passage = structure.passages[found.passage]
        assert passage.start <= found.start
        assert found.end <= passage.end
        assert len(found.reading.text) == len(found.reading.offsets)
        assert all(found.start <= offset < found.end for offset in found.reading.offsets)
        for character, offset in zip(found.reading.text, found.reading.offsets, strict=True):
            assert character == text[offset] or (character in " -" and not text[offset].isalnum())
    for a, b in zip(structure.passages, structure.passages[1:], strict=False):
        assert a.end <= b.start


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "ord " * 25_000,
        "Vi lagrer navn. " * 6_000,
        "." * 5_000,
        "- " * 3_000,
        "| a " * 5_000,
        "\n" * 2_000,
        "** ** __ [](",
        "...\n\n---\n\n!!!",
        "# A\n\n# B\n\n# C",
        "\ufeff\u200b\u00ad",
        "1. " * 2_000,
        "[" * 5_000,
        "Æ" * 5 + "-\n" + "ø" * 5,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_segment_takes_hostile_text(text, knowledge):
    structure = segment(document(text), knowledge)
    check(structure, text)
    assert all(len(s.text) <= MAX_SEGMENT for s in structure.segments)
    if not any(c.isalnum() for c in text):
        assert structure.segments == ()


@pytest.mark.parametrize(
    "text",
    [
        WRAPPED,
        "# Personvern\n\nVi samler inn:\n\n* navn\n* adresse\n\n| A | B |\n|---|---|\n| ett | to |\n\nSlutt. Her.",
        "Vi samler inn: • navn • adresse • telefon",
        "x" * 5_000 + " " + "y" * 3_000,
    ],
)
def test_segment_loses_no_word(text, knowledge):
    seen = " ".join(s.text for s in segment(document(text), knowledge).segments)
    assert re.sub(r"\W", "", seen) == re.sub(r"\W", "", text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="aæA1 .:?!-•*#|[]()_§\t\n\u00ad", max_size=120))
def test_segment_keeps_offsets_for_any_text(knowledge, text):
    check(segment(document(text), knowledge), text)


@pytest.mark.parametrize(
    ("host", "title", "path"),
    [
        ("Leverandører", "Tripletex", ("Leverandører", "Tripletex")),
        ("Underleverandører", "Zendesk, Visma og Google", ("Underleverandører", "Zendesk, Visma og Google")),
        (
            "Mottakere",
            "Klarna og andre betalingstjenester",
            ("Mottakere", "Klarna og andre betalingstjenester"),
        ),
        ("Leverandører", "Hvorfor Tripletex fører lønn", ("Hvorfor Tripletex fører lønn",)),
        ("Leverandører", "Sletting", ("Sletting",)),
        ("Sletting", "Tripletex", ("Tripletex",)),
    ],
)
def test_headings_of_names_belong_to_the_section_on_recipients(knowledge, host, title, path):
    text = f"## {host}\n\nHer er de.\n\n## Visma\n\nLønn.\n\n## {title}\n\nFakturering.\n"
    assert segment(document(text), knowledge).sections[-1].path == path
