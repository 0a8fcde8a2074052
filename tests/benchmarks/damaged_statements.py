"""Compares what is found in damaged statements with what is found in their true text.

    python tests/benchmarks/damaged_statements.py ../shared

The folder holds ``gold/ocr`` (pairs), ``gold/dev`` and ``gold/seeds`` (labels) and ``eval/score.py``, which does the scoring.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from analyzer.pipeline import Analyzer

KINDS = ("ocr", "truth")


def main(shared):
    az = Analyzer.load()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for kind in ("gold", *KINDS):
            (root / kind).mkdir()
        for path in sorted((shared / "gold" / "ocr").glob("*.truth.txt")):
            stem = path.name.removesuffix(".truth.txt")
            for part in ("dev", "seeds"):
                for labels in (shared / "gold" / part).glob(f"{stem}.*.tsv"):
                    shutil.copy(labels, root / "gold")
            for kind in KINDS:
                report = az.analyze(path.with_name(f"{stem}.{kind}.txt"), id=stem)
                (root / kind / f"{stem}.json").write_text(report.to_json(), encoding="utf-8")
        for kind in KINDS:
            command = [
                sys.executable,
                shared / "eval" / "score.py",
                root / "gold",
                root / kind,
                "--align",
                "text",
            ]
            print(
                f"--- {kind}",
                subprocess.run(command, capture_output=True, text=True, check=True).stdout,
                sep="\n",
            )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
