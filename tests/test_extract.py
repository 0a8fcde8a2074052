"""Extraction: the wordings of retention, grounds, acts, names and contacts, and what only looks like them."""

import time

import pytest
from builders import facts, statement, unmark

from analyzer.extract import extract_facts
from analyzer.extract.durations import to_iso

RETENTION = [
    "Vi lagrer opplysningene i [fem år|retention=P5Y].",
    "Opplysningane blir sletta etter [90 dagar|retention=P90D].",
    "Bilag oppbevares i [3,5 år|retention=P3Y6M].",
    "Bilag oppbevares i [tre og et halvt år|retention=P3Y6M] etter regnskapsårets slutt.",
    "Loggen slettes etter [inntil 1mnd|retention=P1M].",
    "CV-er makuleres etter [et halvt år|retention=P6M].",
    "Kartotekkortet slettes etter [halvannet år|retention=P1Y6M].",
    "Kontrakter oppbevares i [10 (ti) år|retention=P10Y].",
    "Vi tek vare på dokumenta i [seks veker|retention=P6W].",
    "Opptak overskrives etter [24 timer|retention=PT24H].",
    "Sikkerhetskopier slettes etter [35 døgn|retention=P35D].",
    "Svarene anonymiseres etter [tolv måneder|retention=P12M].",
    "Lista blir kasta [innan ei veke|retention=P1W].",
    "Referat beholdes [minst fem år|retention=P5Y].",
    "Papira blir liggjande [eit kvart år|retention=P3M] før makulering, så slettar vi dei.",
    "Bookingen slettes etter [to kalenderår|retention=P2Y].",
    "Loggen slettast etter [tre manader|retention=P3M].",  # æ, ø and å lost by OCR
    "Fakturaer lagres i [fem ar|retention=P5Y].",
    "Du må være over 18 år for å søke, og søknaden slettes etter [6 måneder|retention=P6M].",
    "Garantien er to år, men kvitteringen lagres i [fem år|retention=P5Y].",
]

NO_RETENTION = [
    "Du må være over 13 år for å lagre en profil.",  # an age
    "Når du har fylt 16 år, kan du selv be om sletting.",
    "Vi svarer på krav om sletting innen 30 dager.",  # a deadline for answering
    "Du får tilbakemelding om innsyn senest etter én måned.",
    "Førespurnader om sletting blir besvart innan 30 dagar.",
    "Avvik i lagringen meldes til Datatilsynet innen 72 timer.",  # a breach
    "Vi har fem års garanti på skap til oppbevaring.",  # a warranty
    "Oppsigelsestiden for lagringsplass er tre måneder.",  # notice
    "Angrefristen er 14 dager, og skjemaet ligger på nettsiden.",
    "Åpent 10–16 for levering til oppbevaring.",  # opening hours
    "Butikken har drevet med oppbevaring i 20 år.",  # the age of the company
    "Du får varsel på e-post 14 dager før kontoen slettes.",
    "Vi lagrer navn og adresse.",
    "Kurset varer i to dager.",
]


@pytest.mark.parametrize("marked", [*RETENTION, *NO_RETENTION])
def test_lengths_are_found_by_their_verbs(marked, knowledge, names):
    text, marks = unmark(marked)
    found = facts(text, knowledge=knowledge, names=names).retention
    assert [(r.start, r.end, r.duration) for r in found] == [(m.start, m.end, m.value) for m in marks]


@pytest.mark.parametrize(
    ("text", "topics", "durations"),
    [
        ("Kundekort: 2-3 år", "retention", ["P2Y", "P3Y"]),
        ("Slettes etter 7, 30 eller 90 dager.", "", ["P7D", "P30D", "P90D"]),
        ("Når saken er besvart, slettes den, senest innen tolv\nmåneder.", "retention", ["P12M"]),
        ("Fornyes om avtalen ikke er sagt opp senest 30 dager før utløp.", "retention", []),
        ("| _ga | Google | 13 måneder |", "cookies", ["P13M"]),
        ("| _gid | Google | 24 t |", "cookies", ["PT24H"]),
        ("Lista slettes dagen etter turen.", "retention", ["P1D"]),
        ("Kurset varer i to dager.", "purpose", []),
        ("Medlemslister", "retention", []),
    ],
)
def test_lengths_of_labelled_segments(text, topics, durations, knowledge, names):
    found = facts((text, topics), knowledge=knowledge, names=names, lead_in="Levetid").retention
    assert [r.duration for r in found if r.duration] == durations


@pytest.mark.parametrize(
    ("text", "bound", "trigger"),
    [
        ("Slettes senest 30 dager etter utmelding.", "at_most", "etter utmelding"),
        ("Opplysningene oppbevares i minst ti år.", "at_least", None),
        ("Opplysningene lagres i to år fra siste kjøp.", "exact", "fra siste kjøp"),
    ],
)
def test_lengths_have_bound_and_trigger(text, bound, trigger, knowledge, names):
    (retention,) = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert (retention.bound, retention.trigger) == (bound, trigger)


@pytest.mark.parametrize(
    ("text", "retention_class"),
    [
        ("Vi lagrer opplysningene så lenge du er kunde.", "criterion"),
        ("Opplysningane blir sletta når dei ikkje lenger trengst.", "unspecified_other"),
        ("Opplysningene lagres så lenge loven krever det.", "unspecified_legal"),
        ("Protokollene bevares på ubestemt tid.", "indefinite"),
        ("Slettes med en gang saken er avsluttet.", "criterion"),
    ],
)
def test_criteria(text, retention_class, knowledge, names):
    (retention,) = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert (retention.duration, retention.retention_class) == (None, retention_class)


@pytest.mark.parametrize(
    ("text", "topics", "found"),
    [
        ("Opplysningene lagres ikke lenger enn nødvendig.", "", True),
        ("Kundedata lagres etter kundens instruks.", "recipients", True),
        ("Du kan kreve data slettet så snart du vil, og slettes når du ber om det.", "erasure", False),
        ("Vi bruker opplysningene så lenge du er innlogget.", "purpose", False),
    ],
)
def test_criteria_without_the_label_need_a_plain_wording(text, topics, found, knowledge, names):
    assert bool(facts((text, topics), knowledge=knowledge, names=names).retention) is found


@pytest.mark.parametrize("text", ["Vi lagrer aldri kortnummeret ditt.", "Kortnummer lagres ikke hos oss."])
def test_what_is_never_kept_has_no_period(text, knowledge, names):
    assert facts((text, "retention"), knowledge=knowledge, names=names).retention == ()


@pytest.mark.parametrize(
    ("value", "unit", "iso"),
    [
        (1, "år", "P1Y"),
        (3.5, "år", "P3Y6M"),
        (1.5, "måneder", "P1M15D"),
        (0.5, "år", "P6M"),
        (2, "veker", "P2W"),
        (36, "timer", "PT36H"),
        (30, "min", "PT30M"),
        (1, "kvartal", "P3M"),
        (0, "år", None),
        (2, "sider", None),
    ],
)
def test_to_iso(value, unit, iso):
    assert to_iso(value, unit) == iso


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Grunnlaget er art. 6 nr. 1 bokstav f.", ["6.1.f"]),
        ("GDPR 6(1)(f)", ["6.1.f"]),
        ("jf. 6.1.f", ["6.1.f"]),
        ("artikkel 6 nr. 1 a), b) og f)", ["6.1.a", "6.1.b", "6.1.f"]),
        ("art 6 (1) b", ["6.1.b"]),
        ("Art. 6(1)(c)", ["6.1.c"]),
        ("artikkel 6 nr 1 litra e", ["6.1.e"]),
        ("personvernforordninga artikkel 6 nr. 1 bokstav c og e", ["6.1.c", "6.1.e"]),
        ("artikkel 6 første ledd bokstav b", ["6.1.b"]),
        ("bokstav c og e i personvernforordningen artikkel 6 nr. 1", ["6.1.c", "6.1.e"]),
        ("artikkel 9 nr. 2 bokstav h", ["9.2.h"]),
        ("artikkel 9 (2) bokstav i", ["9.2.i"]),
        ("i medhold av 9 nr. 2 bokstav f", ["9.2.f"]),
        ("art. 6 nr. 1 a og art. 9 nr. 2 a", ["6.1.a", "9.2.a"]),
        ("(6-1-f)", ["6.1.f"]),
        ("artikkel 6 i forordningen", []),
        ("artikkel 9 i loven", []),  # a preposition, no point (i)
        ("artikkel 15 nr. 1", []),
        ("artikkel 6 nr. 1 bokstav g", []),  # there is no point (g)
        ("6.1 Formål", []),
        ("bokføringsloven § 6 bokstav a", []),
    ],
)
def test_articles(text, codes, knowledge, names):
    found = facts(text, knowledge=knowledge, names=names).legal_bases
    assert sorted(basis.article for basis in found) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Vi ber om samtykke.", ["6.1.a"]),
        ("Nyhetsbrev sendes bare til dem som har sagt ja til det.", ["6.1.a"]),
        ("Nødvendig for å oppfylle kjøpsavtalen.", ["6.1.b"]),
        ("For å oppfylle inngåtte avtaler og kontraktsforpliktelser.", ["6.1.b"]),
        ("Vi er pålagt å melde fra.", ["6.1.c"]),
        ("Det er ei rettsleg plikt.", ["6.1.c"]),
        ("For å verne vitale interesser.", ["6.1.d"]),
        ("Utøving av offentleg mynde.", ["6.1.e"]),
        ("Vi har en berettiget interesse i å stoppe svindel.", ["6.1.f"]),
        ("Grunnlaget er ei interesseavveging.", ["6.1.f"]),
        ("Føres etter bokføringsloven § 13.", ["6.1.c"]),  # an act as the ground
        ("Cookies krever samtykke etter ekomloven § 3-15.", ["6.1.a"]),  # the act asks for consent
        ("Ingen samtykke er nødvendig.", []),
        ("Vi ber ikke om samtykke; vi har en berettiget interesse i å stoppe svindel.", ["6.1.f"]),
        ("Vedtak om opphold kan være basert på samtykke.", []),
        ("Politiet kan få opplysninger uten samtykke.", []),
        ("Vi har databehandleravtale med leverandøren.", []),
        ("Vi følger personopplysningsloven.", []),
    ],
)
def test_grounds_in_words(text, codes, knowledge, names):
    found = facts((text, "legal_basis"), knowledge=knowledge, names=names).legal_bases
    assert sorted(basis.article for basis in found) == codes


def test_grounds_in_words_need_the_label(knowledge, names):
    assert facts("Vi ber om samtykke.", knowledge=knowledge, names=names).legal_bases == ()


def test_consent_to_special_categories_is_article_9(knowledge, names):
    line = ("Helseopplysninger lagres bare med uttrykkelig samtykke.", "legal_basis special_categories")
    (basis,) = facts(line, knowledge=knowledge, names=names).legal_bases
    assert basis.article == "9.2.a"


def test_a_duty_in_words_to_keep_data_is_a_legal_basis(knowledge, names):
    duty = ("Vi er pålagt av myndighetene å oppbevare navnelister.", "retention")
    reservation = ("Opplysningene slettes, med mindre vi er pålagt noe annet.", "retention")
    found = [facts(line, knowledge=knowledge, names=names).legal_bases for line in (duty, reservation)]
    assert [[basis.article for basis in bases] for bases in found] == [["6.1.c"], []]


def test_letters_belong_to_the_article_before_them(knowledge, names):
    lines = (
        "For kjøp: artikkel 6 nr. 1 bokstav b.",
        "For bilder: bokstav f.",
        "For § 4 bokstav d gjelder noe annet.",
    )
    found = facts(*lines, knowledge=knowledge, names=names).legal_bases
    assert [basis.article for basis in found] == ["6.1.b", "6.1.f"]


def test_keeping_because_of_an_act_is_a_legal_duty(knowledge, names):
    line = ("Fakturaer: fem år (bokføringsloven § 13)", "retention")
    found = facts(line, knowledge=knowledge, names=names)
    assert [basis.article for basis in found.legal_bases] == ["6.1.c"]
    assert found.retention[0].statute == "bokføringsloven § 13"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Fjell Data AS er behandlingsansvarlig for opplysningene.", "Fjell Data AS"),
        ("Vik kommune er behandlingsansvarleg.", "Vik kommune"),
        ("Lia Idrettslag (org.nr. 339 825 971), ved styret, er behandlingsansvarlig.", "Lia Idrettslag"),
        ("Behandlingsansvarlig er Fjell Data AS, Storgata 1, 0155 Oslo.", "Fjell Data AS"),
        ("Behandlingsansvarlig: Fjell Data AS", "Fjell Data AS"),
        ("Det er Fjell Data AS som er behandlingsansvarlig.", "Fjell Data AS"),
        ("Daglig leder i Fjell Data AS er behandlingsansvarlig.", "Fjell Data AS"),
        ("Stiftelsen Lia, heretter kalt «Lia», samler inn navn.", "Stiftelsen Lia"),
        ("Nettbutikken drives av Fjell Data AS, org.nr. 339 825 971.", "Fjell Data AS"),
        ("Her står det hvordan Fjell Data AS behandler opplysninger.", "Fjell Data AS"),
        ("Her kan du lese korleis Vik kommune handsamar opplysningar.", "Vik kommune"),
        ("Fjell Data AS («vi», «oss») driver en nettbutikk.", "Fjell Data AS"),
        ("Fjell Data AS, org.nr. 339 825 971", "Fjell Data AS"),
        ("Daglig leder er behandlingsansvarlig.", None),
        ("Vi er behandlingsansvarlig for opplysningene dine.", None),
        ("Storgata 12, 0155 Oslo", None),
        ("Speiderbandet sentralt er behandlingsansvarlig for medlemsregisteret.", "Speiderbandet"),
        ("Landsstyret i Speiderbandet er behandlingsansvarlig.", "Speiderbandet"),
        ("Havnedirektoratet har ansvaret for behandlingen av opplysningene dine.", "Havnedirektoratet"),
        ("Behandlingsansvaret ligger hos Lia Turlag.", "Lia Turlag"),
        ("Nettstedet eies og driftes av Kari Anne Dalmo.", "Kari Anne Dalmo"),
        ("Du kan tillate at AI bruker svarene.", None),
    ],
)
def test_controller_names(text, name, knowledge, names):
    assert facts((text, "controller"), knowledge=knowledge, names=names).organisation.name == name


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("Fjell er behandlingsansvarlig.", "Kontakt Fjell Data AS på post@fjell.example."), "Fjell Data AS"),
        (
            ("Legatet er behandlingsansvarlig.", "Søk til legatet.", "Brekkes legat, org.nr. 339 825 971"),
            "Brekkes legat",
        ),
        (("Banken AS er selvstendig behandlingsansvarlig.", "Lia Lag er behandlingsansvarlig."), "Lia Lag"),
        (("Vi bruker Tripletex AS som databehandler.",), None),
        (
            ("Delingsnett er også behandlingsansvarlig ved slik deling.", "Lia Lag er behandlingsansvarlig."),
            "Lia Lag",
        ),
        (
            ("Behandlingsansvarlig:", "Fjellfant Forbund For Snøfokk", "Skriv til oss."),
            "Fjellfant Forbund For Snøfokk",
        ),
    ],
)
def test_controller_names_need_no_label(lines, name, knowledge, names):
    assert facts(*lines, knowledge=knowledge, names=names).organisation.name == name


def test_controller_name_from_the_title(knowledge, names):
    found = facts(
        "Vi tar vare på deg.", knowledge=knowledge, names=names, title="Personvernerklæring for Lia Turlag"
    )
    assert found.organisation.name == "Lia Turlag"


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Vik kommune er behandlingsansvarlig.", "public"),
        ("Fjell Data AS er behandlingsansvarlig.", "private"),
        ("Lia Turlag er behandlingsansvarlig.", "unknown"),
        ("Skatteetaten er behandlingsansvarlig.", "public"),
    ],
)
def test_sectors(text, sector, knowledge, names):
    assert facts((text, "controller"), knowledge=knowledge, names=names).organisation.sector == sector


def test_who_exercises_public_authority_is_public(knowledge, names):
    line = ("Vi behandlar personopplysningar om deg for å utøve offentleg styresmakt.", "legal_basis")
    found = facts(line, knowledge=knowledge, names=names)
    assert found.organisation.sector == "public"
    assert [basis.article for basis in found.legal_bases] == ["6.1.e"]


def test_no_number_out_of_a_list_of_firms(knowledge, names):
    numbers = ("339 825 971", "333 788 764", "974 760 673")
    lines = [(f"Fjellfirma nummer {i} (org.nr. {n})", "controller") for i, n in enumerate(numbers)]
    assert facts(*lines, knowledge=knowledge, names=names).organisation.orgnr is None
    assert facts(lines[0], knowledge=knowledge, names=names).organisation.orgnr == "339825971"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Org.nr. 339 825 971 MVA", "339825971"),
        ("Organisasjonsnummer: 333788764", "333788764"),
        ("Org.nr. 339 825 972", None),  # the check digit is wrong
        ("Ring 339 82 597", None),
        ("Kontonummer 1234 56 78901, org.nr. følger", None),
    ],
)
def test_organisation_numbers(text, number, knowledge, names):
    assert facts(text, knowledge=knowledge, names=names).organisation.orgnr == number


@pytest.mark.parametrize(
    ("text", "topics", "contacts"),
    [
        (
            "Skriv til post@fjell.example.",
            "controller_contact",
            [("email", "post@fjell.example", "controller")],
        ),
        ("Ring 22 00 00 00.", "controller_contact", [("phone", "22 00 00 00", "controller")]),
        (
            "Storgata 12, 0155 Oslo",
            "controller_contact",
            [("address", "Storgata 12, 0155 Oslo", "controller")],
        ),
        ("Personvernombudet: ombud@annen.example", "dpo", [("email", "ombud@annen.example", "dpo")]),
        ("Personvernombodet når du på tlf. 40000123.", "dpo", [("phone", "40000123", "dpo")]),
        (
            "Datatilsynet: postkasse@datatilsynet.no",
            "complaint",
            [("email", "postkasse@datatilsynet.no", "authority")],
        ),
        ("Se www.datatilsynet.no.", "complaint", [("url", "www.datatilsynet.no", "authority")]),
        ("Se www.hjelp.example om kapsler.", "cookies", []),  # a help page is no contact
        ("Det koster 5 000 000 kroner.", "", []),
    ],
)
def test_contacts_and_their_owners(text, topics, contacts, knowledge, names):
    found = facts((text, topics), knowledge=knowledge, names=names).contacts
    assert [(c.kind, c.text, c.of) for c in found] == contacts


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Sist oppdatert 1. mars 2024.", "2024-03-01"),
        ("Sist endra mai 2023", "2023-05"),
        ("Oppdatert 01.06.2023", "2023-06-01"),
        ("Versjon 2024-02-01, sist endret 15.2.2025", "2025-02-15"),
        ("Sist oppdatert 32. mars 2024.", None),
        ("Sist oppdatert 31. februar 2024.", None),
        ("Vi startet 1. mars 2010.", None),
    ],
)
def test_dates(text, date, knowledge, names):
    assert facts((text, "changes"), knowledge=knowledge, names=names).date == date


@pytest.mark.parametrize(
    ("text", "topics", "recipients"),
    [
        ("Vi bruker Mailchimp og Tripletex.", "", [("Mailchimp", "US"), ("Tripletex", "NO")]),
        (
            "Opplysninger sendes til NAV og Skatteetaten.",
            "recipients",
            [("NAV", "NO"), ("Skatteetaten", "NO")],
        ),
        ("Lønn føres av Fjell Regnskap AS.", "recipients", [("Fjell Regnskap AS", None)]),
        ("Vi deler ikke opplysninger med NAV.", "recipients!", []),
        ("Lag make på et eple.", "", []),  # «Make» and «Apple» are names only with a capital
    ],
)
def test_recipients(text, topics, recipients, knowledge, names):
    found = facts((text, topics), knowledge=knowledge, names=names).recipients
    assert [(r.name, r.country) for r in found] == recipients


def test_offsets_point_into_the_document(knowledge, names):
    first, second = "Vi bruker Mailchimp.", "Fakturaer slettes etter fem år."
    found = facts(first, second, knowledge=knowledge, names=names)
    text = f"{first}\n{second}"
    assert [text[r.start : r.end] for r in (*found.recipients, *found.retention)] == ["Mailchimp", "fem år"]


HOSTILE = (
    "artikkel 6 nr. 1 a, ",
    "5 år ",
    "bokføringsloven § 1 og ",
    "er behandlingsansvarlig ",
    "Fjell AS ",
    " ",
    "A",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece, knowledge, names):
    facts("Fjell AS", knowledge=knowledge, names=names)  # loads spaCy
    text = (piece * 20_000)[:20_000]
    structure, labels = statement((text, "controller retention legal_basis recipients changes"))
    start = time.process_time()
    extract_facts(structure, labels, knowledge, names, as_of="2026-11-21")
    assert time.process_time() - start < 3
