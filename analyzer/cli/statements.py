"""Commands on single statements, and on what the rules and reports are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from analyzer.cli.app import (
    GRAVITY,
    AllowPrivateOption,
    AsOfOption,
    CacheOption,
    FailOnOption,
    KnowledgeOption,
    Language,
    LanguageOption,
    MemoryLimitOption,
    ModelOption,
    Ocr,
    OcrLanguageOption,
    OcrOption,
    RedactOption,
    Severity,
    TimeoutOption,
    app,
    finish,
    read_size,
)
from analyzer.cli.guarded import guarded, read_stdin
from analyzer.cli.targets import check_no_output, check_target
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.terminal import make_console, show_pages, show_report, visible

if TYPE_CHECKING:
    from analyzer.report import Report


@app.command()
def analyze(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            help="Erklæringer: tekst, Markdown, HTML, PDF, DOCX, bilder og nettadresser; «-» er standard inn."
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Rapporten som JSON på standard ut; flere filer gir én linje hver.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Skriv også rapporten som én HTML-fil, med erklæringen ved siden av (én erklæring).",
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            help="Skriv også en kopi av erklæringen med funnene som kommentarer: .docx, eller .pdf for en PDF "
            "(én erklæring).",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Vis også det som ikke er påkrevd.")] = False,
    fail_on: FailOnOption = Severity.NEVER,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
    cache: CacheOption = True,
    allow_private: AllowPrivateOption = False,
    redact: RedactOption = False,
    timeout: TimeoutOption = 600,
    memory_limit: MemoryLimitOption = "4GiB",
) -> None:
    """Analyser én eller flere erklæringer og vis hva de opplyser om.

    Sluttstatus: 0 ferdig, 1 funn etter --fail-on, 2 noe kunne ikke leses.
    """
    from analyzer.annotation import check_copy
    from analyzer.auditing import Options

    if html and len(files) > 1:
        raise AnalyzerError("--html tar én erklæring. Bruk «personvern audit» for flere.")
    if annotate and len(files) > 1:
        raise AnalyzerError("--annotate tar én erklæring. Kjør kommandoen én gang for hver.")
    if html:
        check_target(html, "--html", (".html", ".htm"), files)
    if annotate:
        check_target(annotate, "--annotate", (".docx",) if redact else (".docx", ".pdf"), files)
    if as_json:
        check_no_output(files)
    options = Options(
        model=model,
        knowledge=str(knowledge) if knowledge else None,
        as_of=as_of,
        language=lang.value,
        ocr=ocr.value,
        ocr_language=ocr_language,
        cache=cache,
        timeout=timeout or None,
        memory_limit=read_size(memory_limit),
        pages=False,
        redact=redact,
    )
    console = make_console()
    unreadable, gravest = False, 0
    analyze_one = context.with_resource(guarded(options))
    for file in files:
        try:
            source = _open(file, allow_private)
            if annotate:
                check_copy(source["source"], annotate)
            with show_pages(file) as progress:
                report = analyze_one(**source, progress=progress)
        except UnreadableSource as error:
            unreadable = True
            typer.echo(f"personvern: {error}", err=True)
            continue
        gravest = max([gravest, *(GRAVITY[f["severity"]] for f in report.findings)])
        if html:
            _write_html(html, report.to_html(lang.value))
        if annotate:
            _write_annotated(annotate, report, source["source"], lang.value)
        if not as_json:
            show_report(report, console, full=full)
        elif len(files) == 1:
            sys.stdout.write(report.to_json())
        else:
            sys.stdout.write(json.dumps(report.data, ensure_ascii=False, allow_nan=False) + "\n")
    finish(unreadable, gravest, fail_on)


@app.command()
def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="Opplysning (retention), funnkode (missing-retention, retention-vague) eller krav (R15)."
        ),
    ],
    knowledge: KnowledgeOption = None,
    lang: LanguageOption = Language.NB,
) -> None:
    """Forklar en opplysning, et funn eller et krav: plikten, når den gjelder, artikler og eksempler på ordlyd."""
    from analyzer.explain import explain as describe
    from analyzer.knowledge import Knowledge

    typer.echo(describe(Knowledge.load(knowledge), id, lang.value))


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="Skadet tekst, eller en annen kilde; «-» er standard inn.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Vis hver rettelse med linje og sannsynlighet i stedet.")
    ] = False,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
) -> None:
    """Gjenopprett norsk tekst som tekstgjenkjenning har skadet («ngdvendig», «var virksomhet»).

    Teksten kommer på standard ut, og ingenting annet; en uskadd tekst kommer uendret.
    """
    from analyzer.ingest import read_document
    from analyzer.restoration import restore as undo

    with show_pages(file) as progress:
        document = read_document(
            read_stdin() if file == "-" else file,
            name="stdin" if file == "-" else None,
            ocr=ocr.value,
            ocr_language=ocr_language,
            progress=progress,
        )
    restoration = undo(document.text)
    if not diff:
        sys.stdout.write(restoration.text)
        return
    for repair in restoration.repairs:
        line = document.text.count("\n", 0, repair.start) + 1
        original, restored = (" ".join(t.split()) for t in (repair.original, repair.restored))
        typer.echo(f"{line}\t{visible(original)}\t{visible(restored)}\t{repair.score:.2f}")


@app.command()
def schema() -> None:
    """Skriv JSON Schema for rapporten på standard ut."""
    from analyzer.schema import report_schema

    typer.echo(json.dumps(report_schema(), indent=1, ensure_ascii=False))


def _open(file: str, allow_private: bool) -> dict[str, Any]:
    """Give a file, standard input or a page as the source of an analysis."""
    if file == "-":
        return {"source": read_stdin(), "id": "stdin", "name": "stdin"}
    from analyzer.sources import Source, is_url, unique_ids

    if not is_url(file):
        return {"source": file}
    from analyzer.sources.fetch import Fetcher

    (id,) = unique_ids([Source(file, url=file)])
    return {"source": Fetcher(allow_private=allow_private).fetch(file).data, "id": id, "name": file}


def _write_html(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise AnalyzerError(
            f"{path} kan ikke skrives: {error.strerror or error}. Velg en annen --html."
        ) from error
    typer.echo(f"HTML-rapport: {path}", err=True)


def _write_annotated(path: Path, report: Report, source: str | bytes, language: Literal["nb", "en"]) -> None:
    from analyzer.annotation import annotate

    for warning in annotate(report, source, path, language=language):
        typer.echo(f"personvern: {warning}", err=True)
    typer.echo(f"Merket kopi: {path}", err=True)
