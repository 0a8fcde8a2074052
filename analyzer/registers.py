"""What statements name, as entries of ``data/*.toml``: acts, public bodies, services and companies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Act:
    """A Norwegian act or regulation.

    Attributes:
        short: Its short name; an older act that shares its name has its year after it ("ekomloven-2003").
        title: The official title.
        name: What reports call it, where that is not the short name without the year.
        number: Lovdata's key; None with ``unverified``.
        aliases: Other names, nynorsk and colloquial ones among them.
        abbreviations: Such as "aml", which count only before "§".
        valid_from: First day in force, ISO 8601, where known.
        valid_to: First day no longer in force.
        replaced_by: Short name of the act that took over.
        only_sections: Regular expression of sections that the successor of the same name lacks.
        surviving_sections: Regular expression of sections that are still in force although the act is repealed.
        used_for_successor: Whether the name is in common use for the successor, so that to use it is no mistake.
        pending: Enacted, but not in force.
        unverified: Whether the number is not known for sure.
    """

    __pydantic_config__ = _STRICT
    short: str
    title: str
    name: str = ""
    number: str | None = None
    aliases: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    replaced_by: str | None = None
    only_sections: str = ""
    surviving_sections: str = ""
    used_for_successor: bool = False
    pending: bool = False
    unverified: bool = False


@dataclass(frozen=True)
class FormerName:
    """A name that a public body bore until the day before ``until`` (ISO 8601)."""

    __pydantic_config__ = _STRICT
    name: str
    until: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Authority:
    """A public body, by its present name; ``recipient`` tells whether to name it is to name a recipient of data."""

    __pydantic_config__ = _STRICT
    name: str
    aliases: tuple[str, ...] = ()
    former: tuple[FormerName, ...] = ()
    recipient: bool = True
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """A service or company that statements name.

    Attributes:
        name: As reports give it.
        kind: What it is for.
        country: ISO 3166 alpha-2 of the supplier, or of the parent that decides over it; None where that is not known.
        aliases: Other names, of its products among them; one in lower case is also found capitalised.
        role: Whether it processes data for the controller, or is a controller of its own.
        implies_transfer: Whether to use it is to transfer data out of the EEA; None where the country does not ask.
        ambiguous: Forms that are words or names of other things too, and so need a context that tells of a service.
        examples: Sentences that name it, where a form is ambiguous.
        counterexamples: Sentences with the form that do not.
    """

    __pydantic_config__ = _STRICT
    name: str
    kind: str
    country: str | None = None
    aliases: tuple[str, ...] = ()
    role: Literal["processor", "partner", "authority"] = "processor"
    implies_transfer: bool | None = None
    ambiguous: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
