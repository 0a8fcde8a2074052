"""The HTML pages as text: complete, escaped, with links that lead somewhere, and small."""

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import get_args, get_type_hints

import hostile
import lxml.html
import pytest

from analyzer.auditing import run_audit
from analyzer.evidence import Source, best_segment, count_undecided, shorten
from analyzer.html_audit import render_audit
from analyzer.html_report import render_report
from analyzer.marked import GROUPS
from analyzer.page import read_words, tame
from analyzer.records import Contact, Party, Recipient, RetentionClass
from analyzer.report import Report
from analyzer.verdicts import Severity, Status

ROOT = Path(__file__).parent.parent
HELDOUT = ROOT / "corpus" / "heldout"
DAMAGE = str.maketrans({"å": "a", "ø": "o", "æ": "ee"})


def analyse(az, name, text=None):
    return az.analyze((text or (HELDOUT / f"{name}.txt").read_text(encoding="utf-8")).encode(), id=name).data


@pytest.fixture(scope="module")
def report(az):
    return analyse(az, "kvilheim-hotels")


@pytest.fixture(scope="module")
def damaged(az):
    return analyse(az, "skannet", (HELDOUT / "potelag.txt").read_text(encoding="utf-8").translate(DAMAGE))


def poison(value, payload):
    """Put a payload behind every free text of a report."""
    closed = {
        "id",
        "status",
        "severity",
        "code",
        "role",
        "kind",
        "sector",
        "bound",
        "class",
        "article",
        "duration",
        "of",
        "disclosure",
    }
    if isinstance(value, dict):
        return {
            key: value[key] + payload
            if isinstance(value[key], str) and key not in closed
            else poison(value[key], payload)
            for key in value
        }
    if isinstance(value, list):
        return [poison(item, payload) for item in value]
    return value


def normal(text):
    return " ".join(text.split())


def test_the_whole_statement_is_there(report):
    body = lxml.html.fromstring(render_report(report)).cssselect(".body")[0]
    for tag in body.cssselect(".tag, .page"):
        tag.drop_tree()
    assert re.sub(r"\s", "", body.text_content()) == re.sub(r"\s", "", report["document"]["text"])


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_part_is_there(report, language):
    page = lxml.html.fromstring(render_report(report, language))
    text = normal(page.text_content())
    words = read_words(language)
    for disclosure in report["disclosures"]:
        row = page.get_element_by_id(f"d-{disclosure['id']}")
        assert words["status"][disclosure["status"]] in row.text_content()
        best = best_segment(report, disclosure)
        if best is not None:
            assert normal(shorten(report["segments"][best]["text"], 260))[:200] in normal(row.text_content())
    for finding in report["findings"]:
        assert normal(finding["advice"]) in text
    for recipient in report["recipients"]:
        assert recipient["name"] in text
    for key in ("purposes", "data_categories"):
        shown = normal(page.get_element_by_id(key).text_content())
        assert report[key]
        for row in report[key]:
            assert row["phrase"].casefold() in shown.casefold()
    parties = normal(page.get_element_by_id("parties").text_content())
    for row in (*report["contacts"], *report["recipients"], {"text": report["organisation"]["name"]}):
        if row.get("role") != "partner":
            assert normal(row.get("name") or row["text"]) in parties


def test_what_may_be_required_stands_by_itself(az):
    text = (
        "Fjellheim turlag er behandlingsansvarlig. Vi lagrer navn, adresse og telefonnummer for å sende ut medlemsbladet og "
        "kreve inn kontingenten. Medlemslista sletter vi ett år etter at du har meldt deg ut. Du kan kreve innsyn, retting "
        "og sletting av opplysningene. Spørsmål om dette sender du til post@fjellheim.example."
    )
    report = analyse(az, "turlag", text)
    page = lxml.html.fromstring(render_report(report))
    (rows,) = [r for r in page.iter("tbody") if "Kan ikke avgjøres om det er påkrevd" in r.text_content()]
    assert {r.get("id") for r in rows.iter("tr")} - {None} == {"d-objection", "d-portability"}
    assert "For 2 kan det ikke avgjøres om de er påkrevd." in normal(page.text_content())
    assert count_undecided(report) == 2
    assert count_undecided(analyse(az, "kort", "Personvern. Vi lagrer navn.")) == 0


def test_parties_and_their_places(report):
    text = "Vi og Dal AS har felles ansvar. Ombud er Åse Li. Før het vi Fylkesmannen. Vi har Posten, og Posten sender."
    data = copy.deepcopy(report)
    data["document"] |= {"text": text, "restoration": {"repairs": []}}
    data["sections"], data["findings"], data["contacts"] = [], [], []
    data["segments"] = [
        {"start": 0, "end": len(text), "text": text, "section": 0, "page": 2, "categories": []}
    ]
    data["disclosures"] = [{**d, "evidence": []} for d in data["disclosures"]]

    def place(word, start=0, **more):
        start = text.index(word, start)
        return {"start": start, "end": start + len(word), "text": word, "name": word, **more}

    data["parties"] = [place("Dal AS", role="joint_controller"), place("Åse Li", role="dpo")]
    data["authorities"] = [place("Fylkesmannen", current="Statsforvalteren", renamed_on="2021-01-01")]
    data["recipients"] = [
        place("Posten", role="processor", country="NO"),
        place("Posten", text.index("og Posten"), role="processor", country="NO"),
    ]
    for key in ("purposes", "data_categories", "legal_bases", "retention"):
        data[key] = []
    page = lxml.html.fromstring(render_report(data))
    rows = {normal(tr.findtext("th")): tr.find("td") for tr in page.cssselect("#parties tr")}
    assert {role: normal(td.text_content()) for role, td in rows.items()} == {
        "Behandlingsansvarlig": data["organisation"]["name"],
        "Felles behandlingsansvarlige": "Dal AS",
        "Personvernombud": "Åse Li",
        "Databehandlere": "Posten 2",
        "Myndigheter": "Fylkesmannen (nå: Statsforvalteren)",
    }
    for td in rows.values():
        for a in td.cssselect("a"):
            there = page.get_element_by_id(a.get("href")[1:]).text_content()
            assert there in ("Dal AS", "Åse Li", "Posten", "Fylkesmannen")
    assert "Ingen formål er funnet" in page.text_content()


def test_what_is_missing_links_to_the_finding_that_says_so(report):
    """A recipient that implies a transfer is the finding where the transfer is what is missing."""
    data = copy.deepcopy(report)
    disclosure = next(d for d in data["disclosures"] if d["id"] == "transfer")
    disclosure |= {"status": "missing", "required": True, "evidence": []}
    finding = {"code": "transfer-undisclosed", "severity": "warning", "title": "Amerikansk tjeneste", "message": "",
               "articles": ["13(1)(f)"], "evidence": [], "advice": ""}  # fmt: skip
    data["findings"].append(finding)
    requirement = next(r for r in data["requirements"] if r["disclosure"] == "transfer")
    requirement["findings"] = ["transfer-undisclosed"]
    page = lxml.html.fromstring(render_report(data))
    number = f"#f{len(data['findings'])}"
    assert page.get_element_by_id("d-transfer").xpath(".//@href") == [number]
    (link,) = page.xpath(f"//*[@class='wrong']//a[@href='{number}']")
    assert link.text == disclosure["title"]
    assert "Amerikansk tjeneste" in page.get_element_by_id(number[1:]).text_content()


def test_links_lead_somewhere_and_never_out(report, damaged):
    for data in (report, damaged):
        page = lxml.html.fromstring(render_report(data))
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {href for href in page.xpath("//@href") if href != "#"} <= {f"#{id}" for id in ids}


def test_the_same_report_gives_the_same_page(report):
    assert render_report(report) == render_report(json.loads(json.dumps(report)))


def test_restored_words_show_what_was_read(damaged):
    repairs = damaged["document"]["restoration"]["repairs"]
    assert len(repairs) > 20
    body = lxml.html.fromstring(render_report(damaged)).cssselect(".body")[0]
    pairs = {(d.text_content(), d.getnext().text_content()) for d in body.cssselect("del")}
    assert pairs == {(r["original"], r["restored"]) for r in repairs}


def test_a_notebook_shows_what_was_read(damaged):
    table = Report(damaged)._repr_html_()
    assert 'title="Lest som «' in table
    assert "<script" not in Report(poison(damaged, hostile.SCRIPT))._repr_html_()


@pytest.mark.parametrize(
    "payload", [hostile.SCRIPT, hostile.HANDLER, hostile.BREAKOUT, hostile.LINKS, hostile.TEMPLATE]
)
def test_nothing_in_a_report_becomes_markup(report, payload):
    data = poison(copy.deepcopy(report), payload)
    page = lxml.html.fromstring(render_report(data))
    assert len(page.cssselect("script")) == 1
    assert not page.cssselect("img, iframe, object, embed, link, form, b[onclick]")
    assert not [
        name for e in page.iter() if isinstance(e.tag, str) for name in e.attrib if name.startswith("on")
    ]
    assert all(href.startswith("#") for href in page.xpath("//@href"))
    assert not page.xpath("//@src")
    assert payload.split("\n")[0] in page.text_content()


def test_the_policy_allows_only_the_pages_own_script_and_style(report):
    page = lxml.html.fromstring(render_report(report))
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not page.xpath("//@style")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gnp.\u202eexe", "gnp.[U+202E]exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "[U+2066][U+2069][U+200E][U+200F][U+061C]"),
        ("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"),
        ("\ud800", "[U+D800]"),
        ("\U000e0041", "[U+E0041]"),  # a tag character, invisible everywhere
        ("mid\u00addel linje\nny\u200blinje\t", "mid\u00addel linje\nny\u200blinje\t"),
        (7, 7),
    ],
)
def test_tame(text, shown):
    assert tame(text) == shown


def test_a_long_statement_gives_a_small_page(az):
    names = ("torrbekkenbryggeri", "kvilheim-hotels", "kodebrygga")
    text = "\n\n".join((HELDOUT / f"{name}.txt").read_text(encoding="utf-8") for name in names)
    data = analyse(az, "lang", text)
    assert data["document"]["words"] > 3000
    assert len(render_report(data).encode()) < 500_000


@pytest.mark.parametrize(
    ("texts", "best"),
    [
        (["Lagringstid", "Vi sletter loggen etter et år."], 1),  # a heading
        (["3. Sletting av logger ........ 7", "Vi sletter loggen etter et år."], 1),  # of a table of contents
        (["2.1 Sletting av logger", "Vi sletter loggen etter et år."], 1),  # the same without leaders
        (["Hvor lenge lagrer vi loggen?", "Loggen: ett år"], 1),
        (["Vi lagrer slik:", "logg | ett år"], 1),
        (["post@nes.example", "Vi lagrer det lenge"], 0),  # an address says where
        (["Loggen slettes etter et år", "Vi sletter den så."], 0),  # the first of two that say something
        (["Lagringstid", "Sletting:"], 0),  # nothing better
        (["Lagringstid"], 0),
        ([], None),
    ],
)
def test_a_quote_says_something(texts, best):
    data = {
        "segments": [{"text": t, "categories": [{"id": "retention", "score": 0.9}]} for t in texts],
        "sections": [{"title": "Sletting av logger"}, {"title": ""}],
    }
    assert best_segment(data, {"id": "retention", "evidence": list(range(len(texts)))}) == best


def test_an_unsure_sentence_is_no_better_than_a_sure_heading():
    scores = {"Lagringstid": 1.0, "Vi er her for deg i mange år.": 0.3}
    data = {
        "segments": [
            {"text": text, "categories": [{"id": "retention", "score": score}]}
            for text, score in scores.items()
        ],
        "sections": [],
    }
    assert best_segment(data, {"id": "retention", "evidence": [0, 1]}) == 0


@pytest.mark.parametrize("limit", [1, 5, 12, 40])
def test_quotes_are_cut_at_words(limit):
    data = {
        "document": {
            "text": "Det er ngdvendig for tjenesten.",
            "restoration": {"repairs": [{"start": 7, "end": 16, "original": "ngdvendig", "restored": "nødvendig"}]},
        }
    }  # fmt: skip
    pieces = Source(data).quote(0, 31, "Det er nødvendig for tjenesten.", limit)
    shown = "".join(piece.text for piece in pieces)
    whole = "Det er nødvendig for tjenesten."
    assert shown == whole or (shown.endswith(" …") and whole.startswith(shown.removesuffix(" …")))
    assert len(shown) <= limit + 2


@pytest.mark.parametrize(
    ("start", "end", "cuts", "shown"),
    [
        (0, 6, (), ["ab", "XY", "ef"]),
        (3, 6, (), ["XY", "ef"]),  # a repaired word is never cut
        (0, 3, (1,), ["a", "b", "XY"]),
        (4, 6, (5,), ["e", "f"]),
    ],
)
def test_pieces(start, end, cuts, shown):
    repair = {"start": 2, "end": 4, "original": "cd", "restored": "XY"}
    source = Source({"document": {"text": "abcdef", "restoration": {"repairs": [repair]}}})
    assert [piece.text for piece in source.pieces(start, end, cuts)] == shown


def test_every_topic_has_a_colour_and_every_country_a_name(knowledge):
    assert sorted(topic for topics in GROUPS.values() for topic in topics) == sorted(knowledge.topic_ids)
    services = tomllib.loads((ROOT / "analyzer" / "data" / "services.toml").read_text(encoding="utf-8"))
    countries = {entry["country"] for entries in services.values() for entry in entries if "country" in entry}
    assert countries | knowledge.eea <= set(read_words("nb")["country"])


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("status", get_args(Status)),
        ("severity", get_args(Severity)),
        ("retention_class", get_args(RetentionClass)),
        ("role", get_args(get_type_hints(Recipient)["role"])),
    ],
)
def test_every_value_of_a_record_has_a_word(section, values):
    assert set(values) <= set(read_words("nb")[section])


def test_every_data_subject_party_and_contact_has_a_word(knowledge):
    words = read_words("nb")
    assert {pattern.value for pattern in knowledge.patterns_of("data_subject")} == set(words["subject"])
    assert set(get_args(get_type_hints(Contact)["of"])) == set(words["contact"])
    assert set(get_args(get_type_hints(Party)["role"])) <= set(words["parties"])


def test_words_are_given_in_both_languages():
    nb, en = read_words("nb"), read_words("en")
    assert {s: sorted(keys) for s, keys in nb.items()} == {s: sorted(keys) for s, keys in en.items()}


# --- The overview of an audit --------------------------------------------------------------------


def rows_of(data, id):
    """Give the rows of documents.csv and findings.csv, but not under the name «source», which stands for two things."""
    document = {
        "id": id,
        **data["organisation"],
        "organisation": data["organisation"]["name"],
        "date": data["document"]["date"],
        **data["summary"],
        **{d["id"]: d["status"] for d in data["disclosures"]},
    }
    findings = [
        {"id": id, **{key: f[key] for key in ("code", "severity", "title")}} for f in data["findings"]
    ]
    return document, findings


def overview(reports, **options):
    rows = [rows_of(data, id) for id, data in reports.items()]
    return render_audit([row for row, _ in rows], [f for _, found in rows for f in found], **options)


def test_overview(report, damaged):
    page = lxml.html.fromstring(overview({"kvil": report, "d/æ": damaged}, title="Prøve"))
    assert page.findtext(".//h1/bdi") == "Prøve"
    assert {a.get("href") for a in page.cssselect("tbody a")} == {
        "reports/kvil.html",
        "reports/d%2F%C3%A6.html",
    }
    for tr in page.cssselect("tbody tr"):
        data = report if tr.xpath(".//a/@href")[0] == "reports/kvil.html" else damaged
        words = [td.text_content().strip() for td in tr.cssselect("td")[5:]]
        assert words == [read_words("nb")["status"][d["status"]].lower() for d in data["disclosures"]]
    missing = [
        d["title"] for data in (report, damaged) for d in data["disclosures"] if d["status"] == "missing"
    ]
    assert missing[0] in page.cssselect("#gaps")[0].text_content()


def test_overview_of_nothing():
    page = lxml.html.fromstring(render_audit([], [], errors=[{"source": "a.pdf", "error": "a.pdf er tom."}]))
    assert "a.pdf er tom." in page.text_content()


def test_overview_escapes(report):
    data = copy.deepcopy(report)
    data["organisation"] |= {"name": hostile.HANDLER, "sector": hostile.SCRIPT}
    clusters = [{"template": 1, "name": hostile.BREAKOUT, "id": "a"}]
    page = lxml.html.fromstring(overview({"a": data}, clusters=clusters, title=hostile.SCRIPT, errors=[{"source": hostile.HANDLER, "error": hostile.BIDI}]))  # fmt: skip
    assert len(page.cssselect("script")) == 1
    assert not page.cssselect("img, body svg[onload]")
    assert hostile.BREAKOUT in page.text_content()


def test_an_overview_of_two_thousand_is_small(report):
    reports = {f"erklaering-{number}": report for number in range(2000)}
    assert len(overview(reports).encode()) < 5_000_000


def test_an_audit_writes_the_pages(tmp_path):
    run_audit([HELDOUT / "potelag.txt"], tmp_path)
    page = lxml.html.parse(str(tmp_path / "index.html"))
    for href in page.xpath("//tbody//a/@href"):
        assert (tmp_path / href).exists()
