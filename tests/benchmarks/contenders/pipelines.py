"""Pipelines: documents a second and memory beside pipelines that do other, and less, work on the same texts."""

from __future__ import annotations

from contenders import Contender, Document, Options, each, read_statements


def prepare(folder, options: Options) -> list[Document]:
    return read_statements(options)


def load_personvern(options: Options):
    from contenders.topics import load_personvern

    return load_personvern(options)


def load_spacy(options: Options):
    from throughput import make_spacy

    nlp = make_spacy()
    return lambda documents: [len(list(doc.sents)) for doc in nlp.pipe(d.text for d in documents)]


def load_edsnlp(options: Options):
    """Normalisation, sentences, the topics' cues as terms, and dates, on its own blank language."""
    import edsnlp

    from analyzer.knowledge import Knowledge

    terms = {topic.id: [cue.strip("*") for cue in topic.cues] for topic in Knowledge.load().topics}
    nlp = edsnlp.blank("eds")
    nlp.add_pipe("eds.normalizer")
    nlp.add_pipe("eds.sentences")
    nlp.add_pipe("eds.matcher", config={"terms": terms, "attr": "LOWER"})
    nlp.add_pipe("eds.dates")
    return lambda documents: [len(doc.ents) for doc in nlp.pipe([d.text for d in documents])]


def load_presidio(options: Options):
    """Its patterns for e-mail, telephone, IBAN, credit cards, IP and web addresses and dates, on blank Norwegian."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # Its own extractor would fetch the list of public suffixes from the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    names = ("Email", "Phone", "Iban", "CreditCard", "Ip", "Url", "Date")
    registry = RecognizerRegistry(supported_languages=["nb"])
    for name in names:
        registry.add_recognizer(getattr(predefined_recognizers, f"{name}Recognizer")(supported_language="nb"))
    engine = SpacyNlpEngine(models=[{"lang_code": "nb", "model_name": "blank"}])
    engine.nlp = {"nb": spacy.blank("nb")}
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["nb"])
    return each(lambda document: len(analyzer.analyze(document.text, language="nb")))


CONTENDERS = [
    Contender("personvern analyze", load_personvern, "personvern-analyzer"),
    Contender("spaCy blank nb, sentencizer", load_spacy, "spacy"),
    Contender("EDS-NLP: sentences, terms, dates", load_edsnlp, "edsnlp"),
    Contender("Presidio: patterns", load_presidio, "presidio-analyzer"),
]


def score(documents, outputs, options):
    """There is nothing to compare: each does something else."""
    return {}
