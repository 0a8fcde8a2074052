"""Legal bases: every way that Norwegians write articles 6 and 9, and grounds that need no label."""

import pytest
from builders import facts

ARTICLES = [
    ("Art 6(1)(b)", "6.1.b"),
    ("GDPR Art. 6 (1) (b)", "6.1.b"),
    ("GDPR 6.1 (a)", "6.1.a"),
    ("GDPR § 6 nr. 1 bokstav f", "6.1.f"),
    ("Article 6(1)(f)", "6.1.f"),
    ("article 6 (1) point (f)", "6.1.f"),
    ("artikkel 6, pkt. 1a", "6.1.a"),
    ("artikkel 6 punkt 1 bokstav a", "6.1.a"),
    ("art.6 nr.1 bokstav b", "6.1.b"),
    ("artikkel6.1.c) Vi har en plikt", "6.1.c"),
    ("artikkel 6-1-e", "6.1.e"),
    ("artikkel 6 – nr. 1 – bokstav f", "6.1.f"),
    ("artikkel 6 c)", "6.1.c"),  # no paragraph
    ("jf. art. 6 e).", "6.1.e"),
    ("artikkel 6 e i personvernforordninga", "6.1.e"),
    ("artikkel 6 I bokstav b", "6.1.b"),  # a Roman one
    ("artikkel 6 fyrste ledd bokstav f", "6.1.f"),
    ("artikkel 6, første ledd, bokstav f", "6.1.f"),
    ("artikkel 6 1. ledd bokstav f", "6.1.f"),
    ("artikkel seks nr. 1 bokstav f", "6.1.f"),
    ("personopplysningslovens artikkel 6.1.c", "6.1.c"),
    ("artikkel 6 nr. 1 bokstavene b og f", "6.1.b 6.1.f"),
    ("artikkel 6 nr. 1 bokstav a & b", "6.1.a 6.1.b"),
    ("artikkel 6 nr. 1 bokstav a/b", "6.1.a 6.1.b"),
    ("artikkel 6 nr. 1 bokstav a til c", "6.1.a 6.1.b 6.1.c"),
    ("Art. 6 nr. 1 a–c", "6.1.a 6.1.b 6.1.c"),
    ("artikkel 6 nr. 1 a (samtykke), b (avtale) og f (interesse)", "6.1.a 6.1.b 6.1.f"),
    ("artikkel 6 nr. 1 b) (avtale) og c) (plikt)", "6.1.b 6.1.c"),
    ("artikkel 6 nr. 1 litra b, litra c og litra f", "6.1.b 6.1.c 6.1.f"),
    ("artikkel 6 nr. 1 bokstav c, jf. artikkel 9 nr. 2 bokstav b", "6.1.c 9.2.b"),
    ("artiklene 6 nr. 1 bokstav e og 9 nr. 2 bokstav g", "6.1.e 9.2.g"),
    ("artikkel 6(1)(e) og 9(2)(g)", "6.1.e 9.2.g"),
    ("artikkel 9 nr. 2 b, h og j", "9.2.b 9.2.h 9.2.j"),
    ("artikkel9.2.b) Behandlingen er nødvendig", "9.2.b"),
    ("artikkel 9 andre ledd bokstav h", "9.2.h"),
    ("artikkel 9 nr. 2 i)", "9.2.i"),
    ("artikkel 6 nr. 1 bokstav a – e-post sendes", "6.1.a"),  # no range
    ("artikkel 6 nr. 1", ""),
    ("artikkel 6 i avtalen", ""),
    ("artikkel 49 nr. 1 bokstav b", ""),
    ("artikkel 28 nr. 3 bokstav a", ""),
    ("versjon 6.1 b", ""),
    ("side 6.1 b", ""),
    ("punkt 6.1 b i avtalen", ""),
    ("bokføringsloven § 6 nr. 1 a", ""),
]

STATED = [
    ("Opplysninger om helse noterer vi utelukkende med ditt samtykke.", "6.1.a"),
    ("Vi deler ikke navnet ditt med andre uten samtykke.", "6.1.a"),
    ("Me deler ikkje namnet ditt med andre utan samtykke.", "6.1.a"),
    ("CV-en deles ikke med arbeidsgivere før du godtar det.", "6.1.a"),
    ("Bilete av born brukar vi berre når foreldra har sagt ja.", "6.1.a"),
    ("Vi lagrer det vi trenger for å kunne innfri våre forpliktelser etter inngåtte avtaler.", "6.1.b"),
    ("Eg treng adressa for å kunne halde avtala med deg.", "6.1.b"),
    ("Lista er vi pålagt av myndighetene å oppbevare.", "6.1.c"),
    ("Rekneskapen må vi etter lova ta vare på.", "6.1.c"),
    ("Du kan trekke samtykket tilbake.", ""),
    ("Opplysningene slettes, med mindre vi er pålagt å lagre dem.", ""),
    ("Overføringen er nødvendig for å oppfylle avtalen, jf. artikkel 49.", ""),
    ("Databehandleren skal ikke flytte data uten samtykke.", ""),
    ("Leverandøren tar ikke i bruk nye underleverandører uten samtykke.", ""),
]


@pytest.mark.parametrize(("text", "codes"), ARTICLES)
def test_articles(text, codes, knowledge, names):
    found = facts(text, knowledge=knowledge, names=names).legal_bases
    assert " ".join(sorted(basis.article for basis in found)) == codes


@pytest.mark.parametrize(("text", "codes"), STATED)
def test_plain_grounds_need_no_label_of_their_own(text, codes, knowledge, names):
    found = facts((text, "recipients"), knowledge=knowledge, names=names).legal_bases
    assert " ".join(sorted(basis.article for basis in found)) == codes


def test_plain_grounds_need_a_disclosure(knowledge, names):
    assert facts(STATED[0][0], knowledge=knowledge, names=names).legal_bases == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Bilag føres etter bokføringsloven.", "6.1.c"),
        ("Vi utfører oppgaver etter barnehageloven.", "6.1.e"),
        ("Vi løyser oppgåver i medhald av lova.", ""),
        ("Vi har en legitimate interest i å svare deg.", "6.1.f"),
        ("Artikkel 9 nr. 2 c) Det er nødvendig for å verne vitale interesser.", "9.2.c"),
        ("Artikkel 6 nr. 1 b og samtykke.", "6.1.a 6.1.b"),
    ],
)
def test_grounds_in_words(text, codes, knowledge, names):
    found = facts((text, "legal_basis"), knowledge=knowledge, names=names).legal_bases
    assert " ".join(sorted(basis.article for basis in found)) == codes


@pytest.mark.parametrize(
    "text",
    [
        "Grunnlaget er samtykke, og for fakturaer artikkel 6 nr. 1 bokstav c.",
        "Vi viser til artikkel 9 nr. 2 bokstav a, artikkel 6 nr. 1 bokstav f og avtalen med deg.",
    ],
)
def test_grounds_come_in_the_order_of_the_text(text, knowledge, names):
    starts = [
        basis.start for basis in facts((text, "legal_basis"), knowledge=knowledge, names=names).legal_bases
    ]
    assert len(starts) > 1
    assert starts == sorted(starts)
