"""Tiny models of five forms whose routers are read; route files, the command and the study."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from heptathlon.cli import app
from heptathlon.errors import HeptathlonError
from heptathlon.models import routes
from heptathlon.models.routes import Text
from heptathlon.scorers import pathways
from heptathlon.studies import study
from heptathlon.studies.kinds.pathways import PathwaysCard

TEXTS = [Text(text=word * (3 + n), group="ab"[n % 2]) for n, word in enumerate(
    ("rain and ", "a b c ", "0 1 1 0 ", "the sea ", "what ", "who is "))]  # fmt: skip


# --- models --------------------------------------------------------------------------------------


def config(form: str, **more: Any) -> Any:
    import transformers

    small = {"vocab_size": 256, "hidden_size": 32, "num_hidden_layers": 3,
             "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 16,
             "max_position_embeddings": 512, "num_experts_per_tok": 2, "bos_token_id": 0,
             "eos_token_id": 0, "pad_token_id": 0}  # fmt: skip
    own: dict[str, dict[str, Any]] = {
        "Olmoe": {"num_experts": 8},
        "Mixtral": {"num_local_experts": 8},
        "Qwen3Moe": {"num_experts": 8, "moe_intermediate_size": 16, "head_dim": 16},
        "GptOss": {"num_local_experts": 8, "head_dim": 16, "layer_types": ["full_attention"] * 3},
        "DeepseekV3": {"n_routed_experts": 8, "n_group": 2, "topk_group": 1, "q_lora_rank": 8,
                       "kv_lora_rank": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8,
                       "v_head_dim": 8, "first_k_dense_replace": 1, "moe_intermediate_size": 16},
        "JetMoe": {"num_local_experts": 4, "kv_channels": 8},
        "Llama": {},
    }  # fmt: skip
    return getattr(transformers, f"{form}Config")(**{**small, **own[form], **more})


def model(form: str, **more: Any) -> Any:
    torch = pytest.importorskip("torch", reason="models need torch")
    transformers = pytest.importorskip("transformers", minversion="5", reason="routers need it")
    torch.manual_seed(0)
    return transformers.AutoModelForCausalLM.from_config(config(form, **more)).eval()


def letters(text: str) -> dict[str, list[int]]:
    return {"input_ids": list(text.encode())}


def read(made: Any, **more: Any) -> routes.RouteFile:
    from heptathlon.models import routers

    return routers.routes_of(made, letters, TEXTS, "tiny", **more)


@pytest.mark.parametrize("form", ["Olmoe", "Mixtral", "Qwen3Moe", "GptOss", "DeepseekV3"])
def test_every_form_of_router_is_read_and_padding_counts_nowhere(form: str):
    made = model(form)
    together, alone = read(made, batch_size=6), read(made, batch_size=1)
    # DeepSeek's first layer is dense.
    assert len(together.layers) == (2 if form == "DeepseekV3" else 3)
    assert (together.experts, together.chosen) == (8, 2)
    assert len({one.tokens for one in together.routes}) > 2
    for one, other in zip(together.routes, alone.routes, strict=True):
        assert np.allclose(one.shares, other.shares, atol=1e-5)
        assert np.allclose(one.entropies, other.entropies, atol=1e-5)
        assert one.loss == pytest.approx(other.loss, abs=1e-4)
        assert one.tokens == other.tokens
    assert together.routes[0].shares != together.routes[1].shares


def test_a_route_is_what_the_model_returns_itself():
    """Beside transformers' own logits, of which OLMoE takes the softmax and the first two."""
    import torch

    made = model("Olmoe")
    found = read(made).routes[0]
    ids = torch.tensor([letters(TEXTS[0].text)["input_ids"]])
    with torch.no_grad():
        out = made(input_ids=ids, labels=ids, output_router_logits=True)
    balance = made.config.router_aux_loss_coef * out.aux_loss
    assert found.loss == pytest.approx(float(out.loss - balance), abs=1e-5)
    for layer, logits in enumerate(out.router_logits):
        weights, places = logits.softmax(-1).topk(2)
        weights = weights / weights.sum(-1, keepdim=True)
        shares = np.zeros(8)
        np.add.at(shares, places.numpy().ravel(), weights.numpy().ravel())
        assert np.allclose(found.shares[layer], shares / ids.numel(), atol=1e-5)
        doubt = -(weights * weights.log()).sum(-1).mean()
        assert found.entropies[layer] == pytest.approx(float(doubt), abs=1e-5)
    rows = [m.mlp.gate.weight.detach().numpy() for m in made.model.layers]
    assert np.allclose(found.cosines, pathways.turns(found.shares, rows), atol=1e-5)


def test_other_routers_and_dense_models_are_refused_by_name():
    with pytest.raises(HeptathlonError, match=r"JetMoe\w+ \(.*\): .* pathways reads routers that"):
        read(model("JetMoe"))
    with pytest.raises(HeptathlonError, match=r"tiny: is a dense model \(llama\) without routers"):
        read(model("Llama"))
    with pytest.raises(HeptathlonError, match=r"OlmoeTopKRouter .*: sends every token to all"):
        read(model("Olmoe", num_experts=2))


# --- files, command, study -----------------------------------------------------------------------


def test_texts_of_a_file_are_checked_and_the_events_own_are_in_no_set(tmp_path: Path):
    file = tmp_path / "texts.jsonl"
    line = json.dumps({"text": "a b", "group": "x"}) + "\n"
    for said, says in (
        (line * 2, "the group 'x' has 2 texts; give each group 3"),
        ("", "the group '' has 0 texts"),
        (line * 3 + '{"txt": "a"}\n', "line 4: text: Field required"),
        ("nonsense\n", "line 1"),
    ):
        file.write_text(said)
        with pytest.raises(HeptathlonError, match=says):
            routes.read_texts(file)
    file.write_text(line * 3)
    assert len(routes.read_texts(file)) == 3
    own = routes.read_texts(None)
    assert len({one.text for one in own}) == len(own) == 72
    assert len({one.group for one in own}) == 6


@pytest.fixture(scope="module")
def checkpoints(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of three random checkpoints, and of one with more experts."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    out = tmp_path_factory.mktemp("checkpoints")
    for seed, (name, experts) in enumerate((("a", 8), ("b", 8), ("c", 8), ("wide", 16))):
        made = model("Olmoe", vocab_size=len(tokenizer), num_experts=experts)
        for weight in made.parameters():
            # Another checkpoint has other weights.
            weight.data.mul_(1 + seed / 4)
        made.save_pretrained(out / name)
        tokenizer.save_pretrained(out / name)
    lines = [one.model_dump_json() for one in TEXTS]
    (out / "texts.jsonl").write_text("\n".join(lines))
    return out


def written(folder: Path, models: Path, names: str = "abc", **more: Any) -> Path:
    file = folder / "paths.yaml"
    made = [{"name": name, "step": n, "model_args": {"pretrained": str(models / name)}}
            for n, name in enumerate(names.split() if " " in names else names)]  # fmt: skip
    base = {"study": "tiny", "kind": "pathways", "checkpoints": made,
            "texts": str(models / "texts.jsonl"), "tokens": 12}  # fmt: skip
    file.write_text(yaml.safe_dump({**base, **more}), encoding="utf-8")
    return file


def test_a_study_reads_routes_once_and_scores_them(checkpoints: Path, tmp_path: Path):
    file = written(tmp_path, checkpoints)
    with pytest.raises(HeptathlonError, match=r"a\.routes\.json: holds no routes"):
        study.score_study(study.read_study(file))
    said: list[str] = []
    study.run_study(study.read_study(file), said.append)
    study.run_study(study.read_study(file), said.append)
    assert said == [f"{n}: {s}" for s in ("routes of 6 texts", "routes read before") for n in "abc"]
    done = CliRunner().invoke(app, ["study", "score", str(file)])
    assert done.exit_code == 0, done.output
    card = study.read_card(tmp_path / "paths.card.json")
    assert isinstance(card, PathwaysCard)
    assert (card.layers, card.experts, card.chosen, card.texts, card.groups) == (3, 8, 2, 6, 2)
    assert set(card.passages[0].figures) == set(pathways.FIGURES)
    assert len({one.outcomes["loss"].value for one in card.passages}) == 3
    assert all(one.p_value is None for one in card.agreements)
    assert all(one.reason for one in card.agreements)
    page = (tmp_path / "paths.report.html").read_text()
    assert "its meaning turns over" in page
    assert "<svg" in page


def test_checkpoints_that_cannot_be_compared_are_refused(checkpoints: Path, tmp_path: Path):
    file = written(tmp_path, checkpoints, "a wide")
    study.run_study(study.read_study(file), lambda text: None)
    with pytest.raises(HeptathlonError, match="wide has another number of experts than"):
        study.score_study(study.read_study(file))
    path = tmp_path / "runs" / "wide.routes.json"
    told = json.loads((tmp_path / "runs" / "a.routes.json").read_text())
    told["routes"][0]["shares"][0][0] += 0.5
    path.write_text(json.dumps(told))
    with pytest.raises(HeptathlonError, match=r"wide\.routes\.json: .*do not add up to 1"):
        study.score_study(study.read_study(file))
    (tmp_path / "runs" / "wide.routes.json").unlink()
    file = written(tmp_path, checkpoints, "a wide", tokens=5)
    study.run_study(study.read_study(file), lambda text: None)
    with pytest.raises(HeptathlonError, match="wide has texts in other tokens than a"):
        study.score_study(study.read_study(file))
    (tmp_path / "runs" / "a.routes.json").unlink()
    homeless = [{"name": name, "step": step} for step, name in enumerate("ab")]
    asked = study.read_study(written(tmp_path, checkpoints, checkpoints=homeless))
    with pytest.raises(HeptathlonError, match="a: has neither routes nor model_args"):
        study.run_study(asked, lambda text: None)
    task = "heptathlon_icl_forced_smoke"
    for wrong, says in (({"tasks": [task]}, "tasks and metric go together"),
                        ({"names": "aa"}, "two rows")):  # fmt: skip
        with pytest.raises(HeptathlonError, match=says):
            study.read_study(written(tmp_path, checkpoints, **wrong))


def test_the_command_refuses_a_dense_model(checkpoints: Path, tiny_model: Path, tmp_path: Path):
    to = tmp_path / "x.routes.json"
    texts = ["--texts", str(checkpoints / "texts.jsonl"), "--out", str(to)]
    done = CliRunner().invoke(app, ["pathways", "--model", str(checkpoints / "a"), *texts])
    assert done.exit_code == 0, done.output
    assert "6 texts through 3 layers of 8 experts, 2 a token" in done.output
    assert routes.read(to).model == "a"
    to.unlink()
    done = CliRunner().invoke(app, ["pathways", "--model", str(tiny_model), *texts])
    assert "is a dense model (llama)" in str(done.exception)
    assert not to.exists()
    done = CliRunner().invoke(app, ["pathways", "--model", str(tmp_path / "none"), *texts])
    assert "cannot be loaded by transformers on cpu" in str(done.exception)
    made = ["--model", str(checkpoints / "a"), "--device", "nowhere", *texts]
    done = CliRunner().invoke(app, ["pathways", *made])
    assert "cannot be loaded by transformers on nowhere" in str(done.exception)


def test_a_scored_event_stands_beside_the_routes(checkpoints: Path, tmp_path: Path):
    """Players answer, and routes are read from files: neither needs the other's weights."""
    task = "heptathlon_icl_forced_smoke"
    rows = []
    for step, player in enumerate(("constant", "oracle")):
        told = tmp_path / f"{player}.json"
        made = ["--model", str(checkpoints / "ab"[step]), "--out", str(told)]
        texts = ["--texts", str(checkpoints / "texts.jsonl"), "--tokens", "6"]
        assert CliRunner().invoke(app, ["pathways", *made, *texts]).exit_code == 0
        rows.append({"name": player, "step": step, "routes": told.name,
                     "model_args": {"player": player}})  # fmt: skip
    file = written(tmp_path, checkpoints, checkpoints=rows, tasks=[task], metric="pair",
                   model="heptathlon")  # fmt: skip
    study.run_study(study.read_study(file), lambda text: None)
    card = study.score_study(study.read_study(file))
    assert [one.outcomes[task].value for one in card.passages] == [0, 1]
    assert {one.outcome for one in card.agreements} == {"loss", task}
    with pytest.raises(HeptathlonError, match=f"{task}: has no metric 'f1'; it has right"):
        study.score_study(study.read_study(written(tmp_path, checkpoints, checkpoints=rows,
                                                   tasks=[task], metric="f1",
                                                   model="heptathlon")))  # fmt: skip
