"""OCR restoration: damaged sentences in bokmål and nynorsk, what must not change, and the alignment."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.records import Repair, Restoration, Span
from analyzer.restoration import Restorer, find_pieces, is_suspect
from analyzer.restoration.spelling import LetterModel
from analyzer.restoration.tokens import find_tokens

# Damage around a sentence: a text is restored only if it is damaged as a whole.
BOKMAAL = (
    "Denne personvernerkleeringen gjelder for nettsidene vare. Nar du besgker oss, far vi tilgang til "
    "opplysninger som er ngdvendige for a levere tjenesten. Vi lagrer ogsa formalet med behandlingen.\n\n"
)
NYNORSK = (
    "Denne personvernerklzeringa gjeld for nettsidene vare. Nar du besokjer oss, far vi tilgang til "
    "opplysningar som er nodvendige for a levere tenesta. Vi lagrar ogsa foremalet med behandlinga, og "
    "det er ikkje noko vi gjer utan at du har sagt ja til det sjolv.\n\n"
)


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


def read(restorer, sentence, around=BOKMAAL):
    restored = restorer.restore(around + sentence).text
    return restored.split("\n\n", 1)[1]


@pytest.mark.parametrize(
    ("damaged", "restored"),
    [
        # ø as g, o, e, a, @
        ("Det er ngdvendig for tjenesten.", "Det er nødvendig for tjenesten."),
        ("Opplysningene overferes til leverandoren.", "Opplysningene overføres til leverandøren."),
        ("Du kan nar som helst be om sletting.", "Du kan når som helst be om sletting."),
        ("@nsker du innsyn, ta kontakt.", "Ønsker du innsyn, ta kontakt."),
        # å as a, 4, &, a4
        ("Vi bruker dem til a svare deg.", "Vi bruker dem til å svare deg."),
        ("Du har rett til 4 klage.", "Du har rett til å klage."),
        ("Du har rett til & klage.", "Du har rett til å klage."),
        ("Opplysningene slettes etter fem ar.", "Opplysningene slettes etter fem år."),
        # æ as ee, ae, z, e
        ("Les hele personvernerklzringen.", "Les hele personvernerklæringen."),
        ("Dette er seerlige kategorier.", "Dette er særlige kategorier."),
        # words that are words either way
        ("Ta kontakt med var kundeservice.", "Ta kontakt med vår kundeservice."),
        ("Det var ikke mulig.", "Det var ikke mulig."),
        ("Vi lagrer dem sa lenge du er kunde.", "Vi lagrer dem så lenge du er kunde."),
        ("Du far svar innen en maned.", "Du får svar innen en måned."),
        ("Vi ber om samtykke for vi deler noe.", "Vi ber om samtykke før vi deler noe."),
        ("Vi har en avtale for behandlingen.", "Vi har en avtale for behandlingen."),
        ("Behandlingen ma ha et grunnlag.", "Behandlingen må ha et grunnlag."),
        # stray capitals, a first letter lost, words run together
        ("Ring oss pa tIf. 400 00 123.", "Ring oss på tlf. 400 00 123."),
        ("Det er av konomisk betydning.", "Det er av økonomisk betydning."),
        ("Du kan klikke paen lenke.", "Du kan klikke på en lenke."),
        ("Vi bruker bla. kart.", "Vi bruker bla. kart."),
        # compounds that no list has
        ("Vi bruker et statistikkverktgy.", "Vi bruker et statistikkverktøy."),
        ("Se vare overvakingsrutiner.", "Se våre overvåkingsrutiner."),
        # capitals
        ("SLIK GJOR DU DET", "SLIK GJØR DU DET"),
        ("Overfgring til land utenfor E@S skjer ikke.", "Overføring til land utenfor EØS skjer ikke."),
        # other letters
        ("Dette skjer giennom avtalen.", "Dette skjer gjennom avtalen."),
    ],
)
def test_restores_bokmaal(restorer, damaged, restored):
    assert read(restorer, damaged) == restored


@pytest.mark.parametrize(
    ("damaged", "restored"),
    [
        ("Vi hentar opplysningar fra deg.", "Vi hentar opplysningar frå deg."),
        ("Kva er foremalet med behandlinga?", "Kva er føremålet med behandlinga?"),
        ("Du har rett til a sja opplysningane.", "Du har rett til å sjå opplysningane."),
        ("Det gjeld ogsa informasjonskapslar.", "Det gjeld også informasjonskapslar."),
        ("Du kan gjere det sjolv.", "Du kan gjere det sjølv."),
        ("Vi lagrar dei i fem ar.", "Vi lagrar dei i fem år."),
    ],
)
def test_restores_nynorsk(restorer, damaged, restored):
    assert read(restorer, damaged, NYNORSK) == restored


@pytest.mark.parametrize(
    "kept",
    [
        "Skriv til post@soknad-radgivning.no eller se https://www.sporsmal.no/na/for.",
        "Org.nr. 974 760 673, telefon 22 39 69 00, 4 ansatte.",
        "Vi har 4 ansatte, jf. § 4 og 5.",
        "Microsoft Azure og Google Analytics brukes.",
        "Kari Larsen og Ola Hansen svarer.",
        "Avtalen er inngått med EU, jf. artikkel 6 nr. 1 bokstav a, b og f.",
        "We may share the data with partners in the US for the same purpose.",
    ],
)
def test_keeps_what_is_intact_among_damage(restorer, kept):
    assert read(restorer, kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Vår personvernerklæring\r\n\tmed  merkelige mellomrom\u00a0og får, for og før.\n",
        "We process personal data for the purposes stated here, and so far we have never sold it. " * 20,
        "Vi lagrer navn, adresse og telefonnummer. Opplysningene deles ikke med andre.",
        "Opplysningene våre får du når du ønsker det. " * 40 + "var for far sa na ar matte " * 3,
    ],
)
def test_intact_text_stays_byte_for_byte(restorer, text):
    assert restorer.restore(text) == Restoration(text, (), 0.0)


def test_only_the_damaged_part_is_touched(restorer):
    intact = "Her står det at vi får opplysninger når du ønsker å være kunde hos oss. " * 20
    restored = restorer.restore(intact + "\n" + BOKMAAL * 5).text
    assert restored.startswith(intact)
    assert "besøker" in restored


def test_repairs_tie_the_text_to_its_source(restorer):
    source = BOKMAAL + "Du har rett til 4 klage."
    restoration = restorer.restore(source)
    assert 0.05 < restoration.damage < 0.5
    for repair in restoration.repairs:
        assert source[repair.start : repair.end] == repair.original
        assert 0.5 <= repair.score <= 1
    for word in ("personvernerklæringen", "nødvendige", "klage"):
        start = restoration.text.index(word)
        span = restoration.locate(start, start + len(word))
        read_as = source[span.start : span.end]
        assert read_as in ("personvernerkleeringen", "ngdvendige", "klage")


def test_locate_maps_boundaries():
    source, text = "x aee y 4 z", "x æ y å z"
    restoration = Restoration(text, (Repair(2, 5, "aee", "æ", 0.9), Repair(8, 9, "4", "å", 0.9)), 0.4)
    assert restoration.locate(0, 1) == Span(0, 1)
    assert restoration.locate(2, 3) == Span(2, 5)
    assert restoration.locate(4, 5) == Span(6, 7)
    assert restoration.locate(6, 9) == Span(8, 11)
    assert restoration.locate(0, len(text)) == Span(0, len(source))


_pieces = st.sampled_from(
    [
        "ngdvendig",
        "personvernerkleering",
        " ",
        "\n",
        "4",
        "a",
        "var",
        "@",
        "&",
        "pa",
        ".",
        "¢ ",
        "|",
        "ø",
        "é",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_pieces, max_size=80).map(" ".join)))
def test_alignment_holds_for_any_text(restorer, text):
    source = BOKMAAL + text
    restoration = restorer.restore(source)
    last = shift = 0
    rebuilt = []
    for repair in restoration.repairs:
        assert last <= repair.start <= repair.end <= len(source)
        assert source[repair.start : repair.end] == repair.original != repair.restored
        rebuilt += [source[last : repair.start], repair.restored]
        last = repair.end
        shift += len(repair.restored) - len(repair.original)
    assert "".join([*rebuilt, source[last:]]) == restoration.text
    assert len(restoration.text) == len(source) + shift
    places = [restoration.locate(i, i + 1) for i in range(len(restoration.text))]
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(places))
    assert all(0 <= p.start <= p.end <= len(source) for p in places)


def test_pieces_cover_the_text():
    text = "linje\n" * 1000
    pieces = find_pieces(text)
    assert pieces[0][0] == 0
    assert pieces[-1][1] == len(text)
    assert all(a[1] == b[0] for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("piece", "suspect"),
    [("Når du får råd om å være på nett", False), ("Nar du far rad om a vere pa nett", True)],
)
def test_suspect_pieces_lack_norwegian_letters(piece, suspect):
    assert is_suspect(piece) is suspect


def test_addresses_are_not_words():
    words = [t.text for t in find_tokens("Se www.sok.no/a, a@b.no og https://x.no/ar. Nar? unders@kelse")]
    assert words == ["Se", "og", "Nar", "unders@kelse"]


def test_letter_model_prefers_norwegian_spelling():
    model = LetterModel.fit(["journalføring", "føringer", "plikt", "overføring", "journal", "følge"])
    assert model.score("føring") > model.score("fgring")
    assert model.score("plikt") < 0
    assert LetterModel(model.codes).score("føring plikt") == model.score("føring plikt")


@pytest.mark.parametrize("word", ["", "a", "æøå", "漢字", "x" * 200, "a b"])
def test_letter_model_takes_any_word(word):
    assert LetterModel.fit(["abc"]).score(word) <= 0
