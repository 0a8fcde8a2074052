"""Public bodies and their former names: found, and told from what only looks like them."""

import pytest
from builders import facts


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("Du kan klage til Fylkesmannen i Vik.", [("Fylkesmannen", "Statsforvalteren", "2021-01-01")]),
        ("Fylkesmannens vedtak er endeleg.", [("Fylkesmannen", "Statsforvalteren", "2021-01-01")]),
        ("Pålogging: Difi", [("Difi", "Digitaliseringsdirektoratet", "2020-01-01")]),
        (
            "Prosjektet er meldt til NSD og Fylkesmannen.",
            [("NSD", "Sikt", "2022-01-01"), ("Fylkesmannen", "Statsforvalteren", "2021-01-01")],
        ),
        ("Statsforvaltaren (tidlegare Fylkesmannen) er klageinstans.", []),
        ("Du kan klage til statsforvalteren.", []),
        ("Vi følger riksarkivarens forskrift.", []),
        ("Modifiser og endre dikuler.", []),
        ("Klagen går til tidligere Fylkesmannen.", []),
    ],
)
def test_authorities_under_former_names(text, renamed, knowledge, names):
    found = facts(text, knowledge=knowledge, names=names).authorities
    assert [(a.name, a.current, a.renamed_on) for a in found] == renamed


def test_a_former_name_is_reported_once_and_quoted_from_the_document(knowledge, names):
    lines = ("Klag til oss.", "Klag så til fylkesmannen.", "Fylkesmannen svarer deg.")
    (found,) = facts(*lines, knowledge=knowledge, names=names).authorities
    assert (found.text, "\n".join(lines)[found.start : found.end]) == ("fylkesmannen", "fylkesmannen")


@pytest.mark.parametrize(("as_of", "count"), [("2020-12-31", 0), ("2021-01-01", 1)])
def test_a_name_is_old_from_the_day_of_the_new(as_of, count, knowledge, names):
    found = facts("Klag til Fylkesmannen.", knowledge=knowledge, names=names, as_of=as_of).authorities
    assert len(found) == count
