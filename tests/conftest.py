"""Fixtures of all tests, made once a session, and the switches that rewrite pinned results."""

import pytest

from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.pipeline import Analyzer

AS_OF = "2026-11-21"


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden reports")
    parser.addoption(
        "--freeze-schema", action="store_true", help="freeze the present version of the JSON report"
    )
    parser.addoption(
        "--update-floors", action="store_true", help="raise corpus/floors.json to what is reached"
    )
    parser.addoption("--update-notebooks", action="store_true", help="save the notebooks with their outputs")
    parser.addoption("--allow-regression", action="store_true", help="let --update-floors lower a floor")


@pytest.fixture(scope="session")
def knowledge():
    return Knowledge.load()


@pytest.fixture(scope="session")
def names(knowledge):
    return NameFinder(knowledge)


@pytest.fixture(scope="session")
def az():
    return Analyzer.load(as_of=AS_OF)
