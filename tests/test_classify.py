"""Labels: rules before the model, denials, evidence, and the models themselves."""

import json

import numpy as np
import pytest

from analyzer.classify import TextInContext, in_context, label_segments, load_model
from analyzer.classify.baseline import BaselineModel, FeatureExtractor, normalise
from analyzer.classify.transformer import TransformerModel
from analyzer.corpus import GoldStatement, Unit
from analyzer.errors import ModelNotFound
from analyzer.records import Document
from analyzer.segment import segment
from analyzer.train import train_baseline


def document(text):
    return Document("test", "test.txt", "0" * 64, "text/plain", text)


class WordModel:
    """Gives a topic the probability that a word stands for."""

    name = "words@0"

    def __init__(self, knowledge, words):
        self.topics = knowledge.topic_ids
        self.thresholds = np.full(len(self.topics), 0.5)
        self._words = words

    def score(self, texts):
        scores = np.zeros((len(texts), len(self.topics)))
        for row, item in enumerate(texts):
            for word, (topic, score) in self._words.items():
                if word in item.text.lower():
                    column = self.topics.index(topic)
                    scores[row, column] = max(scores[row, column], score)
        return scores

    score_sentences = score


def labels_of(text, knowledge, words=None):
    """Each segment's text with its labels as (topic, by, denied)."""
    structure = segment(document(text), knowledge)
    labels, _ = label_segments(structure, WordModel(knowledge, words or {}), knowledge)
    return [
        (s.text, {label.topic: (label.by, label.denied) for label in found})
        for s, found in zip(structure.segments, labels, strict=True)
    ]


def test_label_prefers_the_rule_to_the_model(knowledge):
    words = {"sletting": ("erasure", 0.9)}
    [(_, labels)] = labels_of("Du har rett til innsyn og sletting.", knowledge, words)
    assert labels["erasure"] == ("rule:erasure-right", False)
    assert labels["access"][0].startswith("rule:access")


def test_items_of_a_list_lend_each_other_their_probability(knowledge):
    words = {"snork": ("security", 0.8), "blork": ("security", 0.45), "flork": ("security", 0.05)}
    listed = "Tiltak vi har:\n\n- snork en\n- blork to\n- snork tre\n"
    found = {text: "security" in labels for text, labels in labels_of(listed, knowledge, words)}
    assert found["blork to"]
    alone = {text: "security" in labels for text, labels in labels_of("Blork to.", knowledge, words)}
    assert alone == {"Blork to.": False}
    mixed = "Tiltak vi har:\n\n- snork en\n- flork to\n- snork tre\n"
    found = {text: "security" in labels for text, labels in labels_of(mixed, knowledge, words)}
    assert found == {"Tiltak vi har:": False, "snork en": True, "flork to": False, "snork tre": True}


def test_what_comes_near_the_threshold_is_a_doubt_unless_another_segment_is_sure(knowledge):
    words = {"snork": ("security", 0.4), "blork": ("children", 0.2), "flork": ("security", 0.8)}
    structure = segment(document("Alt er snork.\n\nAlt er blork.\n"), knowledge)
    assert label_segments(structure, WordModel(knowledge, words), knowledge).doubts == {"security": 0}
    structure = segment(document("Alt er snork.\n\nAlt er flork.\n"), knowledge)
    assert label_segments(structure, WordModel(knowledge, words), knowledge).doubts == {}


def test_label_gives_rules_full_score_and_the_model_its_own(knowledge):
    structure = segment(document("Du kan klage til Datatilsynet. Snork er fint."), knowledge)
    words = {"snork": ("security", 0.7)}
    first, second = label_segments(structure, WordModel(knowledge, words), knowledge).labels
    assert [(label.topic, label.score) for label in first] == [("complaint", 1.0)]
    assert [(label.topic, label.score, label.by) for label in second] == [("security", 0.7, "model:words@0")]


def test_label_leaves_out_what_is_below_the_threshold(knowledge):
    [(_, labels)] = labels_of("Snork er fint.", knowledge, {"snork": ("security", 0.49)})
    assert labels == {}


def test_label_attributes_evidence_to_the_sentences_that_carry_it(knowledge):
    text = "Snork er fint. Fjellet er høyt. Grynt er også fint."
    words = {"snork": ("security", 0.9), "grynt": ("security", 0.7), "fjellet": ("security", 0.1)}
    assert [set(labels) for _, labels in labels_of(text, knowledge, words)] == [
        {"security"},
        set(),
        {"security"},
    ]


def test_label_attributes_a_rule_to_its_own_sentence(knowledge):
    text = "Fjellet er høyt. Du kan klage til Datatilsynet."
    assert [set(labels) for _, labels in labels_of(text, knowledge)] == [set(), {"complaint"}]


def test_label_gives_headings_and_table_headers_none(knowledge):
    text = "# Klage til Datatilsynet\n\n| Klage til Datatilsynet | Tid |\n|---|---|\n| Du kan klage til Datatilsynet | nå |"
    assert [bool(labels) for _, labels in labels_of(text, knowledge)] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "topic", "denied"),
    [
        ("Vi overfører ikke opplysninger ut av EØS.", "transfer", True),
        ("Alt lagres på servere i Norge.", "transfer", True),
        ("Opplysningene overføres til USA.", "transfer", False),
        ("Serverne står i Norge, men støtte gis fra USA.", "transfer", False),
        ("Vi selger aldri opplysninger til tredjeparter.", "recipients", True),
        ("Vi deler ikke opplysninger med andre uten samtykke.", "recipients", True),
        ("Opplysninger deles ikke med andre, bortsett fra Posten.", "recipients", False),
        ("Vi deler opplysninger med våre databehandlere.", "recipients", False),
        ("Vi har ikke personvernombud.", "dpo", True),
        ("Vårt personvernombud er Kari Eksempel.", "dpo", False),
        ("Profilering forekommer ikke.", "automated_decisions", True),
        ("Det blir ikkje gjort automatiske avgjerder.", "automated_decisions", True),
        ("Vi bruker ingen informasjonskapsler.", "cookies", True),
        ("Vi bruker kun nødvendige informasjonskapsler.", "cookies", False),
        ("Du kan velge å ikke godta informasjonskapsler.", "cookies", False),
        ("Vi samler ikke inn sensitive personopplysninger.", "special_categories", True),
        ("Vi lagrer ikke IP-adresser.", "data_categories", True),
        ("Vi samler ikke bevisst inn opplysninger om barn.", "children", True),
        # Only a block whose whole message is a denial is one.
        (
            "Vi deler ikke opplysninger med andre. Opplysninger utleveres til Skatteetaten.",
            "recipients",
            False,
        ),
        ("Vi deler ikke opplysninger med andre. Vi selger dem aldri videre til andre.", "recipients", True),
    ],
)
def test_label_marks_denials(text, topic, denied, knowledge):
    found = [labels[topic] for _, labels in labels_of(text, knowledge) if topic in labels]
    assert found
    assert {mark for _, mark in found} == {denied}


def test_label_takes_a_text_without_passages(knowledge):
    structure = segment(document("# Personvern\n"), knowledge)
    assert label_segments(structure, WordModel(knowledge, {}), knowledge) == ([()], {})


def test_label_takes_a_name_for_a_heading_among_recipients_only(knowledge):
    text = "# Leverandører\n\n## Tripletex\n\nFører timelister for oss.\n\n## Sletting av lister\n\nHvert år."
    found = dict(labels_of(text, knowledge))
    assert found["Tripletex"]["recipients"][0] == "rule:recipients-service-heading"
    assert "recipients" in found["Fører timelister for oss."]
    assert found["Leverandører"] == found["Sletting av lister"] == {}


def test_heading_that_is_a_sentence_states_its_fact(knowledge):
    text = "# Rettar\n\n## Du kan også klage til Datatilsynet\n\n## Korleis du kan klage til Datatilsynet\n\nSkriv til oss."
    found = dict(labels_of(text, knowledge))
    assert found["Du kan også klage til Datatilsynet"]["complaint"][0].startswith("rule:")
    assert found["Korleis du kan klage til Datatilsynet"] == {}
    structure = segment(
        document("# Deling\n\n## Vi selger ikke opplysninger\n\nKontoret er lyst."), knowledge
    )
    (label,) = label_segments(structure, WordModel(knowledge, {}), knowledge).labels[1]
    assert (label.topic, label.denied) == ("recipients", True)


def test_veto_binds_the_model_and_no_other_sentence(knowledge):
    words = {"kundedata": ("purpose", 0.9), "postlista": ("purpose", 0.8)}
    text = "Les mer om hvordan banken bruker kundedata. Med postlista deler vi ut bladet."
    (_, link), (_, other) = labels_of(text, knowledge, words)
    assert "purpose" not in link
    assert "purpose" in other


def test_veto_that_settles_leaves_no_doubt(knowledge):
    words = {"kontoret": ("restriction", 0.9), "kundedata": ("purpose", 0.9)}
    text = "Du kan be kontoret om innsyn og sletting. Les mer om hvordan banken bruker kundedata."
    structure = segment(document(text), knowledge)
    labelling = label_segments(structure, WordModel(knowledge, words), knowledge)
    assert not any(label.topic in ("restriction", "purpose") for found in labelling.labels for label in found)
    assert labelling.doubts == {"purpose": 1}


def test_veto_yields_to_a_word_of_the_heading(knowledge):
    words = {"kontoret": ("restriction", 0.9)}
    text = "# Når bruken er på vent\n\nDu kan be kontoret om det når du har krevd retting."
    assert "restriction" in labels_of(text, knowledge, words)[-1][1]


def test_context_is_the_two_innermost_headings_and_the_lead_in(knowledge):
    structure = segment(document("# A\n\n## B\n\n### C\n\nVi samler inn:\n\n- navn"), knowledge)
    item = in_context(structure.passages[-1], structure, "navn")
    assert item == TextInContext("navn", "B > C", "Vi samler inn:", "list_item")
    assert item.context == "B > C > Vi samler inn:"


def test_features_leave_no_address_or_number(knowledge):
    assert normalise("Skriv til Kari@Fjell.example innen 30 dager") == "skriv til  @email  innen 00 dager"
    features = FeatureExtractor(knowledge)(
        TextInContext("Du kan klage til Datatilsynet.", "Klage", "", "paragraph")
    )
    assert {"t:klage", "h:klage", "rule:complaint", "cue:complaint", "kind:paragraph"} <= set(features)


# One line, one passage: what each of the tiny statements says, and its label.
LINES = [
    ("Du kan klage til Datatilsynet om du er misfornøyd.", "complaint"),
    ("Klage sender du til Datatilsynet i Oslo.", "complaint"),
    ("Fjell AS er behandlingsansvarlig for dette.", "controller"),
    ("Behandlingsansvarlig er Fjell AS i Fjellby.", "controller"),
    ("Vi bruker informasjonskapsler på nettsiden.", "cookies"),
    ("Informasjonskapsler husker språket ditt.", "cookies"),
    ("Fjellet er høyt og luften er klar.", ""),
    ("Vi har åpent alle dager unntatt mandag.", ""),
]


@pytest.fixture(scope="module")
def tiny(knowledge):
    """A model trained on six statements of eight lines."""
    statements = []
    for number in range(6):
        lines = [(f"{text[:-1]} nummer {'ab'[number % 2]}.", topic) for text, topic in LINES]
        text = "\n\n".join(line for line, _ in lines)
        units, start = [], 0
        for index, (line, topic) in enumerate(lines):
            units.append(Unit(index, start, start + len(line), line, frozenset(topic.split())))
            start += len(line) + 2
        source = Document(f"s{number}", "s.txt", "0" * 64, "text/plain", text)
        statements.append(GoldStatement(source, tuple(units), ()))
    return train_baseline(statements, knowledge)


TEXTS = [
    TextInContext("Du kan klage til Datatilsynet.", "", "", "paragraph"),
    TextInContext("Luften er klar.", "", "", "paragraph"),
]


def test_baseline_learns_its_topics(tiny, knowledge):
    model, metrics = tiny
    assert metrics["micro_f1"] > 0.9
    column = knowledge.topic_ids.index("complaint")
    klage, luft = model.score(TEXTS)[:, column]
    assert klage > model.thresholds[column] > luft


def test_baseline_scores_as_scikit_learn_does(tiny, knowledge):
    from sklearn.feature_extraction.text import TfidfVectorizer

    model, _ = tiny
    peer = TfidfVectorizer(
        analyzer=FeatureExtractor(knowledge), vocabulary=dict(model._columns), sublinear_tf=True
    )
    peer.idf_ = model._idf.astype(np.float64)
    texts = [
        *TEXTS,
        TextInContext("", "", "", "list_item"),
        TextInContext("klage " * 9, "Klage", "Du kan", "list_item"),
    ]
    expected = 1 / (1 + np.exp(-(peer.transform(texts) @ model._weights + model._bias)))
    np.testing.assert_allclose(model.score(texts), expected, atol=1e-6)


def test_baseline_survives_saving(tiny, knowledge, tmp_path):
    model, _ = tiny
    model.save(tmp_path)
    loaded = load_model(tmp_path, knowledge)
    assert isinstance(loaded, BaselineModel)
    assert loaded.topics == model.topics
    assert loaded.name == model.name
    np.testing.assert_allclose(loaded.score(TEXTS), model.score(TEXTS), atol=1e-6)
    np.testing.assert_allclose(loaded.thresholds, model.thresholds)


def test_baseline_refuses_another_format(tiny, knowledge, tmp_path):
    tiny[0].save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "format": 99}))
    with pytest.raises(ModelNotFound, match=r"format 99.*personvern train"):
        load_model(tmp_path, knowledge)


@pytest.mark.parametrize("missing", ["vocabulary.json", "weights.safetensors"])
def test_baseline_names_what_to_do_when_a_file_is_missing(missing, tiny, knowledge, tmp_path):
    tiny[0].save(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ModelNotFound, match=r"ingen hel modell.*personvern train"):
        load_model(tmp_path, knowledge)


def test_load_model_tells_that_a_folder_holds_no_model(knowledge, tmp_path):
    with pytest.raises(ModelNotFound, match="verken en modellmappe eller en modell"):
        load_model(tmp_path, knowledge)


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "klage", "datatilsynet", "innsyn", "fjellet"]


def write_onnx_classifier(folder, labels):
    """Write a sequence classifier that sums one logit vector a word: "klage" and "innsyn" each say their label."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", WORDS.index("[CLS]")), ("[SEP]", WORDS.index("[SEP]"))],
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    config = {"model_type": "bert", "id2label": dict(enumerate(labels)), "thresholds": {labels[0]: 0.7}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    table = np.zeros((len(WORDS), len(labels)), dtype=np.float32)
    table[WORDS.index("klage"), 0] = table[WORDS.index("innsyn"), 1] = 8.0
    table[WORDS.index("[CLS]")] = -4.0
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["embedded"]),
            helper.make_node("ReduceSum", ["embedded", "axis"], ["logits"], keepdims=0),
        ],
        "classifier",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(labels)])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))


def test_transformer_scores_through_onnx(knowledge, tmp_path):
    write_onnx_classifier(tmp_path, ["complaint", "access", "something_else"])
    model = load_model(tmp_path, knowledge)
    assert isinstance(model, TransformerModel)
    assert model.topics == ("complaint", "access")
    assert model.thresholds.tolist() == [0.7, 0.5]
    texts = [
        TextInContext(t, "", "", "paragraph") for t in ("Klage", "Fjellet Fjellet Fjellet", "Innsyn klage")
    ]
    assert (model.score(texts) > 0.5).tolist() == [[True, False], [False, False], [True, True]]


def test_transformer_keeps_the_order_of_many_texts(knowledge, tmp_path):
    write_onnx_classifier(tmp_path, ["complaint", "access"])
    texts = [
        TextInContext("fjellet " * (i % 7) + ("klage" if i % 3 else ""), "", "", "paragraph")
        for i in range(80)
    ]
    scores = load_model(tmp_path, knowledge).score(texts)
    assert (scores[:, 0] > 0.5).tolist() == [bool(i % 3) for i in range(80)]


def test_transformer_labels_segments(knowledge, tmp_path):
    write_onnx_classifier(tmp_path, ["complaint", "access"])
    structure = segment(document("Klage fjellet. Fjellet."), knowledge)
    labels, _ = label_segments(structure, load_model(tmp_path, knowledge), knowledge)
    assert [[label.topic for label in found] for found in labels] == [["complaint"], []]


def test_transformer_needs_a_label_that_is_a_topic(knowledge, tmp_path):
    write_onnx_classifier(tmp_path, ["cat", "dog"])
    with pytest.raises(ModelNotFound, match="ingen av kategoriene"):
        load_model(tmp_path, knowledge)


def test_transformer_without_onnx_asks_for_pytorch(knowledge, tmp_path):
    write_onnx_classifier(tmp_path, ["complaint", "access"])
    (tmp_path / "model.onnx").unlink()
    try:
        import torch  # noqa: F401
    except ImportError:
        with pytest.raises(ModelNotFound, match="trenger derfor PyTorch"):
            load_model(tmp_path, knowledge)
    else:
        pytest.skip("PyTorch is installed")
