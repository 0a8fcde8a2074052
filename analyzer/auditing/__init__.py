"""Audits of many statements: run, resumed, summed up and compared. ``run.py`` is where the parts meet.

options → task → guard → schedule → folder → rows → tables → organisations → templates → across → collect → results →
compare → run
"""

from __future__ import annotations

from analyzer.auditing.options import Options
from analyzer.auditing.results import Audit
from analyzer.auditing.run import Step, run_audit
from analyzer.sources import Source

__all__ = ["Audit", "Options", "Source", "Step", "run_audit"]
