"""The HTML pages in a real Chromium: quiet, readable for all, with links that work, at both widths, light and dark."""

import io

import hostile
import pypdfium2
import pytest
from chromium import SCHEMES, WIDTHS, launch_chromium, visit
from test_html import HELDOUT, analyse, damaged, overview, poison, report  # noqa: F401
from typeset import typeset

from analyzer.html_report import render_report


@pytest.fixture(scope="module")
def browser():
    with launch_chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(az, report, damaged, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("pages")
    text = (HELDOUT / "kodebrygga.txt").read_text(encoding="utf-8")
    reports = {
        "report": report,
        "restored": damaged,
        "pdf": az.analyze(typeset(text), id="pdf").data,
        "short": analyse(az, "short", "Personvern: skriv til post@dal.example."),
        "hostile": analyse(az, "hostile", hostile.STATEMENT),
        "poisoned": poison(report, hostile.BREAKOUT + hostile.HANDLER + hostile.BIDI),
    }
    written = {name: render_report(data) for name, data in reports.items()}
    written["audit"] = overview(
        {f"{name}-{number}": data for number in range(30) for name, data in reports.items()},
        title="Personvernerklæringer i prøven",
        clusters=[{"template": 1, "name": "Hotellmal", "id": f"report-{number}"} for number in range(9)],
        errors=[{"source": "kilder/tom.txt", "error": "kilder/tom.txt er tom. Hent den på nytt."}],
    )
    for name, page in written.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report", "restored", "short", "audit"])
def test_pages_are_readable_for_all(browser, pages, name, width, scheme):
    with visit(browser, pages / f"{name}.html", width=width, scheme=scheme) as seen:
        seen.assert_fits()
        seen.screenshot(f"{name}-{width}-{scheme}")
        assert seen.violations() == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("javascript", [True, False])
def test_from_a_disclosure_to_its_evidence_and_back(browser, pages, width, javascript):
    with visit(browser, pages / "report.html", width=width, java_script_enabled=javascript) as seen:
        link = seen.page.locator("#d-retention a.quote")
        target = link.get_attribute("href")
        link.click()
        assert seen.page.url.endswith(target)
        assert seen.page.locator(target).evaluate("(e) => e.matches(':target')")
        if javascript:
            assert seen.in_view(target)
            assert "Lagringstid" in seen.page.locator("#back").inner_text()
            seen.page.locator("#back").click()
        else:
            seen.page.locator(f"{target} ~ a[href='#d-retention']").first.click()
        assert seen.page.url.endswith("#d-retention")
        if javascript:
            assert seen.in_view("#d-retention")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("section", ["purposes", "data_categories", "parties"])
def test_from_a_phrase_to_its_place_and_back(browser, pages, section, width):
    with visit(browser, pages / "report.html", width=width) as seen:
        link = seen.page.locator(f"#{section} li a").last
        target = link.get_attribute("href")
        link.click()
        assert seen.in_view(target)
        seen.page.locator("#back").click()
        assert seen.in_view(seen.page.url[seen.page.url.index("#") :])
        assert seen.page.evaluate("document.querySelector(':target').closest('section').id") == section


def test_the_hostile_statement_reaches_the_lists(browser, pages):
    with visit(browser, pages / "hostile.html") as seen:
        assert seen.page.locator("#purposes li a").count() >= 2
        assert seen.page.locator("#data_categories li a").count() >= 1
        assert seen.page.locator("#parties li a").count() >= 2
        assert (
            seen.page.locator("#parties, #purposes, #data_categories").locator("script, img, svg").count()
            == 0
        )


def test_from_a_finding_to_its_words_and_back(browser, pages):
    with visit(browser, pages / "hostile.html") as seen:
        link = seen.page.locator(".finding a.quote").first
        target = link.get_attribute("href")
        link.click()
        assert seen.in_view(target)
        back = seen.page.locator(".tag.flawed").first
        number = back.get_attribute("href")
        back.click()
        assert seen.in_view(number)


def test_by_keyboard(browser, pages):
    with visit(browser, pages / "report.html") as seen:
        seen.page.keyboard.press("PageDown")
        seen.wait_until("document.querySelector('main').scrollTop > 0")
        seen.page.reload()
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "skip"
        seen.page.keyboard.press("Enter")
        assert seen.page.url.endswith("#statement")


def test_marks_of_one_kind(browser, pages):
    def marked(group):
        return seen.page.locator(f".body .m-{group}").first.evaluate(
            "(e) => getComputedStyle(e).backgroundColor"
        )

    with visit(browser, pages / "report.html") as seen:
        none = "rgba(0, 0, 0, 0)"
        assert none not in (marked("rights"), marked("who"))
        seen.page.get_by_role("button", name="Rettigheter").click()
        assert marked("who") == none
        assert marked("rights") != none
        seen.page.get_by_role("button", name="Alle").click()
        assert marked("who") != none


@pytest.mark.parametrize("javascript", [True, False])
def test_the_text_as_it_was_read(browser, pages, javascript):
    with visit(browser, pages / "restored.html", java_script_enabled=javascript) as seen:
        assert not seen.page.locator(".body del").first.is_visible()
        seen.page.locator("#original").check()
        assert seen.page.locator(".body del").first.is_visible()


def test_pages_of_a_pdf_are_told(browser, pages):
    with visit(browser, pages / "pdf.html") as seen:
        assert seen.page.locator(".body .page").first.inner_text() == "Side 1"
        assert seen.page.locator("a.quote .go", has_text="side 2").count()


def test_on_paper_everything_is_there(browser, pages, report):  # noqa: F811
    with visit(browser, pages / "report.html") as seen:
        document = pypdfium2.PdfDocument(io.BytesIO(seen.page.pdf(format="A4")))
        text = " ".join("".join(page.get_textpage().get_text_range() for page in document).split())
    last = report["segments"][-1]["text"]
    assert "".join(last.split()) in "".join(text.split())
    assert len(document) > 3


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["hostile", "poisoned", "audit"])
def test_nothing_in_a_statement_runs_or_breaks_the_page(browser, pages, name, width):
    with visit(browser, pages / f"{name}.html", width=width) as seen:
        seen.assert_fits()
        seen.page.locator("body").hover()
        assert seen.page.evaluate("window.overtatt") is None
        assert seen.page.title() != "overtatt"
        outward = seen.page.evaluate(
            "[...document.links].map((a) => a.getAttribute('href')).filter((h) => !h.startsWith('#') && !h.startsWith('reports/'))"
        )
        assert outward == []


def test_the_policy_stops_what_escaping_would_let_through(browser, pages):
    with visit(browser, pages / "report.html") as seen:
        seen.page.evaluate(
            """document.body.insertAdjacentHTML("beforeend",
                 '<img src="https://ond.example/x.png" onerror="window.overtatt=1"><p style="color:red" onclick="window.overtatt=1" id="p">x</p>');
               const script = document.createElement("script"); script.textContent = "window.overtatt=1"; document.body.append(script);
               document.getElementById("p").click();"""
        )
        seen.page.wait_for_timeout(300)
        assert seen.page.evaluate("window.overtatt") is None
        assert len([c for c in seen.complaints if "Content Security Policy" in c]) >= 3
        assert not [url for url in seen.sent if "ond.example" in url]
        seen.complaints.clear()
        seen.tried.remove("https://ond.example/x.png")


# --- The overview of an audit --------------------------------------------------------------------


def names(seen):
    return seen.page.locator("tbody th a").all_inner_texts()


def found(seen):
    return seen.page.locator("#shown").inner_text()


def test_filter(browser, pages):
    with visit(browser, pages / "audit.html") as seen:
        assert found(seen) == "Viser 25 av 180 erklæringer"
        seen.page.get_by_role("button", name="Vis flere").click()
        assert found(seen) == "Viser 125 av 180 erklæringer"
        seen.page.get_by_role("button", name="Vis alle").click()
        assert found(seen) == "Viser 180 av 180 erklæringer"
        seen.page.get_by_label("Søk").fill("kvilheim")
        assert found(seen) == "Viser 25 av 60 erklæringer"  # the report, and the same poisoned
        seen.page.get_by_label("Søk").fill("ingen heter dette")
        assert found(seen) == "Viser 0 av 0 erklæringer"
        seen.page.get_by_role("button", name="Nullstill").click()
        seen.wait_until("document.getElementById('shown').innerText.startsWith('Viser 25 av 180')")
        seen.page.get_by_label("Alvorsgrad").select_option("Uten funn")
        assert found(seen) == "Viser 0 av 0 erklæringer"
        seen.page.get_by_label("Alvorsgrad").select_option("Alle")
        seen.page.get_by_label("Sektor").select_option("Privat")
        assert set(seen.page.locator("tbody tr td:nth-child(2)").all_inner_texts()) == {"Privat"}


def test_more_rows_come_as_one_scrolls(browser, pages):
    with visit(browser, pages / "audit.html") as seen:
        seen.page.locator(".scroll").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")
        seen.wait_until("document.getElementById('shown').innerText.startsWith('Viser 50 av')")
        assert len(set(seen.page.locator("tbody a").evaluate_all("(all) => all.map((a) => a.href)"))) == 50


def test_a_gap_and_a_template_choose_their_statements(browser, pages):
    with visit(browser, pages / "audit.html") as seen:
        link = seen.page.locator("#gaps a").first
        number = seen.page.locator("#gaps .many").first.inner_text().split()[0]
        link.click()
        assert found(seen).endswith(f"av {number} erklæringer")
        seen.page.get_by_role("link", name="Hotellmal").click()
        assert found(seen) == "Viser 9 av 9 erklæringer"


def test_sort(browser, pages):
    def percents():
        return [int(text.split()[0]) for text in seen.page.locator("tbody td:nth-child(4)").all_inner_texts()]

    with visit(browser, pages / "audit.html") as seen:
        heading = seen.page.get_by_role("columnheader", name="Fullstendig")
        heading.get_by_role("button").click()
        assert percents() == sorted(percents())
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.get_by_role("button").click()
        assert percents() == sorted(percents(), reverse=True)
        gap = seen.page.locator("a[data-gap^='m:']").first.get_attribute("data-gap").removeprefix("m:")
        heading = seen.page.locator(f"th[data-id='{gap}']")
        heading.get_by_role("button").click()
        column = heading.evaluate("(th) => th.cellIndex")
        first = seen.page.locator("tbody tr").first.locator("th, td").nth(column)
        assert first.get_attribute("class") == "m"
        seen.page.get_by_role("columnheader", name="Virksomhet").get_by_role("button").click()
        assert names(seen)[0].casefold() <= names(seen)[-1].casefold()


def test_the_overview_without_javascript(browser, pages):
    with visit(browser, pages / "audit.html", java_script_enabled=False) as seen:
        assert seen.page.locator("tbody tr").count() == 180
        assert not seen.page.locator(".filter").is_visible()
