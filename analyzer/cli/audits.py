"""Commands on many statements: audit, compare, fetch."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli.app import (
    EXIT_INTERRUPTED,
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
from analyzer.errors import AnalyzerError
from analyzer.terminal import make_console, show_changes, show_progress, show_summary, visible

if TYPE_CHECKING:
    from analyzer.auditing import Step

ERRORS_SHOWN = 10


@app.command()
def audit(
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Mappe for rapporter, tabeller (CSV, Parquet, Excel) og errors.csv."
        ),
    ],
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Mapper (med alt som er i dem), filer, mønstre, nettadresser og nettarkiver (WARC, WACZ)."
        ),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="Liste i CSV, Excel eller JSON Lines med kolonnene source, organisation, orgnr og sector; andre følger med."
        ),
    ] = None,
    discover: Annotated[
        bool,
        typer.Option("--discover", help="Finn erklæringen fra forsiden, etter lenker og nettstedskart."),
    ] = False,
    allow_private: AllowPrivateOption = False,
    pages: Annotated[
        bool,
        typer.Option("--html/--no-html", help="Skriv en HTML-side per erklæring, og index.html over alle."),
    ] = True,
    fail_on: FailOnOption = Severity.NEVER,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Antall prosesser (én per kjerne om utelatt).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Kjørende Dask-planlegger, som tcp://maskin:8786; «sync» for feilsøking i én prosess."
        ),
    ] = None,
    timeout: TimeoutOption = 600,
    memory_limit: MemoryLimitOption = "4GiB",
    force: Annotated[
        bool, typer.Option("--force", help="Begynn på nytt i stedet for å fortsette en avbrutt kjøring.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Ingen fremdrift og ingen oppsummering.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Fremdrift som JSON-linjer på standard feil.")
    ] = False,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
    cache: CacheOption = True,
    redact: RedactOption = False,
) -> None:
    """Analyser mange erklæringer; en som ikke kan leses, stopper ikke de andre.

    En kjøring som ble avbrutt, fortsetter der den slapp med samme kommando.

    Eksempel: personvern audit erklæringer/ --out revisjon/

    Eksempel: personvern audit --manifest kommuner.csv --discover --out revisjon/
    """
    from analyzer.auditing import Options, run_audit

    options = Options(
        model=model,
        knowledge=str(knowledge) if knowledge else None,
        as_of=as_of,
        language=lang.value,
        ocr=ocr.value,
        ocr_language=ocr_language,
        cache=cache,
        workers=workers,
        scheduler=scheduler,
        timeout=timeout or None,
        memory_limit=read_size(memory_limit),
        force=force,
        manifest=str(manifest) if manifest else None,
        discover=discover,
        allow_private=allow_private,
        pages=pages,
        redact=redact,
    )
    paths = paths or []
    if not paths and not manifest:
        raise typer.BadParameter(
            "Oppgi hva som skal analyseres: mapper, filer, nettadresser eller --manifest."
        )
    try:
        if quiet:
            result = run_audit(paths, out, options)
        elif log_json:
            result = run_audit(paths, out, options, progress=_log)
        else:
            with show_progress() as advance:
                result = run_audit(paths, out, options, progress=advance)
    except KeyboardInterrupt:
        typer.echo("personvern: Avbrutt. Kjør samme kommando på nytt for å fortsette.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if not quiet:
        show_summary(result, make_console())
    for error in result.errors["error"].head(ERRORS_SHOWN):
        typer.echo(f"personvern: {visible(error)}", err=True)
    if (more := len(result.errors) - ERRORS_SHOWN) > 0:
        typer.echo(f"personvern: … og {more} til; se {out / 'errors.csv'}", err=True)
    gravest = max((GRAVITY[s] for s in result.summary["severities"]), default=0)
    finish(bool(len(result.errors)), gravest, fail_on)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="Resultatmappen til den første revisjonen.")],
    after: Annotated[Path, typer.Argument(help="Resultatmappen til den andre.")],
    as_json: Annotated[bool, typer.Option("--json", help="Endringene som JSON på standard ut.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Endringene som CSV på standard ut.")] = False,
) -> None:
    """Vis hva som er kommet til, borte eller endret for hver organisasjon fra én revisjon til en annen.

    Eksempel: personvern compare revisjon-2025/ revisjon-2026/
    """
    from analyzer.auditing import Audit
    from analyzer.auditing.tables import neutralise

    changes = Audit.open(before).compare(Audit.open(after))
    if as_json:
        typer.echo(changes.to_json(orient="records", force_ascii=False, indent=1))
    elif as_csv:
        sys.stdout.write(changes.map(neutralise).to_csv(index=False))
    else:
        show_changes(changes, make_console())


@app.command()
def fetch(
    urls: Annotated[list[str], typer.Argument(help="Nettadresser, som https://vik.example/personvern.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Mappe for manifest.csv og evidence/, med sidene som de var.")
    ],
    discover: Annotated[
        bool,
        typer.Option("--discover", help="Finn erklæringen fra forsiden, etter lenker og nettstedskart."),
    ] = False,
    allow_private: AllowPrivateOption = False,
) -> None:
    """Hent erklæringer fra nettet og ta vare på dem med tidspunkt, svarhoder og SHA-256.

    Følger robots.txt og spør hvert nettsted om én side om gangen. Sluttstatus: 0 alt er hentet, 2 noe er ikke hentet.
    """
    from analyzer.sources import expand, is_url, open_web
    from analyzer.sources.manifest import write_manifest

    wrong = next((url for url in urls if not is_url(url)), None)
    if wrong:
        raise AnalyzerError(f"{wrong} er ikke en nettadresse. Skriv den som https://vik.example/personvern.")
    web = open_web(out / "evidence", allow_private=allow_private, discover=discover, reuse=False)
    rows = []
    for source in expand(urls, web=web):
        if source.error:
            typer.echo(f"personvern: {source.error}", err=True)
            continue
        path = f"evidence/{Path(str(source.path)).name}"
        rows.append({"source": path, "url": str(source.url), "fetched": str(source.fetched)})
        typer.echo(f"{visible(str(source.url))}\t{out / path}")
    if rows:
        write_manifest(out / "manifest.csv", rows)
    finish(len(rows) < len(set(urls)), 0, Severity.NEVER)


def _log(step: Step) -> None:
    typer.echo(json.dumps(asdict(step)), err=True)
