"""Who is who: recipients, joint controllers, the officer, and public bodies under old names."""

import time

import pytest
from builders import facts


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("Du kan klage til Fylkesmannen i Vik.", [("Fylkesmannen", "Statsforvalteren", "2021-01-01")]),
        ("Fylkesmannens vedtak er endeleg.", [("Fylkesmannen", "Statsforvalteren", "2021-01-01")]),
        ("Pålogging: Difi", [("Difi", "Digitaliseringsdirektoratet", "2020-01-01")]),
        (
            "Prosjektet er meldt til NSD og Fylkesmannen.",
            [("NSD", "Sikt", "2022-01-01"), ("Fylkesmannen", "Statsforvalteren", "2021-01-01")],
        ),
        ("Statsforvaltaren (tidlegare Fylkesmannen) er klageinstans.", []),
        ("Du kan klage til statsforvalteren.", []),
        ("Vi følger riksarkivarens forskrift.", []),
        ("Modifiser og endre dikuler.", []),
        ("Klagen går til tidligere Fylkesmannen.", []),
    ],
)
def test_authorities_under_former_names(text, renamed, knowledge, names):
    found = facts(text, knowledge=knowledge, names=names).authorities
    assert [(a.name, a.current, a.renamed_on) for a in found] == renamed


def test_a_former_name_is_reported_once_and_quoted_from_the_document(knowledge, names):
    lines = ("Klag til oss.", "Klag så til fylkesmannen.", "Fylkesmannen svarer deg.")
    (found,) = facts(*lines, knowledge=knowledge, names=names).authorities
    assert (found.text, "\n".join(lines)[found.start : found.end]) == ("fylkesmannen", "fylkesmannen")


@pytest.mark.parametrize(("as_of", "count"), [("2020-12-31", 0), ("2021-01-01", 1)])
def test_a_name_is_old_from_the_day_of_the_new(as_of, count, knowledge, names):
    found = facts("Klag til Fylkesmannen.", knowledge=knowledge, names=names, as_of=as_of).authorities
    assert len(found) == count


@pytest.mark.parametrize(
    ("text", "role", "names_found"),
    [
        (
            "Vi og Meta har felles behandlingsansvar for siden vår på Facebook.",
            "joint_controller",
            ["Meta", "Facebook"],
        ),
        (
            "Lia Lag har sams handsamingsansvar med Fjell Data AS.",
            "joint_controller",
            ["Lia Lag", "Fjell Data AS"],
        ),
        ("Vi har ikke felles behandlingsansvar med Meta.", "joint_controller", []),
        ("Behandlingsansvarlig er Lia Data AS.", "joint_controller", []),
        ("Personvernombudet vårt er Kari Nordlie.", "dpo", ["Kari Nordlie"]),
        ("Personvernombod: Ola Lia-Dahl, tlf. 40000123", "dpo", ["Ola Lia-Dahl"]),
        ("Personvernombudet i Vik kommune er Kari M. Nordlie.", "dpo", ["Kari M. Nordlie"]),
        ("Kari Nordlie er vårt personvernombud.", "dpo", ["Kari Nordlie"]),
        ("Personvernombudet er uavhengig av ledelsen.", "dpo", []),
        ("Kontakt personvernombudet, Vik kommune, Storgata 1.", "dpo", []),
    ],
)
def test_joint_controllers_and_officers(text, role, names_found, knowledge, names):
    found = facts(text, knowledge=knowledge, names=names).parties
    assert [p.name for p in found if p.role == role] == names_found


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Fjell Data AS er behandlingsansvarlig.", "NO"),
        ("Vik kommune er behandlingsansvarlig.", "NO"),
        ("Lia Data ApS er behandlingsansvarlig.", "DK"),
        ("Lia Turlag er behandlingsansvarlig.", None),
        ("Lia Turlag (org.nr. 339 825 971) er behandlingsansvarlig.", "NO"),
    ],
)
def test_country_of_the_controller(text, country, knowledge, names):
    assert facts((text, "controller"), knowledge=knowledge, names=names).organisation.country == country


RECIPIENTS = [
    ("Regnskapet føres av Lia Tall og Bilag.", "recipients", [("Lia Tall og Bilag", "processor")]),
    ("Agder Tal AS er underleverandør av lønn.", "", [("Agder Tal AS", "unknown")]),
    ("Medlemsregisteret ligg i eit Spond-register.", "", [("Spond", "processor")]),
    ("Vi bruker QUESTBACK og Questback til undersøkelser.", "", [("Questback", "processor")]),
    ("Googles servere lagrer dataene.", "", [("Google", "processor")]),
    ("Kortbetaling går gjennom Vipps og Nets.", "recipients", [("Vipps", "partner"), ("Nets", "partner")]),
    ("| Kortbetaling | Nets | fem år |", "", [("Nets", "partner")]),
    ("Skriv til post@vipps.example eller se vipps.example.", "", []),
    ("Bring med deg legitimasjon.", "recipients", []),
    ("Posten kommer klokken to.", "", []),
    ("Teams kan bestå av åtte spillere.", "recipients", []),
    ("Vi bruker Teams til møter.", "", [("Microsoft Teams", "processor")]),
    ("If you read English, call us.", "", []),
    (
        "Forsikringen er tegnet hos If og Gjensidige.",
        "recipients",
        [("If", "partner"), ("Gjensidige", "partner")],
    ),
    ("Vi bruker ikke Google Analytics, men Matomo.", "", [("Matomo", "processor")]),
    ("Vi brukar verken Hotjar eller Mailchimp.", "", []),
    ("Det er ikke installert Hotjar her. Vi bruker Fiken.", "", [("Fiken", "processor")]),
    ("Vi gjør ikke dette: Kobler navn sammen.", "recipients", []),
    ("Lia IF samler inn navn.", "recipients", []),
    ("Journalen (EPJ) føres av legen.", "recipients", []),
    (
        "Opplysninger sendes til FHI og statsforvalteren.",
        "recipients",
        [("Folkehelseinstituttet", "authority"), ("Statsforvalteren", "authority")],
    ),
]


@pytest.mark.parametrize(("text", "topics", "recipients"), RECIPIENTS)
def test_recipients_and_their_roles(text, topics, recipients, knowledge, names):
    found = facts((text, topics), knowledge=knowledge, names=names).recipients
    assert [(r.name, r.role) for r in found] == recipients


def test_a_service_says_what_it_is_for_and_whether_data_leave_the_eea(knowledge, names):
    found = facts("Vi bruker Mailchimp, Matomo og Fiken.", knowledge=knowledge, names=names).recipients
    assert [(r.kind, r.implies_transfer) for r in found] == [
        ("newsletter", True),
        ("analytics", False),
        ("accounting", None),
    ]


def test_contacts_beside_the_controllers_own_name_are_its(knowledge, names):
    lines = (
        ("Lia Data AS er behandlingsansvarlig.", "controller"),
        "Lia Data AS, Storgata 1, 0155 Oslo",
        "Regnskap AS, Torggata 2, 0155 Oslo",
    )
    found = facts(*lines, knowledge=knowledge, names=names).contacts
    assert [(c.kind, c.of) for c in found] == [("address", "controller"), ("address", "unknown")]


HOSTILE = (
    "personvernombud er Aa ",
    "Aa ",
    "Vi bruker ikke ",
    "føres av Aa ",
    "Bring ",
    "systemet ",
    "felles behandlingsansvar Aa AS ",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece, knowledge, names):
    facts("Fjell AS", knowledge=knowledge, names=names)  # loads spaCy
    start = time.process_time()
    facts(((piece * 20_000)[:20_000], "recipients dpo"), knowledge=knowledge, names=names)
    assert time.process_time() - start < 3
