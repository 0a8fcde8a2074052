"""Every finding has a true example and a near miss: lines with their topics, judged without the model."""

from dataclasses import replace

import pytest

from analyzer.assess import assess
from analyzer.extract import extract_facts, with_labels
from tests.builders import AS_OF, statement

NEW_SECTION = "#"
OWN_TESTS = {"disclosure-missing", "not-assessable"}
"""Codes that no line of a statement shows; see the tests below."""

CONTROLLER = ("Lia Data AS er behandlingsansvarlig.", "controller")
PUBLIC = ("Lia kommune er behandlingsansvarlig.", "controller")
CONTACT = ("Skriv til post@lia.example.", "controller_contact")
CONSENT = ("Grunnlaget er samtykke (artikkel 6 nr. 1 bokstav a).", "legal_basis")
INTEREST = ("Grunnlaget er berettiget interesse (artikkel 6 nr. 1 bokstav f).", "legal_basis")
MAILCHIMP = ("Nyhetsbrev sendes med Mailchimp.", "recipients")
TO_USA = ("Opplysningene overføres til USA på grunnlag av EUs standardkontrakter.", "transfer")
AUTOMATIC = ("Vi bruker automatiserte avgjørelser.", "automated_decisions")


def judge(*lines, knowledge, names, as_of=AS_OF, **options):
    """Assess lines, each a text or a text with its topics; NEW_SECTION starts another section."""
    structure, labels = statement(*(line for line in lines if line != NEW_SECTION))
    numbers, number = [], 0
    for line in lines:
        if line == NEW_SECTION:
            number += 1
        else:
            numbers.append(number)
    structure = replace(
        structure,
        sections=tuple(replace(structure.sections[0], index=n) for n in range(number + 1)),
        passages=tuple(replace(p, section=n) for p, n in zip(structure.passages, numbers, strict=True)),
        segments=tuple(replace(s, section=n) for s, n in zip(structure.segments, numbers, strict=True)),
    )
    facts = extract_facts(structure, labels, knowledge, names, as_of=as_of)
    segments = list(with_labels(structure, labels))
    return assess(segments, facts, knowledge, as_of=as_of, **options)


# code, lines that show it, lines that come near and do not
CASES = [
    ("retention-vague", [("Opplysningene lagres så lenge det er nødvendig.", "retention")],
     [("Opplysningene lagres så lenge du er kunde.", "retention")]),
    ("retention-vague", [("Data lagres så lenge det er nødvendig, eller så lenge loven krever det.", "retention")],
     [("Data lagres så lenge bokføringsloven krever det.", "retention")]),
    ("transfer-undisclosed", [MAILCHIMP], [MAILCHIMP, TO_USA]),
    ("transfer-undisclosed", [("Vi måler trafikken med Google Analytics.", "cookies recipients")],
     [("Vi har faset ut Google Analytics, og måler trafikken selv.", "cookies recipients")]),
    ("transfer-undisclosed", [("Data lagres hos Dropbox.", "recipients")],
     [("Vi måler trafikken med Fathom.", "cookies recipients")]),
    ("transfer-no-country", [("Opplysninger sendes til land utenfor EØS etter standardkontrakter.", "transfer")], [TO_USA]),
    ("transfer-undisclosed", [("Vi lagrer tallene i iCloud.", "recipients")],
     [("Tallene synkroniseres gjennom din egen iCloud.", "recipients")]),
    ("transfer-no-country", [("Vi overfører opplysninger til tredjeland.", "transfer")],
     [("Dersom opplysninger overføres til tredjeland, inngår vi avtale.", "transfer")]),
    ("transfer-no-safeguard", [("Opplysningene lagres i USA.", "transfer")], [TO_USA]),
    ("transfer-no-safeguard", [("Opplysningene sendes til India.", "transfer")],
     [("Opplysningene lagres i Sveits.", "transfer")]),
    ("transfer-safeguard-vague", [("Data sendes til India med tilstrekkelig sikkerhet.", "transfer")],
     [("Data sendes til India med tilstrekkelig sikkerhet, etter EUs standardkontrakter.", "transfer")]),
    ("transfer-contradiction",
     [("Vi overfører ikke opplysninger ut av EØS.", "transfer!"), TO_USA],
     [("Vi overfører ikke opplysninger ut av EØS, med unntak av nyhetsbrevet.", "transfer!"), TO_USA]),
    ("transfer-denied-foreign-service",
     [("Vi overfører ikke opplysninger ut av EØS.", "transfer!"), MAILCHIMP],
     [("Vi overfører ikke opplysninger ut av EØS.", "transfer!"), ("Vi bruker Tripletex.", "recipients")]),
    ("retention-indefinite", [("Kundeopplysninger lagres på ubestemt tid.", "retention")],
     [("Saker arkiveres på ubestemt tid i byarkivet.", "retention")]),
    ("retention-indefinite", [("Kontoen din lagres for alltid.", "retention")],
     [("Det vi er pålagt å beholde, vil ikke bli slettet.", "retention")]),
    ("retention-longer-than-act", [("Fakturaer oppbevares i ti år etter bokføringsloven.", "retention")],
     [("Fakturaer oppbevares i fem år etter bokføringsloven.", "retention")]),
    ("retention-longer-than-act", [("Fakturaer lagres i 10 år, jf. bokføringsloven § 13.", "retention")],
     [("Regnskap for byggeprosjekter lagres i 10 år, jf. bokføringsloven § 13.", "retention")]),
    ("retention-longer-than-act", [("Legitimasjon lagres i ti år, jf. hvitvaskingsloven § 30.", "retention")],
     [("Ved forsterkede tiltak lagres legitimasjon i ti år, jf. hvitvaskingsloven.", "retention")]),
    ("retention-shorter-than-act", [("Bilag slettes etter to år, jf. bokføringsloven.", "retention")],
     [("Bilag oppbevares i tre og et halvt år, jf. bokføringsloven.", "retention")]),
    ("retention-shorter-than-act", [("Saksdokumenter lagres i fem år etter advokatloven.", "retention")],
     [("Alt slettes etter to år, med unntak av det bokføringsloven krever.", "retention")]),
    ("retention-act-without-period", [("Lønnsdata lagres i ti år etter arbeidsmiljøloven.", "retention")],
     [("Lønnsdata lagres i fem år etter bokføringsloven.", "retention")]),
    ("retention-conflict",
     [("Søknader slettes etter tre måneder.", "retention"), NEW_SECTION,
      ("Søknader slettes etter ett år.", "retention")],
     [("Søknader slettes etter tre måneder.", "retention"), NEW_SECTION,
      ("Fakturaer slettes etter fem år.", "retention")]),
    ("camera-retention", [("Opptak fra kameraovervåking slettes etter 60 dager.", "retention")],
     [("Opptak fra kameraovervåking slettes etter sju dager.", "retention")]),
    ("camera-retention", [("Opptak fra videoovervåking slettes etter 30 dager.", "retention")],
     [("Opptak fra videoovervåking kan lagres i 30 dager når politiet skal ha dem.", "retention")]),
    ("camera-notice", [("Lokalene våre har kameraovervåking.", "data_categories")],
     [("Lokalene våre har kameraovervåking.", "data_categories"), "Det er skiltet ved inngangen."]),
    ("employee-mail-access", ["Arbeidsgiver kan gjøre innsyn i de ansattes e-post."],
     ["Arbeidsgiver kan gjøre innsyn i de ansattes e-post etter forskrift 2018 nr. 1108."]),
    ("obsolete-act-2000", ["Du har rett til innsyn etter personopplysningsloven § 18."],
     ["Fødselsnummer brukes etter personopplysningsloven § 12."]),
    ("obsolete-act", ["Journalen føres etter journalforskriften."],
     ["Journalen føres etter pasientjournalforskriften."]),
    ("obsolete-act", ["Vi følger personregisterloven."], ["Innsyn gis etter offentlighetsloven."]),
    ("obsolete-privacy-shield", ["Leverandøren er sertifisert under Privacy Shield."],
     ["Privacy Shield ble kjent ugyldig i 2020."]),
    ("obsolete-safe-harbor", ["Leverandøren følger Safe Harbor."], ["Safe Harbor ble kjent ugyldig i 2015."]),
    ("obsolete-scc", ["Vi bruker standardkontraktene i 2010/87/EU."],
     ["Vi bruker standardkontraktene i (EU) 2021/914, som avløste 2010/87/EU."]),
    ("obsolete-transatlantic-framework", ["Vi avventer det nye transatlantiske rammeverket."],
     ["Overføringen bygger på EU-US Data Privacy Framework."]),
    ("obsolete-licence", ["Registeret er meldt til Datatilsynet."],
     ["Avvik blir meldt til Datatilsynet innen 72 timer."]),
    ("obsolete-directive", ["Vi følger direktiv 95/46/EF."], ["Vi følger direktiv 2002/58/EF."]),
    ("obsolete-universal-analytics", ["Vi bruker Google Universal Analytics."], ["Vi bruker Google Analytics 4."]),
    ("obsolete-analytics-signs", ["Informasjonskapselen __utma varer i to år."],
     ["Informasjonskapselen _ga varer i to år."]),
    ("obsolete-ekomloven", ["Informasjonskapsler er regulert i ekomloven § 2-7 b."],
     ["Informasjonskapsler er regulert i ekomloven § 3-15."]),
    ("obsolete-nkom", ["Nkom fører tilsyn med reglene om informasjonskapsler."],
     ["Nkom fører tilsyn med informasjonskapsler.", "Datatilsynet fører tilsyn med personvernet."]),
    ("obsolete-archive-act", ["Vi arkiverer etter arkivlova av 4. desember 1992 nr. 126."],
     ["Vi arkiverer etter arkivlova av 2025."]),
    ("obsolete-regulation-2000", ["Innsyn følger personopplysningsforskriften kapittel 9."],
     ["Personopplysningsforskriften av 2000 er opphevet."]),
    ("obsolete-authority", ["Du kan klage til Fylkesmannen."],
     ["Du kan klage til Statsforvalteren (tidligere Fylkesmannen)."]),
    ("obsolete-authority", ["Saken går til Arkivverket."], ["Saken går til Nasjonalarkivet."]),
    ("obsolete-article-29-group", ["Vi følger rådene som Artikkel 29-gruppen gir."],
     ["Vi følger Artikkel 29-gruppens retningslinjer (WP260)."]),
    ("obsolete-datatilsynet-address", ["Datatilsynet, Postboks 8177 Dep, 0034 Oslo"],
     ["Datatilsynet, Postboks 458 Sentrum, 0105 Oslo"]),
    ("cookie-browser-consent", ["Ved å bruke nettsiden samtykker du til at vi setter informasjonskapsler."],
     ["Vi setter informasjonskapsler bare hvis du samtykker i banneret."]),
    ("cookie-browser-consent", ["Innstillingen i nettleseren regnes som samtykke til informasjonskapsler."],
     ["Ved å bruke en annonseblokker og ikke godta informasjonskapsler ser du mindre."]),
    ("public-body-legitimate-interest", [PUBLIC, INTEREST], [CONTROLLER, INTEREST]),
    ("public-body-no-dpo", [PUBLIC, ("Kommunen har ikke personvernombud.", "dpo!")],
     [CONTROLLER, ("Vi har ikke personvernombud.", "dpo!")]),
    ("dpo-no-contact", [("Virksomheten har utpekt et personvernombud.", "dpo")],
     [("Virksomheten har utpekt et personvernombud.", "dpo"), "Ombudet nås på ombud@lia.example."]),
    ("other-statement", ["Les mer om rettighetene dine i vår generelle personvernerklæring."],
     ["Les gjerne hele erklæringen."]),
    ("other-controller",
     ["Bø Båt AS er behandlingsansvarlig.", NEW_SECTION, "Nes Marina AS er behandlingsansvarlig for nettsiden."],
     ["Bø Båt AS er behandlingsansvarlig.", NEW_SECTION, "Nes Bank AS er selv behandlingsansvarlig for lånet."]),
    ("placeholder", ["Behandlingsansvarlig er [navn på virksomhet]."], ["Adressen blir 195.159.103.xx."]),
    ("placeholder", ["Opplysningene slettes etter XX år."], ["Vi registrerer firmanavn og kontaktperson."]),
    ("template-remnant", ["På brreg.no bruker vi informasjonskapsler."],
     ["Brønnøysundregistrene er behandlingsansvarlig.", "På brreg.no bruker vi informasjonskapsler."]),
    ("template-remnant", ["Stillingen kan publiseres på tilsynets nettsider."],
     ["Les mer på Datatilsynets nettsider."]),
    ("contact-form-only", [("Kontakt oss i kontaktskjemaet.", "controller_contact")],
     [("Kontakt oss i kontaktskjemaet eller på post@lia.example.", "controller_contact")]),
    ("representative-missing", [("Behandlingsansvarlig er Fjord Apps Inc., Delaware, USA.", "controller")],
     [("Behandlingsansvarlig er Fjord Apps Inc., Delaware, USA.", "controller"),
      "Vår representant i EØS er Lia Data AS."]),
    ("recipients-vague", [("Vi kan dele opplysninger med våre samarbeidspartnere.", "recipients")],
     [("Vi deler opplysninger med leverandører av regnskapstjenester.", "recipients")]),
    ("joint-control-no-essence", ["Vi har felles behandlingsansvar med Meta."],
     ["Vi har felles behandlingsansvar med Meta.", "Etter avtalen svarer Meta for innsyn."]),
    ("purpose-vague", [("Vi bruker opplysningene til å forbedre tjenestene våre.", "purpose")],
     [("Vi bruker opplysningene til å forbedre tjenestene våre.", "purpose"),
      ("Adressen brukes til å levere varene.", "purpose")]),
    ("purpose-vague", [("Opplysningene brukes for å utvikle nye tjenester.", "purpose")],
     [("Opplysningene brukes for å utvikle nye tjenester og å sende faktura.", "purpose")]),
    ("basis-vague", [("Opplysningene behandles i henhold til gjeldende lovverk.", "legal_basis")],
     [("Opplysningene behandles i henhold til gjeldende lovverk og avtalen med deg.", "legal_basis")]),
    ("basis-all-six",
     [("Grunnlaget er samtykke, avtale, rettslig forpliktelse, vitale interesser, allmenn interesse eller "
       "berettiget interesse.", "legal_basis")],
     [("Grunnlaget er samtykke, avtale, rettslig forpliktelse eller berettiget interesse.", "legal_basis")]),
    ("special-categories-without-condition",
     [("Vi behandler helseopplysninger for å følge deg opp.", "special_categories")],
     [("Vi behandler helseopplysninger for å følge deg opp.", "special_categories"),
      ("Grunnlaget er artikkel 9 nr. 2 bokstav h.", "legal_basis")]),
    ("criminal-records-without-basis", [("Vi ber om politiattest fra alle trenere.", "special_categories")],
     [("Vi ber om politiattest fra alle trenere.", "special_categories"),
      "Grunnlaget er politiregisterforskriften § 34-1."]),
    ("legal-duty-without-act", [("Vi er lovpålagt å lagre noen opplysninger.", "legal_basis")],
     [("Vi er lovpålagt å lagre bilag, jf. bokføringsloven.", "legal_basis")]),
    ("legal-duty-without-act", [("Grunnlaget er en rettslig forpliktelse.", "legal_basis")],
     [("Grunnlaget er en rettslig forpliktelse etter regnskapsregelverket.", "legal_basis")]),
    ("new-purpose-without-notice", ["Vi kan også bruke opplysningene til andre formål."],
     ["Vi kan bruke opplysningene til andre formål hvis du samtykker."]),
    ("identity-number-without-need", [("Vi registrerer navn og fødselsnummer.", "data_categories")],
     [("Vi registrerer fødselsnummer for å identifisere deg sikkert.", "data_categories")]),
    ("identity-number-without-need", [("Personnummer", "data_categories")],
     [PUBLIC, ("Personnummer", "data_categories")]),
    ("rights-no-method", [("Du har rett til innsyn og sletting.", "access erasure")],
     [("Du har rett til innsyn og sletting.", "access erasure"), CONTACT]),
    ("rights-deadline-long", ["Vi besvarer krav om innsyn innen 60 dager."],
     ["Vi besvarer krav om innsyn innen 30 dager."]),
    ("rights-fee", ["Vi tar et gebyr på 300 kroner for innsyn."],
     ["Vi kan ta gebyr for innsyn hvis kravet er åpenbart grunnløst."]),
    ("objection-buried",
     [INTEREST, ("Du kan be om innsyn, retting og sletting, og protestere.", "access rectification erasure objection")],
     [INTEREST, ("Du kan be om innsyn, retting og sletting.", "access rectification erasure"),
      ("Du har rett til å protestere.", "objection")]),
    ("complaint-only-controller", ["Er du uenig i hvordan vi behandler personopplysninger, send en klage til oss."],
     ["Er du uenig i hvordan vi behandler personopplysninger, send en klage til oss.",
      ("Du kan også klage til Datatilsynet.", "complaint")]),
    ("complaint-only-controller",
     [("Er du uenig i hvordan vi behandler personopplysninger, send en klage til oss.", "complaint")],
     [("Du kan klage på vår behandling av personopplysninger til oss eller tilsynsmyndigheten.", "complaint")]),
    ("camera-retention", [CONSENT, CONTACT, CONTROLLER, ("Opptak fra kameraovervåking slettes etter 60 dager.", "retention")],
     [("Opptak fra kameraovervåking slettes etter 60 dager.", "retention"), "Datatilsynet har gitt dispensasjon."]),
    ("special-categories-without-condition", [("Vi kan samle inn navn og helseopplysninger.", "special_categories")],
     [("Vi samler ikke inn helseopplysninger.", "special_categories!")]),
    ("automated-decisions-no-logic", [AUTOMATIC],
     [AUTOMATIC, "Avgjørelsen bygger på inntekt og gjeld, og kan gi avslag."]),
    ("consent-age", [("Er du under 16 år, må foreldrene samtykke til at du bruker appen.", "children")],
     [("Er du under 13 år, må foreldrene samtykke til at du bruker appen.", "children")]),
    ("consent-age", [("Barn under 15 år kan bare opprette konto med samtykke fra foresatte.", "children")],
     [("Foresatte må samtykke til bilder av barn under 15 år.", "children")]),
    ("no-date", [CONTROLLER], [CONTROLLER, ("Sist oppdatert 3. mars 2026.", "changes")]),
]  # fmt: skip


@pytest.fixture
def codes(knowledge, names):
    """Give the codes found in lines."""

    def found(lines, **options):
        return {f.code for f in judge(*lines, knowledge=knowledge, names=names, **options).findings}

    return found


@pytest.mark.parametrize(("code", "true", "near"), CASES, ids=[c[0] for c in CASES])
def test_finding(codes, code, true, near):
    assert code in codes(true)
    assert code not in codes(near)


def test_every_finding_has_an_example_and_a_near_miss(knowledge):
    assert {code for code, _, _ in CASES} | OWN_TESTS == set(knowledge.finding)


def test_a_statement_that_cannot_be_read_is_not_judged(codes):
    unreadable = ("Teksten er ikke på norsk.", "Bruk den norske utgaven.")
    found = codes([("Data are kept as long as necessary.", "retention")], unreadable=unreadable)
    assert found == {"not-assessable"}
    assert "not-assessable" not in codes([CONTROLLER])


# code, line, a day on which it is found, a day on which it is not yet or no longer
DATED = [
    ("obsolete-privacy-shield", "Leverandøren følger Privacy Shield.", "2020-07-16", "2020-07-15"),
    ("obsolete-safe-harbor", "Leverandøren følger Safe Harbor.", "2015-10-06", "2015-10-05"),
    ("obsolete-scc", "Vi bruker standardkontraktene i 2010/87/EU.", "2022-12-27", "2021-01-01"),
    ("obsolete-universal-analytics", "Vi bruker Universal Analytics.", "2023-07-01", "2023-06-30"),
    ("obsolete-archive-act", "Vi følger arkivlova av 1992.", "2026-01-01", "2025-12-31"),
    ("obsolete-ekomloven", "Cookies er regulert i ekomloven § 2-7 b.", "2025-01-01", "2024-12-31"),
    ("obsolete-authority", "Du kan klage til Fylkesmannen.", "2021-01-01", "2020-12-31"),
    ("obsolete-authority", "Saken går til Arkivverket.", "2026-01-01", "2025-12-31"),
    ("obsolete-licence", "Registeret er meldt til Datatilsynet.", "2018-07-20", "2018-07-19"),
    ("cookie-browser-consent", "Ved å bruke nettsiden samtykker du til cookies.", "2025-01-01", "2024-06-01"),
    ("transfer-no-safeguard", ("Opplysningene lagres i Brasil.", "transfer"), "2026-01-25", "2026-01-26"),
    ("transfer-no-safeguard", ("Opplysningene lagres i Storbritannia.", "transfer"), "2021-06-27", "2021-06-28"),
    ("transfer-no-safeguard", ("Opplysningene lagres i Storbritannia.", "transfer"), "2031-12-28", "2031-12-27"),
    ("retention-longer-than-act", ("Bilag lagres i ti år etter bokføringsloven.", "retention"), "2014-02-01", "2014-01-31"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "line", "found_on", "not_on"), DATED)
def test_findings_are_those_of_the_day(codes, code, line, found_on, not_on):
    assert code in codes([line], as_of=found_on)
    assert code not in codes([line], as_of=not_on)


def test_findings_quote_the_statement(knowledge, names):
    lines = [MAILCHIMP, INTEREST, "Vi følger direktiv 95/46/EF."]
    text = "\n".join(line if isinstance(line, str) else line[0] for line in lines)
    result = judge(*lines, knowledge=knowledge, names=names)
    quotes = [quote for finding in result.findings for quote in finding.evidence]
    assert quotes
    assert all(text[quote.start : quote.end] == quote.text for quote in quotes)


def test_braces_in_a_statement_are_only_text(codes):
    assert "other-controller" in codes(
        ["Bø {0} {x} AS er behandlingsansvarlig.", "B{0}t AS er behandlingsansvarlig.",
         "Bø Båt AS er behandlingsansvarlig.", NEW_SECTION, "Nes Marina AS er behandlingsansvarlig."]
    )  # fmt: skip


@pytest.mark.parametrize("language", ["nb", "en"])
def test_messages_are_complete_in_both_languages(knowledge, names, language):
    for _, true, _ in CASES:
        for finding in judge(*true, knowledge=knowledge, names=names, language=language).findings:
            text = f"{finding.title} {finding.message} {finding.advice}"
            assert "{" not in text
            assert all((finding.title, finding.message, finding.advice))


def result_of(rule, *lines, knowledge, names, **options):
    result = judge(*lines, knowledge=knowledge, names=names, **options)
    return next(r for r in result.requirements if r.rule == rule)


def test_a_reason_names_the_segment_and_quotes_it(knowledge, names):
    result = judge(CONTROLLER, CONSENT, knowledge=knowledge, names=names)
    withdraw = next(d for d in result.disclosures if d.id == "withdraw_consent")
    assert withdraw.status == "missing"
    assert withdraw.required_by == (1,)
    assert "Segment 1: «Grunnlaget er samtykke" in withdraw.reason


# rule, lines that make it apply, lines that do not
RULES = [
    ("R03", [("Fjord Apps LLC er behandlingsansvarlig.", "controller")], [CONTROLLER]),
    ("R04", [PUBLIC], [CONTROLLER]),
    ("R07", [("Vi behandler helseopplysninger.", "special_categories")], [("Ingen.", "special_categories!")]),
    ("R08", [("Vi ber om politiattest.", "special_categories")], [CONTROLLER]),
    ("R09", [("Vi er lovpålagt å lagre bilag.", "legal_basis")], [CONSENT]),
    ("R10", [INTEREST], [CONSENT]),
    ("R11", [PUBLIC, INTEREST], [CONTROLLER, INTEREST]),
    ("R13", [MAILCHIMP], [("Vi bruker Tripletex.", "recipients")]),
    ("R14", [TO_USA], [("Data blir i Norge.", "transfer!")]),
    ("R20", [INTEREST], [CONSENT]),
    ("R21", [CONSENT], [INTEREST]),
    ("R22", [CONSENT], [INTEREST]),
    ("R25", ["Vi driver profilering av kunder."], ["Vi driver ikke profilering av kunder."]),
    ("R25", ["Vi foretar kredittvurdering."], ["Bildene brukes til profilering av korpset."]),
    ("R27", ["Vi henter adresser fra Folkeregisteret."],
     ["Vi henter adresser fra Folkeregisteret.", "Det er gjort unntak fra informasjonsplikten, jf. artikkel 14 nr. 5."]),
    ("R28", ["Vi kan bruke dem til andre formål."], ["De brukes ikke til andre formål."]),
    ("R29", ["Vi har felles behandlingsansvar med Meta."], [CONTROLLER]),
    ("R32", [CONSENT, ("Foresatte samtykker for barn.", "children")], [INTEREST, ("Tilbudet er for barn.", "children")]),
    ("R33", [("Vi registrerer fødselsnummer.", "data_categories")], [("Vi registrerer navn.", "data_categories")]),
    ("R34", [("Vi bruker informasjonskapsler.", "cookies")], [("Vi bruker ikke cookies.", "cookies!")]),
    ("R35", [("Vi har kameraovervåking.", "purpose")], [("Vi har ikke kameraovervåking.", "purpose")]),
    ("R36", ["Vi kan åpne ansattes e-post."], ["Vi leser ikke ansattes e-post."]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "applies", "does_not"), RULES, ids=[r[0] for r in RULES])
def test_requirement_applies(knowledge, names, rule, applies, does_not):
    yes = result_of(rule, *applies, knowledge=knowledge, names=names)
    assert yes.required
    assert "Segment" in yes.reason
    assert not result_of(rule, *does_not, knowledge=knowledge, names=names).required


def test_a_requirement_without_a_topic_stands_as_its_findings(knowledge, names):
    bad = result_of("R09", ("Vi er lovpålagt.", "legal_basis"), knowledge=knowledge, names=names)
    assert (bad.status, bad.findings) == ("undetermined", ("legal-duty-without-act",))
    good = result_of(
        "R09", ("Grunnlaget er lovkrav i bokføringsloven.", "legal_basis"), knowledge=knowledge, names=names
    )
    assert (good.status, good.findings) == ("present", ())
    assert result_of("R09", CONSENT, knowledge=knowledge, names=names).status == "not_applicable"


def test_a_requirement_with_a_grave_finding_is_met_in_part(knowledge, names):
    old = ("Overføringen til USA bygger på Privacy Shield.", "transfer")
    assert result_of("R14", old, knowledge=knowledge, names=names).status == "partial"
    assert result_of("R14", TO_USA, knowledge=knowledge, names=names).status == "present"


def test_an_exception_that_is_invoked_leaves_only_questions(knowledge, names):
    invoked = "Vi informerer ikke den enkelte, jf. artikkel 14 nr. 5 bokstav b."
    missing = [
        f
        for f in judge(CONTROLLER, invoked, knowledge=knowledge, names=names).findings
        if f.code.startswith("missing")
    ]
    assert {f.severity for f in missing} == {"info"}
    assert all("unntak" in f.message and f.evidence for f in missing)
    bare = judge(
        CONTROLLER, "Innsyn kan nektes etter personopplysningsloven § 16.", knowledge=knowledge, names=names
    )
    assert "error" in {f.severity for f in bare.findings}


@pytest.mark.parametrize("rule", ["R20", "R21"])
def test_rights_that_depend_on_the_ground_are_left_open_where_none_is_given(rule, knowledge, names):
    options = {"knowledge": knowledge, "names": names}
    silent = result_of(rule, CONTROLLER, **options)
    assert (silent.required, silent.status) == (None, "undetermined")
    vital = ("Grunnlaget er å verne vitale interesser.", "legal_basis")
    assert result_of(rule, CONTROLLER, vital, **options).status == "not_applicable"


def test_what_cannot_be_told_of_an_unreadable_statement_is_left_open(knowledge, names):
    options = {"knowledge": knowledge, "names": names, "unreadable": ("Skadd.", "Les på nytt.")}
    assert result_of("R22", CONTROLLER, **options).required is None
    assert result_of("R22", CONSENT, **options).required is True
    assert result_of("R22", CONSENT, **options).status == "undetermined"
