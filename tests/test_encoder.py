"""Retrievers as an lm-eval model: a tiny transformer pooled, BM25, and what is refused.

Long because one tiny encoder serves all tests.
"""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models import bm25, encoders, templates
from heptathlon.models import encoder as module
from heptathlon.models.encoder import EncoderLM
from heptathlon.running import runner
from heptathlon.running.runs import find_run_folder, read_run
from heptathlon.scorers import rarb as scorer
from heptathlon.scorers import rarb_retrieve
from heptathlon.scorers.reading.numbers import numbers_in
from heptathlon.scoring import scorecard

torch = pytest.importorskip("torch")


def docs_of(config: str) -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("rarb", tier="smoke")), config)


def request(doc: dict[str, Any], *args: str) -> Any:
    return SimpleNamespace(doc=doc, args=args or (doc["query"], {}), task_name="heptathlon_rarb_x")


@pytest.fixture(scope="module")
def lm(tiny_model: Path) -> EncoderLM:
    return EncoderLM(str(tiny_model), device="cpu", max_length=512)


def test_similarity_is_the_cosine_of_pooled_states(tiny_model: Path, lm: EncoderLM):
    """Against the model called by hand, one text at a time and without padding."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    model = AutoModel.from_pretrained(str(tiny_model)).eval()

    def hidden(text: str) -> Any:
        with torch.inference_mode():
            return model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]

    texts = ["a short one", "and a rather longer text than the other", "x"]
    by_hand = {
        "mean": [hidden(t).mean(dim=0) for t in texts],
        "last": [hidden(t)[-1] for t in texts],
        "cls": [hidden(t)[0] for t in texts],
        "weighted_mean": [
            (hidden(t) * (w := torch.arange(1, len(hidden(t)) + 1).float())[:, None]).sum(dim=0)
            / w.sum()
            for t in texts
        ],
    }
    for pooling, expected in by_hand.items():
        one = EncoderLM(str(tiny_model), pooling=pooling, similarity="dot", device="cpu")
        assert np.allclose(one.vectors(texts), np.stack(expected), atol=1e-5), pooling
    unit = lm.vectors(texts)
    assert np.allclose(np.linalg.norm(unit, axis=1), 1)
    found = lm.loglikelihood([request({}, texts[0], f"\n{t}") for t in texts])
    assert [greedy for _, greedy in found] == [False] * 3
    assert np.allclose([s for s, _ in found], unit @ unit[0], atol=1e-6)


def test_instructions_stand_before_query_and_document(tiny_model: Path, lm: EncoderLM):
    told = EncoderLM(
        str(tiny_model), device="cpu", query_instruction="Instruct: x\\nQuery: ",
        document_instruction="passage: ",
    )  # fmt: skip
    (score, _), = told.loglikelihood([request({}, "q", " d")])  # fmt: skip
    pair = lm.vectors(["Instruct: x\nQuery: q", "passage: d"])
    assert score == pytest.approx(float(pair[0] @ pair[1]), abs=1e-6)
    assert told.get_model_info()["query_instruction"] == "Instruct: x\nQuery: "


def test_full_retrieval_counts_the_ranks_of_a_sorted_search(lm: EncoderLM):
    docs = docs_of("retrieve")[:12]
    answers = lm.generate_until([request(d) for d in docs])
    folder = store.ensure(store.SetName("rarb", tier="smoke"))
    table = store.read_table(folder, "corpus", "corpus")
    ids, texts = table["doc_id"].to_pylist(), table["text"].to_pylist()
    scores = lm.vectors([d["query"] for d in docs]) @ lm.vectors(texts).T
    for doc, answer, row in zip(docs, answers, scores, strict=True):
        said = rarb_retrieve.read_ranks(answer)
        order = sorted(range(len(ids)), key=lambda i: (row[i], ids[i]), reverse=True)
        true = {ids[i]: rank for rank, i in enumerate(order, start=1)}
        for document in [*doc["gold_ids"], *doc["hard_ids"]]:
            # Another shape of the product may round a near tie the other way.
            assert abs(said[document] - true[document]) <= 1
        assert not scorer.verdict(doc, [answer]).invalid


def test_a_run_file_scores_as_the_counted_ranks_do(tiny_model: Path, lm: EncoderLM):
    docs = docs_of("retrieve")[:12]
    listed = EncoderLM(str(tiny_model), device="cpu", max_length=512, top_k=100)
    counted = lm.generate_until([request(d) for d in docs])
    lists = listed.generate_until([request(d) for d in docs])
    assert all(len(line.split()) == 100 for line in lists)
    for doc, a, b in zip(docs, counted, lists, strict=True):
        first, second = (scorer.verdict(doc, [text]).metrics for text in (a, b))
        for metric in ("ndcg_10", "recall_10"):
            assert first[metric] == pytest.approx(second[metric], abs=0.05)


def test_lists_name_the_nearest_candidates(lm: EncoderLM):
    for doc in [*docs_of("rank")[:3], *docs_of("choose")[:2]]:
        (answer,) = lm.generate_until([request(doc)])
        numbers = numbers_in(answer.removeprefix("ANSWER: "))
        scores = lm.similarities([(doc["query"], t) for t in doc["candidates"]])
        assert numbers[0] == int(np.argmax(scores)) + 1
        assert len(numbers) == module.LISTS[doc["form"]]


def test_it_runs_through_lm_eval_and_is_scored(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Retrieval, ranking, and another family's multiple choice, in one run."""
    runner.run(
        ["--model", "heptathlon-encoder", "--model_args", f"pretrained={tiny_model},max_length=512",
         "--tasks", "heptathlon_rarb_rank_smoke,heptathlon_rarb_rank_inst_smoke,"
         "heptathlon_rarb_retrieve_smoke,heptathlon_maze_next_move_smoke",
         "--limit", "6", "--output_path", str(tmp_path)]
    )  # fmt: skip
    card, scored = scorecard.score_run(read_run(find_run_folder(tmp_path)))
    assert card.model.backend == "heptathlon-encoder"
    assert {one.variant for one in scored} == {
        "rarb_rank", "rarb_rank_inst", "rarb_retrieve", "maze_next_move"
    }  # fmt: skip
    forms = {form.variant: form for form in card.families["rarb"].forms}
    assert "instruction_gain" in forms["rarb_rank_inst"].metrics
    assert forms["rarb_retrieve"].metrics["recall_100"].value is not None
    assert card.families["rarb"].bar.ceiling <= 1.0


# --- what is refused -----------------------------------------------------------------------------


def test_texts_beyond_the_window_are_counted(tiny_model: Path, caplog: pytest.LogCaptureFixture):
    one = EncoderLM(str(tiny_model), device="cpu", max_length=16)
    one.vectors(["short", "long " * 50, "long " * 50, "longer " * 60])
    assert "2 of 3 texts are longer than the 16 tokens" in caplog.text


def test_wrong_arguments():
    with pytest.raises(HeptathlonError, match="no model is named"):
        EncoderLM()
    with pytest.raises(UnknownNameError, match="did you mean 'pooling'"):
        EncoderLM("x", poling="mean")
    with pytest.raises(UnknownNameError, match="did you mean 'transformers'"):
        EncoderLM("x", backend="transformer")
    with pytest.raises(UnknownNameError, match="cos"):
        EncoderLM("x", similarity="cosine")
    with pytest.raises(HeptathlonError, match="neither a folder nor a model"):
        EncoderLM("no/such-model")


def test_an_unknown_pooling(tiny_model: Path):
    with pytest.raises(UnknownNameError, match="did you mean 'mean'"):
        EncoderLM(str(tiny_model), pooling="means", device="cpu")


def test_remote_code_is_refused(tiny_model: Path, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="trust_remote_code"):
        EncoderLM(str(tiny_model), trust_remote_code=True)
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "m.M"}}))
    with pytest.raises(HeptathlonError, match="auto_map"):
        EncoderLM(str(folder))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modules.json").write_text(json.dumps([{"type": "custom.Pooling"}]))
    with pytest.raises(HeptathlonError, match=r"custom\.Pooling"):
        EncoderLM(str(folder))


def test_backends_are_recognised(tmp_path: Path):
    def model(**config: Any) -> Path:
        (tmp_path / "config.json").write_text(json.dumps(config))
        return tmp_path

    assert encoders.backend_of(model(architectures=["LlamaForCausalLM"])) == "transformers"
    assert encoders.backend_of(model(model_type="model2vec")) == "static"
    cross = model(architectures=["BertForSequenceClassification"])
    assert encoders.backend_of(cross) == "cross-encoder"
    (tmp_path / "modules.json").write_text("[]")
    assert encoders.backend_of(tmp_path) == "sentence-transformers"
    (tmp_path / "modules.json").unlink()
    (tmp_path / "config.json").unlink()
    with pytest.raises(HeptathlonError, match=r"no config\.json"):
        encoders.backend_of(tmp_path)


def test_free_text_is_refused(lm: EncoderLM):
    with pytest.raises(HeptathlonError, match="asks for a text"):
        lm.generate_until([request({"form": "path"}, "Find a path", "{}")])
    with pytest.raises(NotImplementedError):
        lm.loglikelihood_rolling([])


def test_broken_models_are_refused(lm: EncoderLM, monkeypatch: pytest.MonkeyPatch):
    real = lm.vectors
    docs = docs_of("rank")[:2]
    requests = [request(d, d["query"], t) for d in docs for t in d["candidates"]]
    monkeypatch.setattr(lm, "vectors", lambda texts: np.ones_like(real(texts)))
    with pytest.raises(HeptathlonError, match="same embedding"):
        lm.loglikelihood(requests)
    monkeypatch.setattr(lm, "vectors", lambda texts: np.full_like(real(texts), np.inf))
    monkeypatch.setattr(module, "refuse_constant", lambda *a: None)
    with pytest.raises(HeptathlonError, match="the run is not scored"):
        lm.loglikelihood(requests)


def test_a_search_at_chance_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(HeptathlonError, match="which is chance"):
        module._refuse_chance(rng.integers(1, 10_001, 200), 10_000)
    module._refuse_chance(rng.integers(1, 5_001, 200), 10_000)
    module._refuse_chance(rng.integers(1, 10_001, 20), 10_000)


def test_missing_libraries_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(__import__("sys").modules, "bm25s", None)
    with pytest.raises(HeptathlonError, match="install the extra 'retrieval'"):
        bm25.Bm25Index(["a"])
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(HeptathlonError, match="install the extra 'retrieval'"):
        encoders.CrossEncoderScorer(tmp_path, "cpu", 1, 0)


# --- BM25 ----------------------------------------------------------------------------------------


def test_bm25_by_bm25s():
    pytest.importorskip("bm25s")
    lm = EncoderLM("bm25")
    docs = docs_of("retrieve")
    found = lm.generate_until([request(d) for d in docs])
    figures = [scorer.verdict(d, [a]).metrics for d, a in zip(docs, found, strict=True)]
    ndcg = sum(f["ndcg_10"] for f in figures) / len(figures)
    assert 0.25 < ndcg < 0.6
    hard = sum(f["hard_acc"] for f in figures) / len(figures)
    assert hard == pytest.approx(1 / 8, abs=0.1)
    same = lm.loglikelihood([request({}, "old mill", " mill race"), request({}, "", " mill race")])
    assert same[0][0] > same[1][0] == 0.0


def test_stems_are_compared_where_they_are_asked_for():
    """Against bm25s and PyStemmer called by hand, as MTEB's published baseline calls them."""
    bm25s = pytest.importorskip("bm25s")
    stemmer = pytest.importorskip("Stemmer").Stemmer("english")
    texts = ["The mills were grinding slowly.", "A mill grinds.", "He walked to the chapel."]
    query = "Which miller's mill is grinding the walks?"
    by_hand = bm25s.BM25()
    options = {"stopwords": "en", "show_progress": False, "return_ids": False}
    by_hand.index(bm25s.tokenize(texts, stemmer=stemmer, **options), show_progress=False)
    words = bm25s.tokenize([query], stemmer=stemmer, **options)[0]
    stemmed = bm25.Bm25Index(texts, stemmed=True).scores(query)
    assert np.allclose(stemmed, by_hand.get_scores(words))
    plain = bm25.Bm25Index(texts).scores(query)
    assert plain[2] == 0 < stemmed[2], "walked is no walks, but has its stem"
    pairs = [request({}, "walks", " he walked"), request({}, "walks", " a mill")]
    assert [s > 0 for s, _ in EncoderLM("bm25_stemmed").loglikelihood(pairs)] == [True, False]
    assert [s for s, _ in EncoderLM("bm25").loglikelihood(pairs)] == [0.0, 0.0]
    assert EncoderLM("bm25_stemmed").get_model_info()["backend"] == "bm25_stemmed"


# --- templates -----------------------------------------------------------------------------------


PIQA = {
    "form": "retrieve", "kind": "piqa", "query": "open a jar",
    "instruction": "Given the following goal, retrieve a possible solution.",
}  # fmt: skip
TOLD = f"{PIQA['instruction']} {PIQA['query']}"


@pytest.mark.parametrize(
    ("preset", "with_one", "without", "document", "plain_document"),
    [
        ("", TOLD, "open a jar", "twist", "twist"),
        ("e5-mistral", f"Instruct: {PIQA['instruction']}\nQuery: open a jar",
         "Instruct: \nQuery: open a jar", "twist", "twist"),
        ("gritlm", f"<|user|>\n{PIQA['instruction']}\n<|embed|>\nopen a jar",
         "<|embed|>\nopen a jar", "<|embed|>\ntwist", "<|embed|>\ntwist"),
        ("instructor", f"{PIQA['instruction']}open a jar", "open a jar",
         "represent the solution for a goaltwist", "twist"),
    ],
)  # fmt: skip
def test_presets_put_texts_as_the_benchmarks_authors_put_them(
    preset: str, with_one: str, without: str, document: str, plain_document: str
):
    put = templates.templates(preset)
    assert put.asked(PIQA, TOLD) == with_one
    assert put.asked(PIQA, "open a jar") == without
    assert put.told(PIQA, TOLD, "twist") == document
    assert put.told(PIQA, "open a jar", "twist") == plain_document
    choice = {**PIQA, "form": "mcr"}
    assert put.told(choice, TOLD, "twist") == plain_document, "choices have no instruction"
    assert put.asked({}, "any other task") == put.asked(PIQA, "any other task")


def test_a_users_templates():
    put = templates.templates("e5-mistral", query_template="Do {instruction}\\nQ: {query}")
    assert put.asked(PIQA, TOLD) == f"Do {PIQA['instruction']}\nQ: open a jar"
    assert put.asked(PIQA, "open a jar").prompt == "Instruct: \nQuery: "
    for wrong in ({"query_template": "{query} ?"}, {"plain_query_template": "{instruction}{query}"},
                  {"document_template": "none"}, {"query_template": "{queri}{query}"}):  # fmt: skip
        with pytest.raises(HeptathlonError, match="must end with"):
            templates.templates(**wrong)
    with pytest.raises(HeptathlonError, match="says the same"):
        templates.templates("gritlm", query_instruction="x")
    with pytest.raises(UnknownNameError, match="did you mean 'gritlm'"):
        templates.templates("gritml")


def test_a_prompt_that_is_not_pooled_leaves_the_mean(tiny_model: Path):
    """Against the hidden states of the whole text, the prompt's own left out by hand."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    model = AutoModel.from_pretrained(str(tiny_model)).eval()
    lm = EncoderLM(
        str(tiny_model), device="cpu", similarity="dot", pool_prompt=False, pooling="mean",
        query_template="ask {instruction}: {query}", document_template="say: {document}",
    )  # fmt: skip
    asked, told = lm._put.asked(PIQA, TOLD), lm._put.told(PIQA, TOLD, "twist the lid off")
    for text, found in zip([asked, told], lm.vectors([asked, told]), strict=True):
        with torch.inference_mode():
            states = model(**tokenizer(str(text), return_tensors="pt")).last_hidden_state[0]
        skipped = len(tokenizer(text.prompt)["input_ids"])
        assert 0 < skipped < len(states)
        assert np.allclose(found, states[skipped:].mean(dim=0), atol=1e-5)
    assert not np.allclose(found, states.mean(dim=0), atol=1e-3)


def test_both_directions_let_a_token_see_what_follows(tiny_model: Path):
    texts = ["mill race", "mill chapel and more"]
    for attention, same in (("causal", True), ("both", False)):
        lm = EncoderLM(str(tiny_model), device="cpu", pooling="cls", attention=attention)
        first, second = lm.vectors(texts)
        assert np.allclose(first, second, atol=1e-5) == same
    alone = lm.vectors(["mill race"])[0]
    assert np.allclose(first, alone, atol=1e-5), "what fills up a batch is not seen"
    grit = EncoderLM(str(tiny_model), device="cpu", preset="gritlm").get_model_info()
    assert (grit["attention"], grit["pooling"], grit["pool_prompt"]) == ("both", "mean", False)
    with pytest.raises(UnknownNameError, match="attention"):
        EncoderLM(str(tiny_model), device="cpu", attention="bidirectional")


# --- other libraries, where they are installed ---------------------------------------------------


def test_cross_encoder_scores_pairs(tiny_model: Path, tmp_path: Path):
    pytest.importorskip("sentence_transformers")
    from transformers import AutoModelForSequenceClassification

    folder = tmp_path / "cross"
    shutil.copytree(tiny_model, folder)
    for labels in (1, 2):
        torch.manual_seed(labels)
        model = AutoModelForSequenceClassification.from_pretrained(
            str(tiny_model), num_labels=labels
        )
        model.save_pretrained(folder)
        lm = EncoderLM(str(folder), device="cpu", max_length=256)
        asked = [request({}, "query", f" document {i}") for i in range(5)]
        found = lm.loglikelihood(asked)
        assert found == lm.loglikelihood(asked)
        assert len({score for score, _ in found}) > 1
    with pytest.raises(HeptathlonError, match="heptathlon_rarb_rank"):
        lm.generate_until([request(docs_of("retrieve")[0])])


def test_sentence_transformers_agree_with_pooled_states(tiny_model: Path, tmp_path: Path):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    folder = tmp_path / "st"
    # Of a folder without modules.json the library makes a transformer with a pooling of its choice.
    plain = tmp_path / "plain"
    shutil.copytree(tiny_model, plain)
    # With a chat template the library turns each text into a chat; that is the model's own way.
    (plain / "chat_template.jinja").unlink(missing_ok=True)
    made = sentence_transformers.SentenceTransformer(str(plain), device="cpu")
    if made.tokenizer.pad_token is None:
        made.tokenizer.pad_token = made.tokenizer.eos_token
    made.save(str(folder))
    texts = ["one text", "another text, which is longer", "x"]
    chosen = (folder / "1_Pooling" / "config.json").read_text()
    pooling = "last" if '"lasttoken"' in chosen or 'lasttoken": true' in chosen else "mean"
    ours = EncoderLM(str(tiny_model), device="cpu", pooling=pooling).vectors(texts)
    theirs = EncoderLM(str(folder), device="cpu").vectors(texts)
    assert np.allclose(ours, theirs, atol=1e-5)
    told = [templates.Prompted.of("Represent this: ", text) for text in texts]
    unpooled = {"device": "cpu", "pool_prompt": False}
    ours = EncoderLM(str(tiny_model), pooling=pooling, **unpooled).vectors(told)
    assert np.allclose(ours, EncoderLM(str(folder), **unpooled).vectors(told), atol=1e-5)


def test_static_embeddings(tmp_path: Path):
    model2vec = pytest.importorskip("model2vec")
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {"[UNK]": 0, "[PAD]": 1, "mill": 2, "race": 3, "chapel": 4}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.eye(5, 3, dtype=np.float32)
    vectors[2:] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    model2vec.StaticModel(vectors, tokenizer).save_pretrained(str(tmp_path))
    lm = EncoderLM(str(tmp_path), backend="static")
    found = lm.loglikelihood([request({}, "mill", " mill race"), request({}, "mill", " chapel")])
    assert found[0][0] == pytest.approx(0.5**0.5)
    assert found[1][0] == pytest.approx(0.0)


def test_static_embeddings_through_sentence_transformers(tmp_path: Path):
    """Its window is infinite, and no text is too long for it."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "mill": 1, "race": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    parts = pytest.importorskip("sentence_transformers.models")
    static = parts.StaticEmbedding(tokenizer, embedding_weights=np.eye(3, dtype=np.float32))
    sentence_transformers.SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path))
    lm = EncoderLM(str(tmp_path), device="cpu")
    found = lm.loglikelihood([request({}, "mill", " mill race"), request({}, "mill", " race")])
    assert found[0][0] == pytest.approx(0.5**0.5)
    assert found[1][0] == pytest.approx(0.0)
