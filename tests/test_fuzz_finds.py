"""What fuzzing has found stays mended: each file of files/fuzz/READER failed, hung or burst once."""

import sys
import time
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent / "fuzz"
sys.path.insert(0, str(FUZZ))

import targets  # noqa: E402

from analyzer.errors import AnalyzerError  # noqa: E402

FINDS = sorted((Path(__file__).parent / "files" / "fuzz").rglob("*.*"))
SECONDS = 10


@pytest.mark.parametrize("path", FINDS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_finds_stay_mended(path):
    begun = time.process_time()
    try:
        targets.READERS[path.parent.name].read(path.read_bytes())
    except AnalyzerError as error:
        assert str(error).strip()
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", targets.READERS)
def test_seeds_are_read(name):
    for seed in targets.READERS[name].seeds():
        targets.READERS[name].read(seed)
