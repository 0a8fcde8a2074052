"""Retention periods: every way to write a length, what it applies to, and what only looks like one."""

import pytest
from builders import facts

LENGTHS = [
    ("Vi lagrer fakturaer i 3,5 år.", "P3Y6M"),
    ("Bilag oppbevares i 3 ½ år.", "P3Y6M"),
    ("Bilag oppbevares i 3½ år.", "P3Y6M"),
    ("Bilag blir oppbevarte i tre og eit halvt år.", "P3Y6M"),
    ("Bilag oppbevares i tre år og seks måneder.", "P3Y6M"),
    ("Bilag oppbevares i 3 år og 6 månader.", "P3Y6M"),
    ("Loggen slettes etter 6 måneder og 1 år.", "P6M P1Y"),  # the second is no part of the first
    ("Kortet slettes etter ett og et halvt år.", "P1Y6M"),
    ("Kortet blir teke vare på i halvtanna år.", "P1Y6M"),
    ("Loggen beholdes i 1/2 år.", "P6M"),
    ("Søknaden blir sletta etter eit halvt år.", "P6M"),
    ("Loggen slettes etter 6mnd", "P6M"),
    ("Loggen slettes etter 12 mndr.", "P12M"),
    ("Vi lagrar data i 36 månader.", "P36M"),
    ("Loggen slettes etter fjorten dager.", "P14D"),
    ("Loggen slettes 30 dgr etter utsjekk.", "P30D"),
    ("Dokumenta blir oppbevarte i seks veker.", "P6W"),
    ("Opptak vert sletta etter førtiåtte timar.", "PT48H"),
    ("Kundekort lagres i 2–3 år.", "P2Y P3Y"),
    ("Kundekort lagres i to til tre år.", "P2Y P3Y"),
    ("Kundekort lagres mellom 2 og 3 år.", "P2Y P3Y"),
    ("Data lagres i seks måneder til ett år.", "P6M P1Y"),
    ("Skjemaet oppbevares i minimum 3 mnd og maks 1 år.", "P3M P1Y"),
    ("Dataene lagres i 5 år (10 år ved hvitvasking).", "P5Y P10Y"),
    ("Kontrakter oppbevares i ti (10) år.", "P10Y"),
    ("Bilag oppbevares ut kalenderåret + 5 år.", "P5Y"),
    ("Bilag oppbevares inneværende år pluss fem år.", "P5Y"),
    ("Avtalen lagres ut inneværende år og året etter.", "P1Y"),
    ("Vi lagrer dem i fem hele regnskapsår.", "P5Y"),
    ("Vi lagrer dem i en 10-års periode.", "P10Y"),
    ("Vi lagrer dem i en femårsperiode.", "P5Y"),
    ("Etter 2 års inaktivitet slettes kontoen.", "P2Y"),
    ("Kontoer som har vært inaktive i 2 år slettes.", "P2Y"),
    ("Mappa slettes når det har gått seks måneder.", "P6M"),
    ("Sikkerhetskopier roterer med 30 dagers lagring.", "P30D"),
    ("Loggen slettes hver 14. dag.", "P14D"),  # an interval of deletion
    ("Loggen blir sletta kvart tredje år.", "P3Y"),
    ("Listene slettes hver uke.", "P1W"),
    ("Listene slettes månedlig.", "P1M"),
    ("Loggane blir sletta kvar fjortande dag.", "P14D"),
    ("Ansatte skal minst hvert år gjennomgå og slette gammel e-post.", "P1Y"),
]

NONE = [
    "Du må ha fylt 15 år før vi kan lagre profilen din.",  # ages
    "Vi lagrer ikke data om barn under tolv år.",
    "Aldersgrensa er 16 år for å lagre ein profil.",
    "Deltakere fra 6 til 12 år lagres med foresattes navn.",
    "Barn i alderen 6–12 år blir lagret med foresatt.",
    "Foresatte samtykker for barn opp til 15 år før vi lagrer bilder.",
    "Krav om sletting blir handsama innan 30 dagar.",  # deadlines for answering
    "Vi har 30 dagers frist på å svare på forespørsler om sletting.",
    "Vi skal svare deg, senest innen 30 dager, hvis du ber om sletting.",
    "Svarfristen kan forlenges med to måneder når kravet om sletting er komplisert.",
    "Fristen for å svare på krav om innsyn og sletting er én måned.",
    "Reklamasjonsretten er to år, fem år for varer som skal vare lenger, og fjernes ikke.",  # contracts
    "Du har 14 dagers angrerett, og skjemaet lagres hos oss.",
    "Prøveperioden er 30 dager, så lagrer vi kortet ditt.",
    "Medlemskapet fornyes automatisk for 12 måneder, og du blir lagret i registeret.",
    "Avtalen løper i tre år og oppbevares i arkivet.",
    "Kurset varer i to dager, og påmeldingen lagres.",
    "Vilkårene endres med 30 dagers varsel og lagres her.",
    "Kontingenten er 400 kr for ett år, og kvitteringen lagres.",  # prices
    "Lagringsplass koster 99 kr per 30 dager.",
    "Fakturaen forfaller etter 14 dager og lagres i systemet.",
    "Butikken er åpen 10 timer, og varer kan oppbevares.",  # opening hours
    "Brot på tryggleiken blir meldt til Datatilsynet innan 72 timar og arkivert.",  # a breach
    "Selskapet har i 30 år levert arkivtjenester.",  # the age of the company
    "Bonuspoeng utløper etter 12 måneder.",  # what has a value
    "Gjenglemte gjenstander oppbevares i tre måneder.",  # goods
    "Anbud uten navn på deltakere beholdes i ti år.",  # no personal data
    "Du blir logget ut etter 20 minutter, og ingenting lagres.",
    "Rutinen for lagring gjennomgås hvert 3. år.",  # intervals of other things
    "Vi tar sikkerhetskopi hver 14. dag og lagrer den trygt.",
    "Sikkerhetskopier lagres hver 24. time.",
    "Vi gjennomgår sletterutinene årlig.",
    "Daglig leder sletter opplysningene.",
    "Hvis du slutter før det har gått 6 måneder, blir CV-en slettet.",
    "Vanligvis går det to uker før du hører fra oss om sletting.",
]


@pytest.mark.parametrize(("text", "durations"), [*LENGTHS, *((text, "") for text in NONE)])
@pytest.mark.parametrize("topic", ["", "retention"])
def test_lengths(text, durations, topic, knowledge, names):
    found = facts((text, topic), knowledge=knowledge, names=names).retention
    assert " ".join(r.duration for r in found if r.duration) == durations


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("Opplysningene lagres ikke lengre enn ett år.", "at_most"),
        ("Opplysninga blir aldri lagra meir enn eitt år.", "at_most"),
        ("Navn slettes i løpet av 30 dager.", "at_most"),
        ("Loggene slettes hver 14. dag.", "at_most"),
        ("Opplysninger lagres i mer enn 10 år.", "at_least"),
        ("Kort lagres i 5 år eller lenger.", "at_least"),
        ("Opplysninger lagres under ansettelse og 5 år etter slutt.", "exact"),
        ("Bilag lagres i fem år.", "exact"),
    ],
)
def test_bounds(text, bound, knowledge, names):
    (retention,) = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert retention.bound == bound


@pytest.mark.parametrize(
    ("text", "what", "trigger", "statute"),
    [
        (
            "Etter revisorloven skal vi oppbevare dokumentasjonen vår i ti år.",
            "dokumentasjonen vår",
            None,
            "revisorloven",
        ),
        ("Vi lagrer henvendelser i inntil 12 måneder, og sletter deretter.", "henvendelser", None, None),
        (
            "Vi oppbevarer navn, adresse og telefon i tre år fra siste innlogging.",
            "navn, adresse og telefon",
            "fra siste innlogging",
            None,
        ),
        ("Søknader om jobb, også muntlige, slettes etter et halvt år.", "Søknader om jobb", None, None),
        (
            "Når du avslutter kontoen, slettes profilen innen 30 dager.",
            "profilen",
            "Når du avslutter kontoen",
            None,
        ),
        (
            "Etter avsluttet kundeforhold lagres bilag i fem år.",
            "bilag",
            "Etter avsluttet kundeforhold",
            None,
        ),
        ("Bilag oppbevares ut kalenderåret + 5 år.", "Bilag", "ut kalenderåret", None),
        ("Vi slettar kontoen etter to år utan aktivitet.", "kontoen", "utan aktivitet", None),
        (
            "Profilen din blir sletta 6 veker etter at du sluttar.",
            "Profilen din",
            "etter at du sluttar",
            None,
        ),
        ("Fakturaer | 5 år | bokføringsloven", "Fakturaer", None, "bokføringsloven"),
        ("Opplysningene slettes etter 3 år i tråd med personopplysningsloven.", "Opplysningene", None, None),
        # Starts of sentences, which say nothing of what is kept.
        ("Nummeret vises bare delvis i luka og slettes etter 30 dager.", None, None, None),
        ("Lengre lagring enn 7 dager forekommer ikke.", None, None, None),
        ("Slike papirer er det lovpålagt å oppbevare i fem år.", None, None, None),
        ("Brev til post@nes.example slettes etter en måned.", None, None, None),
        ("Kommentarer (også allergier) slettes etter fem dager.", "Kommentarer (også allergier)", None, None),
        ("Lista (og allergier), lagres i fem dager.", None, None, None),
        ("Vi sletter bestillinger fortløpende etter 30 dager.", "bestillinger", None, None),
        ("Kontoen kan du slette når du vil, tidligere slettes den etter to år.", None, None, None),
        (
            "Bilag: 6 måneder etter levering Bestillinger : på kontoret",
            "Bilag",
            None,
            None,
        ),  # two lines in one
    ],
)
def test_what_is_kept_from_when_and_why(text, what, trigger, statute, knowledge, names):
    (retention,) = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert (retention.applies_to, retention.trigger, retention.statute) == (what, trigger, statute)


def test_each_period_has_its_own_matter_and_act(knowledge, names):
    text = "Profiler slettes etter 12 måneder, mens bilag beholdes i fem år etter bokføringsloven § 13."
    found = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert [(r.duration, r.applies_to, r.statute) for r in found] == [
        ("P12M", "Profiler", None),
        ("P5Y", "bilag", "bokføringsloven § 13"),
    ]


@pytest.mark.parametrize(
    ("text", "retention_class"),
    [
        ("Opplysningene slettes permanent når kontoen avsluttes.", "criterion"),
        ("Protokollen lagres permanent.", "indefinite"),
        ("Sikkerhetskopier overskrives fortløpende.", "criterion"),
        ("Logger lagres av sikkerhetshensyn så lenge det trengs.", "unspecified_legal"),
        ("Søknader slettes umiddelbart etter prosessen.", "criterion"),
        ("Opplysningane blir lagra så lenge det er naudsynt.", "unspecified_other"),
    ],
)
def test_classes_without_a_length(text, retention_class, knowledge, names):
    (retention,) = facts((text, "retention"), knowledge=knowledge, names=names).retention
    assert (retention.duration, retention.retention_class) == (None, retention_class)


def test_cookies_that_last(knowledge, names):
    (retention,) = facts("Varer to uker.", knowledge=knowledge, names=names, title="Cookies").retention
    assert retention.duration == "P2W"
    assert facts("Kurset varer to uker.", knowledge=knowledge, names=names, title="Kurs").retention == ()
