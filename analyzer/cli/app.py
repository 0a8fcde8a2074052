"""The application that the commands belong to, and the options that they share."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from analyzer import __version__
from analyzer.errors import AnalyzerError

EXIT_FINDINGS, EXIT_UNREADABLE, EXIT_INTERRUPTED = 1, 2, 130


class _Group(TyperGroup):
    """Commands that say so when they are interrupted."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("personvern: Avbrutt.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    cls=_Group,
    help="Leser norske personvernerklæringer og sier, med sitat, hva de opplyser om og hva som mangler.\n\n"
    "Alt skjer på din maskin; bare nettadresser du oppgir, blir hentet. Start med: personvern analyze erklæring.html",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
corpus_app = typer.Typer(help="Arbeid med det merkede korpuset.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")


class Language(enum.StrEnum):
    """Language of titles and messages."""

    NB = "nb"
    EN = "en"


class Ocr(enum.StrEnum):
    """When to read pictures of text: where there is no text, never, or also where there is."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


class Severity(enum.StrEnum):
    """Gravity of a finding; ``never`` turns the exit status off."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


GRAVITY = {"error": 3, "warning": 2, "info": 1}

ModelOption = Annotated[
    str | None,
    typer.Option(help="Annen modell: mappe fra «personvern train», eller en Hugging Face-klassifikator."),
]
KnowledgeOption = Annotated[
    Path | None, typer.Option(help="Mappe med egne regelfiler i stedet for de medfølgende.")
]
AsOfOption = Annotated[
    str | None, typer.Option(help="Dagen revisjonen gjelder, som 2026-11-21 (i dag om utelatt).")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Språk i titler og meldinger.")]
OcrOption = Annotated[Ocr, typer.Option(help="Når bilder av tekst leses med Tesseract.")]
OcrLanguageOption = Annotated[str | None, typer.Option(help="Språk for Tesseract, som nor eller nor+eng.")]
CacheOption = Annotated[
    bool,
    typer.Option(
        "--cache/--no-cache",
        help="Ta vare på modellens tall for tekster den har sett (uten teksten selv), så neste kjøring går fortere.",
    ),
]
RedactOption = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Sladd personnavn, telefonnumre, e-postadresser og fødselsnumre i alt som skrives. Filnavn og nettadresser som "
        "du oppgir, står som de er, og et program finner ikke alt: les gjennom før deling.",
    ),
]
AllowPrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Hent også nettadresser på denne maskinen og i det lokale nettet."),
]
TimeoutOption = Annotated[float, typer.Option(min=0, help="Sekunder per erklæring; 0 er uten grense.")]
MemoryLimitOption = Annotated[
    str, typer.Option(help="Minne per erklæring, ut over modellens; 0 er uten grense.")
]
FailOnOption = Annotated[
    Severity, typer.Option(help="Gi sluttstatus 1 hvis det er funn med denne alvorsgraden eller verre.")
]


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Vis versjonen og avslutt.")] = False,
) -> None:
    if version:
        typer.echo(f"personvern {__version__}")
        raise typer.Exit


def read_size(text: str) -> int | None:
    """Read a size such as 4GiB; None for 0.

    Raises:
        AnalyzerError: If it is none.
    """
    from pydantic import ByteSize, TypeAdapter

    try:
        return int(TypeAdapter(ByteSize).validate_python(text)) or None
    except ValueError:
        raise AnalyzerError(f"«{text}» er ingen størrelse. Skriv den som 4GiB eller 800MB.") from None


def finish(unreadable: bool, gravest: int, fail_on: Severity) -> None:
    """End with the exit status that the results ask for."""
    if unreadable:
        raise typer.Exit(EXIT_UNREADABLE)
    if fail_on is not Severity.NEVER and gravest >= GRAVITY[fail_on.value]:
        raise typer.Exit(EXIT_FINDINGS)
