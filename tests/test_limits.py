"""Limits and isolation: files made to fill memory, to stall or to reach out harm themselves only."""

import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from importlib.resources import files
from pathlib import Path

import bombs
import pytest
from test_audit import GOOD, light, results, rows  # noqa: F401 - a fixture

from analyzer.auditing import Options, run_audit
from analyzer.auditing.folder import RunFolder
from analyzer.auditing.guard import Guard
from analyzer.auditing.options import describe_settings, settings_digest
from analyzer.auditing.task import Job, Unusable
from analyzer.classify.cache import default_cache
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.ingest import MAX_BYTES, read_document, read_file
from analyzer.sources import Source, expand, unique_ids
from analyzer.sources.archives import MAX_RECORD, find_statements, is_archive, read_record
from analyzer.sources.discover import _read_sitemap
from analyzer.sources.manifest import read_manifest

TESTS = Path(__file__).parent
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limits are tested on Linux")
SECRET = "hemmelig-innhold-som-ikke-er-deres"

READER = """
import json, resource, sys
from pathlib import Path
import lxml.html, PIL.Image, pdfplumber, docx, pypdfium2
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
import psutil
taken = psutil.Process().memory_info().data
resource.setrlimit(resource.RLIMIT_DATA, (taken + 1_200_000_000, -1))
resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        said = read_document(path).text[:200]
    except AnalyzerError as error:
        said = str(error)
    print(json.dumps([path.name, said]), flush=True)
"""


def snapshot(folder):
    """Give all that is below a folder, links as links."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = (
            f"-> {path.readlink()}" if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        )
    return found


def personvern(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=600,
        **options,
    )


# --- readers ----------------------------------------------------------------------------------------------------

LAUGHING = bombs.word_body(bombs.word_text("&a10;"), bombs.LAUGHS)
CELLS = "<w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr>" + bombs.word_text("Vi lagrer") + "</w:tc>"
BOMBS = {
    "unpacks.docx": (
        lambda: bombs.docx_with(**{"word/media/x.bin": bytes(210_000_000)}), "MB utpakket"),
    "markup.docx": (
        lambda: bombs.docx_with(**{"word/document.xml": b"<w:p/>" * 10_000_000}), "MB tekst og oppsett"),
    "paragraphs.docx": (
        lambda: bombs.docx_with(**{"word/document.xml": bombs.word_body("<w:p/>" * 100_001)}), "100000 avsnitt"),
    "parts.docx": (lambda: bombs.docx_with(**{f"word/{i}": b"" for i in range(10_001)}), "10000 deler"),
    "laughs.docx": (lambda: bombs.docx_with(**{"word/document.xml": LAUGHING}), "skadet"),
    "laughs-styles.docx": (lambda: bombs.docx_with(**{"word/styles.xml": LAUGHING}), "skadet"),
    "laughs-types.docx": (lambda: bombs.docx_with(**{"[Content_Types].xml": LAUGHING}), "skadet"),
    "deep.docx": (
        lambda: bombs.docx_with(**{"word/document.xml": bombs.word_body("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)}),
        "skadet"),
    "wide-cells.docx": (
        lambda: bombs.docx_with(**{"word/document.xml": bombs.word_body(f"<w:tbl><w:tr>{CELLS * 5}</w:tr></w:tbl>")}),
        "Vi lagrer"),
    "pixels.png": (lambda: bombs.png(60_000, 60_000, bombs.zeros(20)), "bildepunkter"),
    "pixels.tiff": (lambda: bombs.tiff(60_000, 60_000), "bildepunkter"),
    "circle.tiff": (lambda: bombs.tiff(100, 100, circular=True), "bilde"),
    "pages-in-a-circle.pdf": (
        lambda: bombs.one_page().replace(b"/Kids[3 0 R]", b"/Kids[3 0 R 2 0 R]"), "Vi lagrer"),
    "forms-in-a-circle.pdf": (
        lambda: bombs.one_page(
            b"/X Do " + bombs.DRAWN, resources=b"/XObject<</X 6 0 R>>",
            o6=bombs.stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")),
        "Vi lagrer"),
    "deep-tree.pdf": (
        lambda: bombs.pdf({1: b"<</Type/Catalog/Pages 2 0 R>>"} | {
            i: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (i + 1) for i in range(2, 20_000)}),
        "skadet"),
    "deep-array.pdf": (lambda: bombs.one_page(resources=b"/Z 6 0 R", o6=b"[" * 50_000), "Vi lagrer"),
    "deep.html": (lambda: b"<html><body>" + b"<div>" * 100_000 + b"<p>Vi lagrer navn.", "Vi lagrer"),
    "deep-table.html": (lambda: b"<html><body>" + b"<table><tr><td>" * 33_000 + b"Vi lagrer navn.", "Vi lagrer"),
    "attribute.html": (lambda: b'<html><body><div class="' + b"a b " * 2_500_000 + b'"><p>Vi lagrer navn.', "Vi lagrer"),
    "attributes.html": (
        lambda: b"<html><body><div " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b"><p>Vi lagrer",
        "attributter"),
    "tags.html": (lambda: b"<html><body>" + b"<b>" * 30_000_000, "HTML-tagger"),
    "laughs.html": (lambda: f"<html>{bombs.LAUGHS}<body><p>Vi lagrer &a10;".encode(), "Vi lagrer"),
    "long.txt": (lambda: b"Vi lagrer navn. " * 2_000_000, "tegn; grensen er"),
}  # fmt: skip


@LINUX
def test_bombs_are_refused_or_read_in_little_memory(tmp_path):
    for name, (make, _) in BOMBS.items():
        (tmp_path / name).write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", READER, str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert sorted(said) == sorted(BOMBS), done.stderr[-2000:]
    for name, (_, expected) in BOMBS.items():
        assert expected in said[name], (name, said[name])


LETHAL = {
    "stream.pdf": (lambda: bombs.one_page(bombs.zeros(1500), b"/Filter/FlateDecode"), "grensen"),
    "reference-to-itself.pdf": (
        lambda: bombs.one_page(page=b"/MediaBox 6 0 R", o6=b"7 0 R", o7=b"6 0 R"), "grensen på 8 sekunder"),
    "million-pages.pdf": (
        lambda: bombs.one_page().replace(b"/Kids[3 0 R]", b"/Kids[" + b"3 0 R " * 1_000_000 + b"]"), "grensen"),
}  # fmt: skip


@LINUX
def test_what_no_reader_sees_coming_ends_at_the_limits(tmp_path, light):  # noqa: F811
    folder = tmp_path / "kilder"
    folder.mkdir()
    for name, (make, _) in LETHAL.items():
        (folder / name).write_bytes(make())
    (folder / "zz-god.txt").write_text(GOOD, encoding="utf-8")
    options = Options(analysis="light_analysis:load_reader", timeout=8, memory_limit=400_000_000, ocr="never")
    audit = run_audit([folder], tmp_path / "ut", options)
    assert list(audit.documents["id"]) == ["zz-god"]
    errors = {Path(row["source"]).name: row["error"] for row in rows(tmp_path / "ut" / "errors.csv")}
    assert sorted(errors) == sorted(LETHAL)
    for name, (_, reason) in LETHAL.items():
        assert reason in errors[name]
        assert name in errors[name]


@LINUX
@pytest.mark.parametrize(("command", "reason"), [("EAT 500", "mer minne"), ("SPIN", "mer tid")])
def test_memory_and_time_of_a_statement_are_limited(light, tmp_path, command, reason):  # noqa: F811
    guard = Guard(light(timeout=4, memory_limit=100_000_000))
    try:
        for text, expected in ((command, "failed"), ("Vi lagrer", "done")):
            path = tmp_path / "a.txt"
            path.write_text(text)
            outcome = guard.run(Job(Source(str(path), path=str(path)), "a"))
            assert outcome.status == expected
            assert expected == "done" or (reason in outcome.error and str(path) in outcome.error)
    finally:
        guard.close()


def test_a_new_process_must_have_the_rules_of_the_run(light, tmp_path):  # noqa: F811
    rules, path = tmp_path / "regler", tmp_path / "a.txt"
    shutil.copytree(str(files("analyzer") / "data"), rules)
    path.write_text("Vi lagrer")
    options = light(knowledge=str(rules))
    settings = settings_digest(describe_settings(options))
    guard, job = Guard(options, settings), Job(Source("a", path=str(path)), "a")
    try:
        assert guard.run(job).status == "done"
        (rules / "terms.toml").write_text("# endret\n" + (rules / "terms.toml").read_text(encoding="utf-8"))
        assert guard.run(job).status == "done"  # in the process that has read the old ones
        with pytest.raises(Unusable, match="endret mens revisjonen gikk"):
            Guard(options, settings).run(job)
    finally:
        guard.close()


def test_analyze_is_limited_too(tmp_path):
    (tmp_path / "evig.pdf").write_bytes(LETHAL["reference-to-itself.pdf"][0]())
    (tmp_path / "god.txt").write_text(GOOD, encoding="utf-8")
    before = snapshot(tmp_path)
    run = personvern("analyze", "evig.pdf", "god.txt", "--timeout", 15, "--json", cwd=tmp_path)
    assert run.returncode == 2
    assert "evig.pdf tok mer tid enn grensen på 15 sekunder" in run.stderr.decode()
    assert json.loads(run.stdout)["document"]["id"] == "god"
    assert snapshot(tmp_path) == before


def test_analyze_reads_a_pipe_that_is_named(tmp_path):
    os.mkfifo(tmp_path / "roer")
    with subprocess.Popen(["sh", "-c", 'printf "%s" "$1" > roer', "sh", GOOD], cwd=tmp_path):
        run = personvern("analyze", "roer", "--json", cwd=tmp_path)
    assert json.loads(run.stdout)["document"]["text"] == GOOD


# --- XML and archives -------------------------------------------------------------------------------------------


def test_no_entity_reaches_a_file_or_explodes(tmp_path):
    secret = tmp_path / "hemmelig.txt"
    secret.write_text(SECRET)
    dtd = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    texts = []
    for data in (
        bombs.docx_with(**{"word/document.xml": bombs.word_body(bombs.word_text("Vi lagrer &e;"), dtd)}),
        f'<?xml version="1.0"?>{dtd}<html><body><p>Vi lagrer &e;</p></body></html>'.encode(),
    ):
        texts.append(read_document(data).text)
    for start, entity in ((dtd, "&e;"), (bombs.LAUGHS, "&a10;")):
        sitemap = (
            f"<?xml version='1.0'?>{start}<urlset><url><loc>https://vik.example/{entity}</loc></url></urlset>"
        )
        texts.extend(address for _, address in _read_sitemap(sitemap.encode()))
        strings = f"<?xml version='1.0'?>{start}<sst><si><t>{entity}</t></si></sst>"
        list_file = tmp_path / "liste.xlsx"
        list_file.write_bytes(bombs.xlsx_with(**{"xl/sharedStrings.xml": strings}))
        try:
            texts.extend(str(row) for row in read_manifest(list_file))
        except UnreadableSource as error:
            texts.append(str(error))
    assert texts
    assert not any(SECRET in text or "haha" in text for text in texts)
    assert max(map(len, texts)) < 2000


def test_a_packed_sitemap_is_read_as_far_as_it_may_be():
    data = zlib.compress(b"<urlset>" + b" " * 200_000_000, 9, 31)
    assert list(_read_sitemap(data)) == []


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate"])
def test_a_packed_page_in_an_archive_is_unpacked_as_far_as_it_may_be(tmp_path, encoding):
    page = zlib.compress(b"<!doctype html><p>personvern " + b" " * 300_000_000, 9, 31)
    path = tmp_path / "a.warc"
    path.write_bytes(bombs.warc(page, b"Content-Encoding: %b\r\n" % encoding))
    with pytest.raises(UnreadableSource, match="er større enn 20 MB"):
        read_record(path, None, 0)
    assert MAX_RECORD == 20_000_000


@pytest.mark.parametrize(
    "head",
    [b"WARC/1.0\r\nX: " + b"a" * 50_000_000, b"WARC/1.0\r\n" + b"X: a\r\n" * 8_000_000, bombs.warc(b"", b"X: a\r\n" * 8_000_000)],
    ids=["line", "lines", "answer"],
)  # fmt: skip
def test_headers_without_end_in_an_archive(tmp_path, head):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(zlib.compress(head, 1, 31))
    errors = [found.error for found in find_statements(path, None)]
    assert len(errors) == 1
    assert "resten er ikke lest" in errors[0]


def test_names_in_archives_and_documents_are_no_paths(tmp_path):
    home = tmp_path / "hjem"
    home.mkdir()
    evil = "../../ond"
    archive = home / "a.wacz"
    archive.write_bytes(
        bombs.zip_of({f"{evil}.warc": bombs.warc(b"x"), "/tmp/ond": b"x", f"{evil}.html": b"x"})
    )
    word = home / "a.docx"
    word.write_bytes(bombs.docx_with(**{f"word/{evil}.xml": b"x", "/etc/ond": b"x", "C:\\ond": b"x"}))
    before = snapshot(tmp_path)
    assert is_archive(archive)

    assert [found.error for found in find_statements(archive, None)]
    assert "Vi lagrer navn." in read_document(word).text
    assert snapshot(tmp_path) == before


# --- folders and names ------------------------------------------------------------------------------------------


@pytest.fixture
def linked(tmp_path):
    """A folder with links within, links out of it, and links that lead nowhere or in circles."""
    (tmp_path / "ute" / "mappe").mkdir(parents=True)
    (tmp_path / "ute" / "hemmelig.txt").write_text(f"{SECRET} {GOOD}")
    (tmp_path / "ute" / "mappe" / "b.txt").write_text(f"{SECRET} {GOOD}")
    folder = tmp_path / "kilder"
    folder.mkdir()
    (folder / "a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "inne.txt").symlink_to("a.txt")
    (folder / "ut.txt").symlink_to("../ute/hemmelig.txt")
    (folder / "utmappe").symlink_to(tmp_path / "ute" / "mappe")
    (folder / "rundt").symlink_to(".")
    (folder / "selv.txt").symlink_to("selv.txt")
    (folder / "borte.txt").symlink_to("finnes-ikke.txt")
    return folder


@pytest.mark.parametrize("pattern", ["", "*", "**", "**/*"])
def test_links_out_of_a_folder_are_not_followed(linked, pattern):
    sources = {Path(s.locator).name: s for s in expand([linked / pattern])}
    for name in ("ut.txt", "utmappe"):
        assert "er en lenke ut av" in sources[name].error
        assert sources[name].locator in sources[name].error
    assert sources["inne.txt"].read() == sources["a.txt"].read() == GOOD.encode()
    for name in ("selv.txt", "borte.txt"):
        with pytest.raises(UnreadableSource, match=name):
            sources[name].read()
    for source in sources.values():
        if not source.error and source.path and Path(source.path).exists():
            assert SECRET not in source.read().decode()


def test_links_that_are_named_are_followed(linked):
    assert [SECRET in s.read().decode() for s in expand([linked / "ut.txt", linked / "utmappe"])] == [
        True,
        True,
    ]


def test_pipes_sockets_and_devices_in_a_folder_do_not_stall(tmp_path, light):  # noqa: F811
    folder = tmp_path / "kilder"
    folder.mkdir()
    (folder / "god.txt").write_text(GOOD, encoding="utf-8")
    os.mkfifo(folder / "roer.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket"))
        audit = run_audit([folder, "/dev/zero"], tmp_path / "ut", light())
    assert list(audit.documents["id"]) == ["god"]
    assert sorted(Path(s).name for s in audit.errors["source"]) == ["roer.txt", "socket", "zero"]
    assert all("er et rør, en enhet eller en socket" in error for error in audit.errors["error"])


def test_a_device_without_end_is_read_as_far_as_a_file_may_be():
    with pytest.raises(UnreadableSource, match=f"minst {MAX_BYTES // 1_000_000} MB"):
        read_file("/dev/zero")


@pytest.mark.parametrize("path", ["a\0b.txt", "x" * 5000, "a/" * 3000])
def test_names_that_no_file_can_have(path):
    with pytest.raises(UnreadableSource):
        read_file(path)
    with pytest.raises(UnreadableSource):
        list(expand([path]))


@pytest.mark.parametrize(
    ("locators", "ids"),
    [
        (["../../etc/x", "..\\..\\x.txt", "C:\\x"], ["x", "x-2", "C-x"]),
        (["a\0b.txt", "-rf.txt", "--out.txt", "~.txt", "$(id).txt"], ["a-b", "rf", "out", "document", "id"]),
        (["CON.txt", "nul.tar.gz", "Com1.txt", "lpt².txt", "console.txt"], ["CON-", "nul-.tar", "Com1-", "lpt²-", "console"]),
        (["a...txt", "b. .txt", "c .txt"], ["a", "b", "c"]),
        (["x" * 300 + ".txt", "x" * 300 + ".html"], ["x" * 120, "x" * 120 + "-2"]),
        (["語" * 300 + ".txt"], ["語" * 66]),
        (["\u00c5.txt", "A\u030a.txt", "\u212b.txt", "\u00e5.txt"], ["\u00c5", "\u00c5-2", "\u00c5-3", "\u00e5-4"]),
        (["STRASSE.txt", "Straße.txt", "\ufb01.txt", "fi.txt"], ["STRASSE", "Straße-2", "\ufb01", "fi-2"]),
    ],
)  # fmt: skip
def test_ids_are_names_of_files_everywhere(locators, ids):
    assert unique_ids([Source(locator) for locator in locators]) == ids
    assert all(len(f"{id}.json.part".encode()) <= 255 for id in ids)


def test_hostile_names_stay_in_the_run_folder(tmp_path, light):  # noqa: F811
    sources, kept = [], tmp_path / "hjem" / "ut"
    kept.parent.mkdir()
    (tmp_path / "utenfor.json").write_text("urørt")
    names = [
        "a\\..\\..\\x.txt",
        "-rf",
        "CON",
        "Å.txt",
        "A\u030a.txt",
        "å.txt",
        "v" * 240,
        "语" * 80,
        "$(touch x)",
    ]
    for number, name in enumerate(names):
        path = tmp_path / "hjem" / "kilder" / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(f"{GOOD} Nr. {number}.", encoding="utf-8")
        sources.append(path.parent)
    for locator in ("../../etc/x", "C:\\x", "a\0b", "/../../utenfor"):
        sources.append(Source(locator, path=str(path)))
    before = {k: v for k, v in snapshot(tmp_path).items() if not k.startswith("hjem/ut")}
    audit = run_audit(sources, kept, light())
    assert audit.run["counts"]["failed"] == 0
    assert len(list((kept / "reports").glob("*.json"))) == len(sources) == len(set(audit.documents["id"]))
    assert {k: v for k, v in snapshot(tmp_path).items() if not k.startswith("hjem/ut")} == before


def test_a_results_folder_made_by_others_leads_nowhere(tmp_path, light):  # noqa: F811
    source, out, outside = tmp_path / "a.txt", tmp_path / "ut", tmp_path / "utenfor.json"
    source.write_text(GOOD, encoding="utf-8")
    outside.write_text("urørt")
    (out / "reports").mkdir(parents=True)
    (out / "reports" / "a.json.part").symlink_to(outside)
    (out / "run.json.part").symlink_to(outside)
    entry = {
        "source": "x",
        "id": "../../utenfor",
        "settings": "x",
        "sha256": None,
        "report": None,
        "error": None,
    }
    (out / "ledger.jsonl").write_text(json.dumps(entry | {"lasting": False}) + "\n")
    with RunFolder(out) as folder:
        assert folder.read_ledger() == {}
    run_audit([source], out, light())
    assert outside.read_text() == "urørt"


# --- disks, streams, locales ------------------------------------------------------------------------------------

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))
from analyzer.auditing import Options, run_audit
from analyzer.errors import AnalyzerError
try:
    run_audit([sys.argv[1]], sys.argv[2], Options(analysis="light_analysis:load", as_of="2026-11-21"))
except AnalyzerError as error:
    print(error)
"""


@LINUX
@pytest.mark.parametrize("limit", [0, 600, 3000, 6000])
def test_a_disk_that_is_full(tmp_path, light, limit):  # noqa: F811
    """A limit on the size of files fails as a full disk does: at the ledger, a report, a table or the workbook."""
    source, out = tmp_path / "a.txt", tmp_path / "ut"
    source.write_text(GOOD, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, source, out, str(limit)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{out} kan ikke skrives" in done.stdout
    assert "Velg en annen --out" in done.stdout
    assert not list(out.rglob("audit.xlsx"))
    audit = run_audit([source], out, light())  # with room, it goes on
    assert audit.run["counts"]["done"] == 1
    run_audit([source], tmp_path / "rolig", light())
    assert results(out) == results(tmp_path / "rolig")


@LINUX
def test_a_small_disk_fills_up(tmp_path, light):  # noqa: F811
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount; test_a_disk_that_is_full fails in the same places")
    try:
        source = tmp_path / "kilder"
        source.mkdir()
        for number in range(30):
            (source / f"{number}.txt").write_text(GOOD * 3, encoding="utf-8")
        with pytest.raises(AnalyzerError, match="kan ikke skrives: No space left"):
            run_audit([source], disk / "ut", light())
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("options", [("--html", "mangler/side.html"), ("--annotate", "mangler/kopi.docx")])
def test_a_report_that_cannot_be_written(tmp_path, options):
    (tmp_path / "god.txt").write_text(GOOD, encoding="utf-8")
    run = personvern("analyze", "god.txt", *options, cwd=tmp_path)
    assert run.returncode == 2
    assert "mangler" in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()


def test_locale_c_and_no_home(tmp_path):
    """Norwegian letters in names, texts and messages; no home, and a cache folder that cannot be made."""
    (tmp_path / "kilder").mkdir()
    (tmp_path / "kilder" / "blåbær.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "opptatt").write_text("")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "HOME", "PYTHONIOENCODING"))},
        "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
        "HOME": "/finnes/ikke", "XDG_CACHE_HOME": str(tmp_path / "opptatt" / "mappe"),
    }  # fmt: skip
    run = personvern("analyze", "kilder/blåbær.txt", cwd=tmp_path, env=environment)
    assert run.returncode == 0, run.stderr.decode()
    assert "påkrevde opplysninger" in run.stdout.decode("utf-8")
    audit = personvern("audit", "kilder", "finnes-ikke-å", "--out", "ut", cwd=tmp_path, env=environment)
    assert audit.returncode == 2
    assert "finnes ikke. Kontroller stien" in audit.stderr.decode("utf-8")
    audit = personvern("audit", "kilder", "--out", "ut", cwd=tmp_path, env=environment)
    assert audit.returncode == 0, audit.stderr.decode()
    assert (tmp_path / "ut" / "reports" / "blåbær.json").is_file()


def test_the_library_says_that_a_locale_has_no_norwegian_letters(tmp_path, light):  # noqa: F811
    (tmp_path / "blåbær.txt").write_text(GOOD, encoding="utf-8")
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "blåbær.txt", "ut", "-1"],
        capture_output=True,
        cwd=tmp_path,
        env=environment,
    )
    assert "Sett miljøvariabelen PYTHONUTF8=1" in done.stdout.decode(), done.stderr.decode()[-2000:]


def test_a_user_without_a_home_has_no_cache(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert default_cache() is None


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ('analyze - --json <&-', 2, "Standard inn er lukket"),
        ("explain retention >&-", 0, ""),
        ("schema | head -n 1", 0, ""),
        ("analyze borte.txt 2>&-", 2, ""),
    ],
)  # fmt: skip
def test_closed_streams(command, status, said):
    run = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -m analyzer {command}"],
        capture_output=True,
        check=False,
    )
    assert "Traceback" not in run.stderr.decode()
    assert "Exception ignored" not in run.stderr.decode()
    assert said in run.stderr.decode()
    assert run.returncode == status or "|" in command


def test_interrupt(tmp_path):
    os.mkfifo(tmp_path / "roer")
    process = subprocess.Popen(
        [sys.executable, "-m", "analyzer", "analyze", "roer"], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    writer = os.open(tmp_path / "roer", os.O_WRONLY)  # waits until the command has opened it
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    os.close(writer)
    assert process.returncode == 130
    assert "personvern: Avbrutt." in said
    assert "Traceback" not in said


# --- models -----------------------------------------------------------------------------------------------------


class Code:
    def __reduce__(self):
        return (os.mkdir, ("kjørt",))


def test_a_model_cannot_run_code(tmp_path, monkeypatch, knowledge):
    from analyzer.classify.transformer import TransformerModel

    monkeypatch.chdir(tmp_path)
    model = tmp_path / "modell"
    model.mkdir()
    (model / "config.json").write_text(
        json.dumps({"model_type": "bert", "auto_map": {"AutoConfig": "ond.Ond", "AutoTokenizer": "ond.Ond"}})
    )
    (model / "ond.py").write_text("import os; os.mkdir('kjørt')")
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Code()))
    with pytest.raises(AnalyzerError):
        TransformerModel.load(str(model), knowledge)
    assert not (tmp_path / "kjørt").exists()


def test_the_runs_own_workers_talk_to_it_alone():
    from distributed import Client

    from analyzer.auditing.schedule import _start_cluster

    with _start_cluster(1) as cluster:
        assert cluster.scheduler_address.startswith("tls://127.0.0.1:")
        with Client(cluster, set_as_default=False) as client:  # with the certificates of this run
            workers = list(client.scheduler_info()["workers"])
        assert [worker.startswith("tls://127.0.0.1:") for worker in workers] == [True]
        with pytest.raises((OSError, TypeError, ValueError)):  # without them
            Client(cluster.scheduler_address, timeout=3, set_as_default=False)
