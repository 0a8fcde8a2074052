"""Lets ``python -m analyzer`` do what ``personvern`` does."""

from analyzer.cli import run

run()
