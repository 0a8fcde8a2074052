"""Purposes and kinds of data as phrases, whom they are about, and the grounds that serve a purpose."""

import pytest
from builders import facts

SENTENCES = [
    (
        "Vi bruker opplysningene til å svare på henvendelser og sende varer.",
        ["svare på henvendelser", "sende varer"],
    ),
    ("Opplysningane blir brukte for å kunne levere tenesta.", ["levere tenesta"]),
    ("E-posten brukes til fakturering og kundeservice.", ["fakturering", "kundeservice"]),
    ("Formålet med behandlingen er å administrere medlemskapet.", ["administrere medlemskapet"]),
    ("Føremål: rekruttering", ["rekruttering"]),
    ("For å hindre misbruk lagres IP-adressen.", ["hindre misbruk"]),
    ("For å sende varer kan vi dele adressen.", ["sende varer"]),
    ("Kapslene hjelper oss med å forstå bruken.", ["forstå bruken"]),
    ("Vi bruker dem for at du skal kunne logge inn.", ["logge inn"]),
    (
        "Vi bruker data til å skape og levere gode løsninger.",
        ["skape og levere gode løsninger"],
    ),  # one thing
    # where a purpose ends: at the sentence's verb, a second clause, an article, a consent
    ("For å oppfylle avtalen utleveres adressen til budet.", ["oppfylle avtalen"]),
    ("For å holde appen i drift, sender appen feilmeldinger til oss.", ["holde appen i drift"]),
    ("For å ta i bruk søket, legg du inn e-posten din.", ["ta i bruk søket"]),
    ("For å vite hva som brukes mest, teller vi besøk.", ["vite hva som brukes mest"]),
    ("Vi bruker loggen til å telle besøk, og slettes etter en uke.", ["telle besøk"]),
    (
        "Vi lagrer navn for å oppfylle avtalen med deg, det vil si levering av fisk.",
        ["oppfylle avtalen med deg"],
    ),
    ("Vi lagrer navn for å levere fisk, og vi selger dem aldri.", ["levere fisk"]),
    ("Vi lagrer navn for å forsvare et krav, art 9 nr 2 f.", ["forsvare et krav"]),
    ("Bildene brukes til internt bruk med muntlig samtykke.", ["internt bruk"]),
    # a full stop within a name or an abbreviation
    ("Vi bruker tallene for å se hvordan fisk.example brukes.", ["se hvordan fisk.example brukes"]),
    (
        "Vi bruker e-posten til å kjøpe annonser hos nettsteder som f.eks. Torget.",
        ["kjøpe annonser hos nettsteder"],
    ),
    # verbs that share an object, and nouns that are no verbs
    ("Vi bruker data til å reservere, endre og avlyse bord.", ["reservere, endre og avlyse bord"]),
    (
        "Vi bruker loggen for å fastsette, gjøre gjeldende og forsvare krav.",
        ["fastsette, gjøre gjeldende og forsvare krav"],
    ),
    ("Vi bruker loggen til å beskytte lokalene og kundene våre.", ["beskytte lokalene og kundene våre"]),
    # what would break off is left out
    ("Vi bruker loggen for å gi deg informasjon om: se under.", []),
    ("Vi bruker loggen til å gi deg tilgang til å: se under.", []),
    ("Vi bruker ikke opplysningene til reklame.", []),  # a denial
    ("Grunnlaget for å behandle opplysningene er avtale.", []),
    ("Opplysningene brukes til følgende formål:", []),
    ("Vi tar godt vare på deg.", []),
]
LISTS = [
    (
        "Vi bruker opplysningene til å:",
        "Behandle bestillinger og betalinger",
        ["Behandle bestillinger og betalinger"],
    ),
    (
        "Vi bruker opplysningene til å:",
        "sende nyhetsbrev, svare på spørsmål",
        ["sende nyhetsbrev", "svare på spørsmål"],
    ),
    ("Formål:", "Markedsføring: vi sender deg tilbud", ["Markedsføring"]),
    ("Vi bruker opplysningene til å:", "b) sende varer", ["sende varer"]),
    ("Vi bruker opplysningene til:", "Dette medfører at", []),
    ("Formål:", "Opplysninger deles med budet", []),
    ("Føremål:", "å følgje opp avtalar (t.d. leige)", ["følgje opp avtalar"]),
]
DATA = [
    ("Vi registrerer navn, e-postadresse og telefonnummer.", ["navn", "e-postadresse", "telefonnummer"]),
    ("Me lagrar namn, adresse og fødselsdato når du melder deg inn.", ["namn", "adresse", "fødselsdato"]),
    ("Opplysninger som navn, adresse og IP-adresse blir lagret.", ["navn", "adresse", "IP-adresse"]),
    ("Navn og kontonummer brukes ved utbetaling.", ["Navn", "kontonummer"]),
    ("Vi samler inn følgende opplysninger om deg:", []),
    ("Vi ber ikke om opplysninger om allergi, religion eller fødselsdato.", []),
    ("Vi lagrer kontaktdata, herunder telefonnummer og e-post.", ["kontaktdata", "telefonnummer", "e-post"]),
    ("Opptakene skal ikke brukes til kontroll.", []),
    ("Vi svarer deg raskt.", []),
]
ITEMS = [
    ("Navn og adresse", ["Navn", "adresse"]),
    ("Kontaktinformasjon (slik som navn, telefon)", ["Kontaktinformasjon"]),
    ("Identifikasjon: namn, fødselsnummer", ["namn", "fødselsnummer"]),
    ("Etnisk eller religiøs bakgrunn", ["Etnisk", "religiøs bakgrunn"]),
    ("a) bilder, b) navn", ["bilder", "navn"]),
    ("Inn- og utbetalinger", ["Inn- og utbetalinger"]),
    ("Sosiale forhold", ["Sosiale forhold"]),
    ("Gårds og bruksnummer", ["Gårds og bruksnummer"]),
]


def phrases(found):
    return [phrase.phrase for phrase in found]


@pytest.mark.parametrize(("text", "purposes"), SENTENCES)
def test_purposes_of_sentences(text, purposes, knowledge, names):
    assert phrases(facts((text, "purpose"), knowledge=knowledge, names=names).purposes) == purposes


@pytest.mark.parametrize(("lead_in", "text", "purposes"), LISTS)
def test_purposes_of_lists(lead_in, text, purposes, knowledge, names):
    found = facts((text, "purpose"), knowledge=knowledge, names=names, lead_in=lead_in, kind="list_item")
    assert phrases(found.purposes) == purposes


@pytest.mark.parametrize(("text", "kinds"), DATA)
def test_kinds_of_data_in_sentences(text, kinds, knowledge, names):
    assert (
        phrases(facts((text, "data_categories"), knowledge=knowledge, names=names).data_categories) == kinds
    )


@pytest.mark.parametrize(("text", "kinds"), ITEMS)
def test_kinds_of_data_in_lists(text, kinds, knowledge, names):
    found = facts((text, "data_categories"), knowledge=knowledge, names=names, kind="list_item")
    assert phrases(found.data_categories) == kinds


def test_cells_of_a_table(knowledge, names):
    row = ("| Nyhetsbrev | navn, e-post | Samtykke | Mailchimp |", "purpose data_categories legal_basis")
    found = facts(
        row,
        knowledge=knowledge,
        names=names,
        kind="table_row",
        lead_in="| Formål | Opplysninger | Grunnlag | Hvem får opplysninger |",
    )
    assert (phrases(found.purposes), phrases(found.data_categories)) == (["Nyhetsbrev"], ["navn", "e-post"])
    assert [(b.article, b.purpose) for b in found.legal_bases] == [("6.1.a", "Nyhetsbrev")]


@pytest.mark.parametrize("topics", ["", "purpose!", "recipients"])
def test_only_what_is_disclosed(topics, knowledge, names):
    found = facts((SENTENCES[0][0], topics), knowledge=knowledge, names=names)
    assert found.purposes == found.data_categories == ()


@pytest.mark.parametrize(
    ("text", "options", "subject"),
    [
        ("Vi registrerer navn.", {"title": "Kunder"}, "customers"),
        ("Vi registrerer namn.", {"title": "Tilsette"}, "employees"),
        ("Vi registrerer navn.", {"title": "Kunder", "lead_in": "Om jobbsøkere lagrer vi:"}, "applicants"),
        ("Om medlemmer registrerer vi navn.", {"title": "Kunder"}, "members"),
        ("Vi registrerer navn.", {"title": "Kunder og ansatte"}, None),  # either
        ("Vi registrerer navn.", {"title": "Kundeservice"}, None),
        ("Vi registrerer navn.", {}, None),
    ],
)
def test_data_subjects(text, options, subject, knowledge, names):
    (found,) = facts((text, "data_categories"), knowledge=knowledge, names=names, **options).data_categories
    assert found.data_subject == subject


@pytest.mark.parametrize(
    ("text", "options", "purpose"),
    [
        ("Vi lagrer adressen for å sende varer, jf. art. 6 nr. 1 b.", {}, "sende varer"),
        ("Fakturering: art. 6 nr. 1 b", {"kind": "list_item"}, "Fakturering"),
        ("Grunnlaget er art. 6 nr. 1 a.", {"title": "Utsending av nyhetsbrev"}, "Utsending av nyhetsbrev"),
        ("Grunnlaget er art. 6 nr. 1 a.", {"title": "Behandling av personopplysninger"}, None),
        ("Grunnlaget er art. 6 nr. 1 a.", {"title": "Rettslig grunnlag"}, None),
        (
            "Grunnlaget er art. 6 nr. 1 a.",
            {"title": "3.b Utsending av nyhetsbrev"},
            "Utsending av nyhetsbrev",
        ),
        ("Grunnlaget er art. 6 nr. 1 a.", {"title": "Formålet med behandlinga"}, None),
        ("Grunnlaget er art. 6 nr. 1 a.", {"title": "Betalingsinformasjon"}, None),
        (
            "Vi lagrer bilag for å oppfylle bokføringsloven, jf. art. 6 nr. 1 c.",
            {},
            "oppfylle bokføringsloven",
        ),
        (
            "Bilag | bokføringsloven | art. 6 nr. 1 c",
            {"kind": "table_row", "lead_in": "Data | Formål | Grunnlag"},
            None,
        ),
    ],
)
def test_the_purpose_that_a_ground_serves(text, options, purpose, knowledge, names):
    (basis,) = facts((text, "legal_basis"), knowledge=knowledge, names=names, **options).legal_bases
    assert basis.purpose == purpose


def test_places_are_in_the_document(knowledge, names):
    first, second = "Hei.", "Vi registrerer navn og adresse."
    found = facts(first, (second, "data_categories"), knowledge=knowledge, names=names).data_categories
    text = f"{first}\n{second}"
    assert [text[p.start : p.end] for p in found] == ["navn", "adresse"]
