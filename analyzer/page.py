"""Makes one HTML file out of a template: nothing is fetched, and nothing in a statement is run or obeyed.

Three things keep untrusted text harmless: Jinja escapes every value; :func:`tame` makes the characters visible that
would hide or turn text; and the page's own Content-Security-Policy allows no script and no style but the one it was
written with, named by its digest, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jinja2 import Environment

Language = Literal["nb", "en"]

_KEPT = frozenset("\n\t\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Control and format characters that only break lines or join letters."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def tame(value: Any) -> Any:
    """Write control characters as their code points, so that text cannot hide or change direction unseen.

    Example:
        >>> tame("gnp.\u202eexe")
        'gnp.[U+202E]exe'
    """
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    return "".join(
        f"[U+{ord(c):04X}]" if unicodedata.category(c) in _UNSEEN and c not in _KEPT else c for c in value
    )


def render_page(template: str, language: Language, **values: Any) -> str:
    """Fill a template with its style sheet, its script and the words of a language.

    Args:
        template: Of ``templates/<template>.html.j2``, ``.css`` and ``.js``.
        language: Of the page's own words.
        **values: For the template.

    Returns:
        A whole HTML document that needs no other file.
    """
    from markupsafe import Markup

    style = Markup(_read("base.css") + _read(f"{template}.css"))
    script = Markup(_read(f"{template}.js"))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    words = read_words(language)
    page = _environment().get_template(f"{template}.html.j2")
    context = {"lang": language, "t": words, "count": _counter(words)}
    return page.render(style=style, script=script, policy=policy, **context, **values) + "\n"


@lru_cache(maxsize=2)
def read_words(language: Language) -> dict[str, dict[str, Any]]:
    """Read ``templates/words.toml``: the pages' own words by section and key, in one language."""
    sections = tomllib.loads(_read("words.toml"))
    return {
        section: {key: texts[language] for key, texts in entries.items()}
        for section, entries in sections.items()
    }


def _counter(words: dict[str, dict[str, Any]]) -> Any:
    def count(number: int, noun: str) -> str:
        one, many = words["count"][noun]
        return str(one if number == 1 else many).format(n=number)

    return count


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("analyzer"),
        autoescape=True,
        finalize=tame,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=16)
def _read(name: str) -> str:
    return (files("analyzer") / "templates" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
