"""Shows what is found in each part of many statements of one kind, as shares of the statements.

    python tests/benchmarks/sula.py ../shared/statements/sula

The folder's statements follow one template (purpose, kinds of data, recipients, grounds in articles 6 and 9, acts,
retention), so a part that is found in few of them is one that the analyser misses, or that they leave out. ``--lacking
PART`` lists the statements in which a part was not found.
"""

import argparse
from collections import Counter
from pathlib import Path

from analyzer.pipeline import Analyzer
from analyzer.report import Report

PARTS = {
    "purpose (disclosure)": lambda r: "purpose" in disclosed(r),
    "purpose (phrases)": lambda r: bool(r["purposes"]),
    "kinds of data (phrases)": lambda r: bool(r["data_categories"]),
    "legal basis, article 6": lambda r: has_basis(r, "6."),
    "legal basis, article 9": lambda r: has_basis(r, "9."),
    "legal basis, any": lambda r: bool(r["legal_bases"]),
    "retention, any": lambda r: bool(r["retention"]),
    "retention, a length": lambda r: any(x["duration"] for x in r["retention"]),
    "retention by statute": lambda r: any(x["statute"] for x in r["retention"]),
    "recipients (disclosure)": lambda r: "recipients" in disclosed(r),
    "recipients (named)": lambda r: bool(r["recipients"]),
    "transfer": lambda r: "transfer" in disclosed(r),
    "source": lambda r: "source" in disclosed(r),
    "statutes": lambda r: bool(r["statutes"]),
    "automated decisions": lambda r: "automated_decisions" in disclosed(r),
    "special categories": lambda r: "special_categories" in disclosed(r),
    "controller": lambda r: "controller" in disclosed(r),
    "complaint": lambda r: "complaint" in disclosed(r),
}


def disclosed(report):
    return {d["id"] for d in report["disclosures"] if d["status"] in ("present", "partial")}


def has_basis(report, article):
    return any(basis["article"].startswith(article) for basis in report["legal_bases"])


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--lacking", choices=PARTS)
    options = arguments.parse_args()
    az = Analyzer.load(as_of="2026-11-21")
    outcomes = list(az.analyze_many(sorted(options.folder.glob("*.txt"))))
    reports = [outcome.data for outcome in outcomes if isinstance(outcome, Report)]
    print(f"{len(reports)} statements, {len(outcomes) - len(reports)} not read\n")
    for name, holds in PARTS.items():
        found = sum(map(holds, reports))
        print(f"{name:28} {found:4} {found / max(1, len(reports)):6.1%}")
    print("\narticles", *(f"{a} {n}" for a, n in sorted(articles(reports).items())), sep="  ")
    if options.lacking:
        lacking = [r["document"]["id"] for r in reports if not PARTS[options.lacking](r)]
        print(f"\nwithout {options.lacking}:", *lacking, sep="\n  ")


def articles(reports):
    """Count the statements that rely on each point of articles 6 and 9."""
    return Counter(article for r in reports for article in {b["article"] for b in r["legal_bases"]})


if __name__ == "__main__":
    main()
