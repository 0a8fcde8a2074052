"""What can go wrong, as exceptions that name the file and the remedy."""


class AnalyzerError(Exception):
    """Anything the analyser reports to its user: what happened, where, and what to do."""


class UnreadableSource(AnalyzerError):
    """A source cannot be read as a statement (missing, empty, binary, encrypted, damaged)."""


class InvalidKnowledge(AnalyzerError):
    """A knowledge file breaks its schema; the message names file, entry and the valid choices."""


class ModelNotFound(AnalyzerError):
    """A model folder is missing, incomplete or made by an incompatible version."""
