"""References to acts: names in all their forms, places in them, and which act of a name is meant."""

import time

import pytest
from builders import facts, unmark

from analyzer.extract.statutes import StatuteFinder

AS_OF = "2026-11-21"

STATUTES = [
    "Vi følger [bokføringsloven|statute=bokføringsloven].",
    "etter [bokføringslovens § 13|statute=bokføringsloven § 13]",
    "jf. [bokføringslova § 13|statute=bokføringsloven § 13]",
    "[rekneskapslova|statute=regnskapsloven]",
    "[arkivlova|statute=arkivlova] og [offentleglova|statute=offentleglova]",
    "[Arkivloven|statute=arkivlova] gjelder.",
    "[opplæringsloven § 9 A-4|statute=opplæringslova § 9 A-4]",
    "[havressurslova § 46|statute=havressurslova § 46]",
    "[kulturloven|statute=kulturlova]",
    "[yrkestransportloven|statute=yrkestransportlova]",
    "[eiendomsskatteloven|statute=eigedomsskattelova]",
    "[plan- og bygningslova § 12|statute=plan- og bygningsloven § 12]",
    "[helse- og omsorgstenestelova|statute=helse- og omsorgstjenesteloven]",
    "[pasient- og brukerrettighetsloven § 5-1|statute=pasient- og brukerrettighetsloven § 5-1]",
    "[psykisk helsevernloven|statute=psykisk helsevernloven]",
    "[lov om bokføring § 13|statute=bokføringsloven § 13]",
    "[§ 13 i bokføringsloven|statute=bokføringsloven § 13]",
    "Fødselsnummer brukes etter [pol. § 12|statute=personopplysningsloven § 12].",
    "[personopplysningsloven § 12|statute=personopplysningsloven § 12]",
    "samtykke etter [personopplysningsloven § 8|statute=personopplysningsloven-2000 § 8]",
    "forskning etter [personopplysningsloven § 8|statute=personopplysningsloven § 8]",
    "[personopplysningsloven § 36|statute=personopplysningsloven-2000 § 36]",
    "[personopplysningsloven av 2000|statute=personopplysningsloven-2000]",
    "[lov 14. april 2000 nr. 31|statute=personopplysningsloven-2000]",
    "[bokføringsregelverket|statute=bokføringsloven]",
    "[arkivlovgivningens|statute=arkivlova] regler",
    "[skatte|statute=skatteloven]- og [bokføringsloven|statute=bokføringsloven]",
    "[regnskapsloven|statute=regnskapsloven] og [hvitvaskingsloven|statute=hvitvaskingsloven]",
    "[forskrift om vaktvirksomhet § 12|statute=forskrift om vaktvirksomhet § 12]",
    "[trolldomsloven|statute=trolldomsloven]",  # not among our acts: known by its form
    "[matlova|statute=matloven]",
]
NO_STATUTES = [
    "Vi følger personvernforordningen (GDPR) artikkel 6.",
    "EUs personvernforordning",
    "Loven krever det, og lova seier det.",
    "personvernlovgivningen",
    "Det er lov om sommeren.",
    "forskrift om behandling av persondata fra EU",
]


@pytest.mark.parametrize("marked", [*STATUTES, *NO_STATUTES])
def test_statutes(marked, knowledge):
    text, marks = unmark(marked)
    cited = StatuteFinder(knowledge, as_of="2026-11-21").find(text)
    found = [(c.start, c.end, c.act + (f" § {c.section}" if c.section else "")) for c in cited]
    assert found == [(m.start, m.end, m.value) for m in marks]


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("arbeidsmiljøloven §§ 9-1 og 9-2.", ["9-1", "9-2"]),
        ("foreldelsesloven §§ 2, 3 og 10.", ["2", "3", "10"]),
        ("forvaltningsloven § 28 og § 29", ["28", "29"]),
        ("bokføringsloven § 13 og 5 år", ["13"]),
        ("ekomloven § 2-7 b annet ledd", ["2-7 b"]),
        ("straffeloven § 196 Plikt til å avverge", ["196"]),
        ("hvitvaskingsloven kapittel 4", [None]),
    ],
)
def test_each_section_is_cited(text, sections, knowledge):
    assert [c.section for c in StatuteFinder(knowledge, as_of="2026-11-21").find(text)] == sections


@pytest.mark.parametrize(
    ("act", "as_of", "status"),
    [
        ("personopplysningsloven-2000", "2026-11-21", "repealed"),
        ("personopplysningsloven-2000", "2018-07-19", "in_force"),
        ("bokføringsloven", "2026-11-21", "in_force"),
        ("trolldomsloven", "2026-11-21", "unknown"),
    ],
)
def test_status_of_acts(act, as_of, status, knowledge):
    assert StatuteFinder(knowledge, as_of=as_of).status_of(act) == status


WORDINGS = [
    # names and inflection
    ("etter rekneskapslova § 3-1 andre ledd", ["regnskapsloven § 3-1"]),
    ("bokføringslovas § 13", ["bokføringsloven § 13"]),
    ("i tråd med Hvitvaskingslovens regler", ["hvitvaskingsloven"]),
    ("kvitvaskingslova § 30", ["hvitvaskingsloven § 30"]),
    ("lov om folketrygd § 21-4", ["folketrygdloven § 21-4"]),
    ("aml. § 9-6 og ftrl. § 8-2", ["arbeidsmiljøloven § 9-6", "folketrygdloven § 8-2"]),
    ("jf. bokfl. § 13", ["bokføringsloven § 13"]),
    ("folketrygdeloven § 21-4", ["folketrygdloven § 21-4"]),  # a slip of the pen
    ("spesialisthelsetjensteloven", ["spesialisthelsetjenesteloven"]),
    (
        "skatte-, merverdiavgifts- og bokføringsloven",
        ["skatteloven", "merverdiavgiftsloven", "bokføringsloven"],
    ),
    ("tolkeloven og dyrehelsepersonellova", ["tolkeloven", "dyrehelsepersonelloven"]),
    ("brannvernloven § 9", ["brann- og eksplosjonsvernloven § 9"]),
    ("barneloven § 47", ["barnelova § 47"]),
    # by date and number
    ("lov 19. november 2004 nr. 73 § 13", ["bokføringsloven § 13"]),
    ("lov av 19. november 2004 nr. 73 om bokføring (bokføringsloven) § 13", ["bokføringsloven § 13"]),
    ("bokføringsloven (lov 19. november 2004 nr. 73) § 13", ["bokføringsloven § 13"]),
    ("bokføringsloven av 2004 § 13", ["bokføringsloven § 13"]),
    ("LOV-2004-11-19-73", ["bokføringsloven"]),
    ("forskrift av 2. juli 2018 nr. 1107 § 6", ["forskrift om kameraovervåking i virksomhet § 6"]),
    ("lov av 14.04.2000 nr. 31", ["personopplysningsloven-2000"]),
    ("personopplysningsloven (lov av 14. april 2000 nr. 31)", ["personopplysningsloven-2000"]),
    ("personopplysningsloven av 14. april 2000 nr. 31 § 12", ["personopplysningsloven-2000 § 12"]),
    ("personopplysningsloven av 15. juni 2018 nr. 38 § 8 om samtykke", ["personopplysningsloven § 8"]),
    ("lov om behandling av personopplysninger av 15. juni 2018", ["personopplysningsloven"]),
    # titles, and regulations to acts
    ("lov om overnattings- og serveringssteder", ["lov om overnattings- og serveringssteder"]),
    ("lov om barnehager § 20", ["barnehageloven § 20"]),
    ("forskrift til opplæringslova § 3-1", ["opplæringsforskriften § 3-1"]),
    ("forskrift til trolldomsloven § 2", ["forskrift til trolldomsloven § 2"]),
    ("lov om arbeids- og velferdsforvaltninga", ["nav-loven"]),
    ("Lov om kommunale helse- og omsorgstjeneste", ["helse- og omsorgstjenesteloven"]),
    ("lov om overnattingssteder av 1983", ["lov om overnattingssteder"]),
    ("lov om husdyrbrannvern", ["lov om husdyrbrannvern"]),
    ("Plan- og bygningslov", ["plan- og bygningsloven"]),
    ("Plan - og bygningsloven § 12", ["plan- og bygningsloven § 12"]),
    ("helse og omsorgsloven", ["helse- og omsorgstjenesteloven"]),
    (
        "helsepersonelloven § 18 andre ledd jf. § 20 a",
        ["helsepersonelloven § 18", "helsepersonelloven § 20 a"],
    ),
    # the act of 2000 and that of 2018
    ("Frist for å svare er 30 dager, jf. personopplysningsloven § 16.", ["personopplysningsloven-2000 § 16"]),
    ("Unntak fra innsyn følger av personopplysningsloven § 16.", ["personopplysningsloven § 16"]),
    ("Innsyn kan nektes, og da får du svar om det (pol. § 16).", ["personopplysningsloven § 16"]),
    ("Fødselsnummer og samtykke: personopplysningsloven § 12", ["personopplysningsloven § 12"]),
    (
        "samtykke, jf. personopplysningsloven § 8 og § 33",
        ["personopplysningsloven-2000 § 8", "personopplysningsloven-2000 § 33"],
    ),
    (
        "Her er opplysninger om behandlingen, jf. personopplysningslovens §§ 18-20.",
        ["personopplysningsloven-2000 § 18-20"],
    ),
    ("personopplysningsloven kapittel VII", ["personopplysningsloven-2000"]),
    ("personopplysningsforskriften § 8-4", ["personopplysningsforskriften § 8-4"]),
    # no act, or none that is named
    ("I lovens ånd følger vi loven, og lova er streng.", []),
    ("Etter lovens § 4 har du rett til det.", []),
    ("Det er ikke lov å ta bilder her.", []),
    ("Det er ikke lov om natten.", []),
    ("Janteloven gjelder ikke hos oss.", []),
    ("lovlig, lovpålagt, lovkrav og ulovlig", []),
    ("Vi har lov om å melde fra.", []),
    ("Særlovgivningen og annet regelverk", []),
    ("personvernforordningens artikkel 15", []),
    ("Vi følger personvernlovgivningen (GDPR).", []),
    ("rettningslinjer for lovende talenter", []),
]


@pytest.mark.parametrize(("text", "cited"), WORDINGS)
def test_wordings(text, cited, knowledge):
    found = StatuteFinder(knowledge, as_of=AS_OF).find(text)
    assert [c.act + (f" § {c.section}" if c.section else "") for c in found] == cited


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("bokføringsloven § 13 annet ledd nr. 5", [("13", "2", "5", None)]),
        ("bokføringslova § 13 fyrste ledd nr. 1 bokstav b", [("13", "1", "1", "b")]),
        ("arbeidsmiljøloven § 9-1 (2)", [("9-1", "2", None, None)]),
        (
            "forvaltningsloven § 13 første ledd nr. 2 og § 13 b",
            [("13", "1", "2", None), ("13 b", None, None, None)],
        ),
        ("§ 13 første ledd nr. 1 i bokføringsloven", [("13", "1", "1", None)]),
        ("hvitvaskingsloven § 30, 1. ledd", [("30", "1", None, None)]),
        (
            "personopplysningsloven § 8 første ledd, § 8 a), b) eller f) samt § 9 a)",
            [("8", "1", None, None), ("8", None, None, "a"), ("9", None, None, "a")],
        ),
        ("bokføringsloven § 13 (5 år)", [("13", None, None, None)]),
        ("ekomloven § 2-7 b", [("2-7 b", None, None, None)]),
    ],
)
def test_places_in_an_act(text, places, knowledge):
    found = StatuteFinder(knowledge, as_of=AS_OF).find(text)
    assert [(c.section, c.paragraph, c.number, c.letter) for c in found] == places


@pytest.mark.parametrize(
    ("text", "as_of", "key", "status"),
    [
        ("ekomloven § 2-7 b", AS_OF, "2003-07-04-83", "repealed"),
        ("ekomloven § 3-15", AS_OF, "2024-12-13-76", "in_force"),
        ("ekomloven", AS_OF, "2024-12-13-76", "in_force"),
        ("ekomloven", "2024-12-31", "2003-07-04-83", "in_force"),
        ("ekomloven av 4. juli 2003 nr. 83", AS_OF, "2003-07-04-83", "repealed"),
        ("arkivlova § 9 b", AS_OF, "1992-12-04-126", "in_force"),  # waits for § 11 of the new act
        ("arkivlova § 9 c", AS_OF, "1992-12-04-126", "repealed"),
        ("arkivlova av 1992", AS_OF, "1992-12-04-126", "repealed"),
        ("arkivlova", "2025-12-31", "1992-12-04-126", "in_force"),
        ("arkivlova", "2026-01-01", "2025-06-20-96", "in_force"),
        ("opplæringslova § 9 A-4", AS_OF, "1998-07-17-61", "repealed"),
        ("opplæringslova § 12-4", AS_OF, "2023-06-09-30", "in_force"),
        ("hvitvaskingsloven av 2009", AS_OF, "2009-03-06-11", "repealed"),
        ("barnevernloven av 17. juli 1992 nr. 100", AS_OF, "1992-07-17-100", "repealed"),
        ("barnevernloven § 6-4", AS_OF, "2021-06-18-97", "in_force"),
        ("journalforskriften § 14", AS_OF, "2000-12-21-1385", "repealed"),
        ("lov om barneverntjenester", AS_OF, "1992-07-17-100", "repealed"),
        ("sikkerhetsloven av 1998", AS_OF, "1998-03-20-10", "repealed"),
        ("forvaltningsloven § 13", AS_OF, "1967-02-10", "in_force"),
        ("lov 20. juni 2025 nr. 81", AS_OF, "2025-06-20-81", "unknown"),  # enacted, not in force
        ("offentlighetsloven § 13", AS_OF, "1970-06-19-69", "unknown"),  # its name is used for offentleglova
        ("personopplysningsloven", "2017-05-01", "2000-04-14-31", "in_force"),
        ("personopplysningsloven § 8-samtykke", "2017-05-01", "2000-04-14-31", "in_force"),
    ],
)
def test_which_act_of_a_name_is_meant(text, as_of, key, status, knowledge):
    (cited, *_) = StatuteFinder(knowledge, as_of=as_of).find(text)
    assert (cited.lovdata, cited.status) == (key, status)


def test_a_statement_that_cites_the_act_of_2000_means_it_without_a_section_too(knowledge, names):
    lines = ("Vi følger personopplysningsloven.", "Opptak vises etter personopplysningsloven § 37.")
    found = facts(*lines, knowledge=knowledge, names=names).statutes
    assert [s.act for s in found] == ["personopplysningsloven-2000"] * 2
    found = facts(*lines, "Du har innsyn etter GDPR.", knowledge=knowledge, names=names).statutes
    assert [s.act for s in found] == ["personopplysningsloven", "personopplysningsloven-2000"]


def test_a_reference_is_quoted_with_its_place(knowledge, names):
    text = "Vi oppbevarer bilag etter bokføringslovens § 13 annet ledd nr. 5 og ellers ikke."
    (found,) = facts(text, knowledge=knowledge, names=names).statutes
    assert text[found.start : found.end] == "bokføringslovens § 13 annet ledd nr. 5"
    assert (found.section, found.paragraph, found.number) == ("13", "2", "5")


def test_wrapped_references(knowledge):
    found = StatuteFinder(knowledge, as_of=AS_OF).find(
        "etter bokføringsloven\u00a0§\u00a013 og lov om\nbokføring"
    )
    assert [(c.act, c.section) for c in found] == [("bokføringsloven", "13"), ("bokføringsloven", None)]


HOSTILE = (
    "lov om a ",
    "skatte-, ",
    "skatte-, avgifts- og ",
    "§ 1 første ledd ",
    "bokføringsloven § 1, ",
    "lov 1. mai 2000 nr. 1 ",
    "lov 1. mai 2000 om ",
    "trolldomsloven ",
    "forskrift til ",
    "a-",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece, knowledge):
    finder = StatuteFinder(knowledge, as_of=AS_OF)
    start = time.process_time()
    finder.find((piece * 20_000)[:20_000])
    assert time.process_time() - start < 2
