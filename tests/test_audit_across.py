"""What an audit says across organisations, on reports that hold only what is asked of them."""

import random

import pytest

from analyzer.auditing.across import Overview, bootstrap
from analyzer.auditing.organisations import Owners, merge_statuses
from analyzer.auditing.rows import to_days
from analyzer.auditing.templates import find_templates, name_template, sign

WORDS = [
    "vi",
    "lagrer",
    "navn",
    "adresse",
    "bilag",
    "kunde",
    "avtale",
    "grunnlag",
    "samtykke",
    "innsyn",
    "retting",
    "sletting",
    "klage",
    "formål",
    "vern",
]


def text_of(seed, words=300):
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) + dice.choice(("", "en", "er", "ene")) for _ in range(words))


def report(id, text="", completeness=0.5, missing=("dpo",), retention=(), heading="Innsyn", words=None):
    topics = ("dpo", "complaint", "retention")
    return {
        "document": {"id": id, "text": text, "words": words or len(text.split())},
        "sections": [{"title": heading}],
        "disclosures": [
            {"id": t, "title": t, "required": True, "status": "missing" if t in missing else "present"}
            for t in topics
        ],
        "retention": [{"duration": duration, "applies_to": kept} for duration, kept in retention],
        "findings": [],
        "summary": {"completeness": completeness},
    }


def whose(name, sector="private", orgnr=None):
    return {"organisation": name, "orgnr": orgnr, "sector": sector}


def tables(*reports):
    overview = Overview()
    for data, of in reports:
        overview.add(data, of)
    return {name: list(rows) for name, rows in overview.tables()}


def test_completeness_by_sector_and_what_is_missing():
    many = [(report(f"p{i}", completeness=0.8, missing=()), whose(f"Vik {i}", "public")) for i in range(12)]
    few = [
        (report(f"f{i}", completeness=0.2 + 0.1 * i, missing=("dpo", "complaint")), whose(f"Dal {i} AS"))
        for i in range(6)
    ]
    found = tables(*many, *few)
    public, private = found["sectors"]
    assert (public["sector"], public["organisations"], public["completeness"]) == ("public", 12, 0.8)
    assert (public["low"], public["high"]) == (0.8, 0.8)
    assert private["low"] < private["completeness"] == 0.45 < private["high"]
    dpo = next(row for row in found["missing"] if row["disclosure"] == "dpo")
    assert (dpo["required"], dpo["missing"], dpo["share"]) == (18, 6, 0.3333)
    assert 0.1 <= dpo["low"] <= 0.2
    assert 0.5 <= dpo["high"] <= 0.6
    assert [row["disclosure"] for row in found["missing"]] == ["complaint", "dpo"]


def test_organisations_are_drawn_not_statements():
    alike = [1.0] * 50 + [0.0] * 50
    _, narrow_low, narrow_high = bootstrap(alike, [str(i) for i in range(100)])
    _, wide_low, wide_high = bootstrap(alike, [str(i // 10) for i in range(100)])
    assert wide_high - wide_low > 2 * (narrow_high - narrow_low)
    assert bootstrap(alike, [str(i // 10) for i in range(100)])[1:] == (wide_low, wide_high)
    assert bootstrap([0.0, 1.0], ["a", "b"]) == (0.5, None, None)


@pytest.mark.parametrize(
    ("statuses", "merged"),
    [
        (["missing", "partial", "present"], "present"),
        (["missing", "partial"], "partial"),
        (["missing", "undetermined"], "undetermined"),  # what could not be read may give it
        (["not_applicable", "missing"], "missing"),  # that one does not need it, the other still does
        (["not_applicable", "undetermined"], "undetermined"),
        (["not_applicable"], "not_applicable"),
    ],
)
def test_statuses_of_one_organisation(statuses, merged):
    assert merge_statuses(statuses) == merge_statuses(statuses[::-1]) == merged


def test_what_one_statement_gives_the_organisation_gives():
    overview = Overview()
    overview.add(report("kunder", missing=("dpo", "complaint")), whose("Vik  Kommune", "public", "974760673"))
    overview.add(report("ansatte", missing=("dpo", "retention")), whose("vik kommune"))
    overview.add(report("annen"), whose("Dal AS"))
    overview.add(report("ukjent"), whose(None))
    found = dict(overview.tables())
    vik, *others = overview.organisations.rows()
    assert vik == {
        "organisation": "Vik  Kommune", "orgnr": "974760673", "sector": "public",
        "documents": 2, "ids": "kunder, ansatte",
        "required": 3, "present": 2, "missing": 1, "undetermined": 0, "completeness": 0.6667,
        "missing_disclosures": "dpo",
        "dpo": "missing", "complaint": "present", "retention": "present",
    }  # fmt: skip
    assert [row["ids"] for row in others] == ["annen", "ukjent"]
    dpo, *more = found["missing"]
    assert (dpo["disclosure"], dpo["missing"], dpo["organisations"]) == ("dpo", 4, 3)
    assert [(row["disclosure"], row["missing"], row["organisations"]) for row in more] == [
        ("complaint", 1, 0),
        ("retention", 1, 0),
    ]


def test_two_organisations_of_one_name():
    overview = Overview()
    for id, number in (("a", "974760673"), ("b", "923609016"), ("c", None)):
        overview.add(report(id), whose("Vik AS", orgnr=number))
    assert [row["ids"] for row in overview.organisations.rows()] == ["a", "b", "c"]


def test_statements_that_cannot_be_judged_do_not_count():
    empty = report("tom", completeness=0.0, missing=())
    for disclosure in empty["disclosures"]:
        disclosure["status"] = "undetermined"
    found = tables((empty, whose("Tom AS")), (report("a"), whose("Dal AS")))
    assert found["sectors"][0]["documents"] == 1


def test_periods_by_what_is_kept():
    found = tables(
        (report("a", retention=[("P5Y", "Bilag"), ("P30D", "loggen ")]), whose("A AS")),
        (report("b", retention=[("P3Y", "bilag."), (None, "Bilag")]), whose("B AS")),
    )
    bilag = found["periods"][0]
    assert (bilag["kept"], bilag["organisations"], bilag["periods"]) == ("bilag", 2, 2)
    assert (bilag["shortest_days"], bilag["longest_days"]) == (3 * 365.25, 5 * 365.25)


@pytest.mark.parametrize(
    ("duration", "days"),
    [("P1Y6M", 547.875), ("P2W", 14.0), ("PT36H", 1.5), ("P1DT12H", 1.5), ("PT30M", 1 / 48)]
    + [("P", None), ("PT", None), (None, None), ("tull", None)],
)
def test_days(duration, days):
    assert to_days(duration) == pytest.approx(days)


def test_templates_are_found_and_named():
    template, other = text_of(1), text_of(2)
    members = [
        sign(
            report(f"k{i}", f"{name} {template} {text_of(10 + i, 20)}", heading="Personvern i kommunen"),
            name,
            "public",
        )
        for i, name in enumerate(("Vik kommune", "Dal kommune", "Nes kommune"))
    ]
    members += [sign(report(f"b{i}", other, heading=""), None, "private") for i in range(2)]
    members += [sign(report(f"e{i}", text_of(50 + i)), f"Egen {i} AS", "private") for i in range(4)]
    found = list(find_templates(members))
    assert [[m.id for m in cluster] for cluster in found] == [["k0", "k1", "k2"], ["b0", "b1"]]
    assert name_template(found[0]) == "kommune: «Personvern i kommunen»"
    assert name_template(found[1]) == f"«{' '.join(other.split()[:8])} …»"


def test_outliers():
    usual = [
        (report(f"u{i}", completeness=0.7 + 0.01 * i, words=900 + 20 * i), whose(f"U{i}")) for i in range(10)
    ]
    odd = (report("rar", completeness=0.1, words=30), whose("Rar AS"))
    found = tables(*usual, odd)["outliers"]
    assert [(row["id"], row["measure"]) for row in found] == [("rar", "completeness"), ("rar", "words")]
    assert all(row["score"] < -3.5 for row in found)
    assert tables(odd, usual[0])["outliers"] == []


@pytest.mark.parametrize(
    ("name", "number", "key"),
    [
        (None, None, "id:x"),
        ("  Vik  Kommune ", None, "name:vik kommune"),
        ("Vik kommune", "312345678", "nr:312345678"),
        ("Dal AS", None, "nr:328110865"),
        ("Nes AS", None, "name:nes as"),
        ("█████ ██", None, "id:x"),
    ],
)
def test_what_an_organisation_is_known_by(name, number, key):
    owners = Owners()
    owners.learn("Dal AS", "328110865")
    for other in ("311111111", "322222222"):
        owners.learn("Nes AS", other)
    assert owners.key("x", name, number) == key
