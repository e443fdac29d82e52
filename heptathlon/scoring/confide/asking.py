"""Asking a run's model about the answers that it gave."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

from heptathlon import models
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, write_text_atomic
from heptathlon.models.told import whole
from heptathlon.running import preflight, runner
from heptathlon.running.arguments import as_mapping, typed
from heptathlon.running.identity import MACHINE
from heptathlon.running.runs import Run
from heptathlon.scorers import confiding as formulas
from heptathlon.scorers.hooks import scorer_of
from heptathlon.scorers.reading import Unread, last_line
from heptathlon.scoring.confide import words
from heptathlon.scoring.confide.records import Confided, answer_hash, file_of
from heptathlon.scoring.confidence import right_of
from heptathlon.scoring.samples import ScoredSample, score_samples
from heptathlon.tasks import catalog, prompt_forms
from heptathlon.tasks.prompt_forms.items import spread

logger = logging.getLogger("heptathlon")

Kind = Literal["p_true", "p_ik", "said", "agree", "judge"]
KINDS: tuple[Kind, ...] = ("p_true", "p_ik", "said", "agree", "judge")
BY_LIKELIHOOD: tuple[Kind, ...] = ("p_true", "p_ik")
FOLDER = ".confide"
ITEMS = 200
SAMPLES = 5
MAX_TOKENS = 64


@dataclass(frozen=True)
class Wanted:
    """What is asked.

    Attributes:
        kinds: which questions.
        tasks: the tasks; all of the run if empty.
        items: documents of each task at most, of as many clusters as can be.
        samples: samples of the model's own for ``agree`` and ``p_true``.
        max_tokens: tokens of a stated percentage or digit.
        batch_size: lm-eval's batch size.
        device: lm-eval's device; the run's if empty.
        model_args: further or other arguments of the model's class, such as its address.
    """

    kinds: tuple[Kind, ...] = KINDS
    tasks: tuple[str, ...] = ()
    items: int = ITEMS
    samples: int = SAMPLES
    max_tokens: int = MAX_TOKENS
    batch_size: str = "1"
    device: str = ""
    model_args: str = ""


def confide(
    run: Run, wanted: Wanted, other: Run | None = None, lm: Any = None
) -> dict[str, list[Confided]]:
    """Ask a run's model about its answers; return what it said by task, and write it.

    Args:
        run: the run.
        wanted: what is asked.
        other: a run of another model on the same items, whose correctness ``p_ik`` is held against
            as well.
        lm: the model, if it is there already.

    Raises:
        HeptathlonError: if nothing can be asked, or the model fails: then nothing is written but
            the replies that came, and a second call asks for the others.
    """
    chosen = _chosen(run, wanted)
    config = _config(run, wanted)
    if lm is None:
        models.register()
        lm = preflight.create(config)
    why = _no_likelihoods(lm, config.model)
    kinds = _possible(why, wanted.kinds)
    theirs = _rights(other) if other is not None else {}
    asker = _Asker(lm, run, config, wanted, rates=not why)
    try:
        found = {
            task: asker.ask(task, ones, kinds, theirs.get(task, {}), _name(other))
            for task, ones in chosen.items()
        }
    except HeptathlonError as error:
        raise HeptathlonError(
            f"{str(error).rstrip('.')}. {len(asker.journal):,} replies are kept in "
            f"{asker.journal.path.parent}, and the same command goes on from there."
        ) from None
    finally:
        asker.journal.close()
    for task, lines in found.items():
        text = "".join(f"{canonical_json(one.model_dump())}\n" for one in lines)
        write_text_atomic(file_of(run, task), text)
    asker.journal.delete()
    return found


def _chosen(run: Run, wanted: Wanted) -> dict[str, list[ScoredSample]]:
    """Return the answers that are asked about, by task."""
    for task in wanted.tasks:
        if task not in run.samples:
            raise HeptathlonError(f"{run.folder}: holds no samples of {task}.")
    scored, _ = score_samples(run)
    found: dict[str, list[ScoredSample]] = {}
    for one in scored:
        task = one.task.task
        told = catalog.definition(task)
        if (
            (not wanted.tasks or task in wanted.tasks)
            and prompt_forms.named(task) is None
            and not told.get("doc_to_image")
            and right_of(one) is not None
        ):
            found.setdefault(task, []).append(one)
    if not found:
        raise HeptathlonError(
            f"{run.folder}: holds no answers that a model can be asked about: texts or likelihoods "
            "of tasks without pictures, whose answers are right or wrong one by one."
        )
    chosen = {}
    for task, ones in found.items():
        by_item = {str(one.sample.doc["item_id"]): one for one in ones}
        docs = spread([one.sample.doc for one in ones])[: wanted.items]
        chosen[task] = [by_item[str(doc["item_id"])] for doc in docs]
    return chosen


def _config(run: Run, wanted: Wanted) -> SimpleNamespace:
    """Return the model's configuration as the run recorded it, with what may differ."""
    recorded = run.results[-1]["config"]
    name = str(run.results[-1].get("model_source") or recorded.get("model") or "")
    if name == "heptathlon":
        raise HeptathlonError(f"{run.folder}: is a scripted player's run, who has no opinion.")
    args = typed(recorded.get("model_args") or {})
    more = as_mapping(wanted.model_args)
    may_differ = MACHINE | {"base_url", "key_variable", "tokenizer"}
    for key, value in more.items():
        if key not in may_differ and str(args.get(key)) != value:
            raise HeptathlonError(
                f"confide: {key}={value} would be another model than the run's "
                f"({key}={args.get(key)}); it is its own answers that a model is asked about."
            )
    return SimpleNamespace(
        model=name,
        model_args={**args, **more},
        batch_size=wanted.batch_size,
        max_batch_size=None,
        device=wanted.device or recorded.get("device"),
        seed=[0, 1234, 1234, 1234],
        apply_chat_template=bool(run.results[-1].get("chat_template")),
    )


def _no_likelihoods(lm: Any, model: str) -> str:
    """Return why a model tells no log-probabilities; empty if it does."""
    if model in preflight.WITHOUT_LIKELIHOODS:
        return f"--model {model} tells no log-probabilities"
    return str(lm.no_likelihoods()) if hasattr(lm, "no_likelihoods") else ""


def _possible(why: str, kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Return what a model can be asked, and say once what cannot be had of it."""
    if not why:
        return tuple(kinds)
    lost = [kind for kind in kinds if kind in BY_LIKELIHOOD]
    left = [kind for kind in kinds if kind not in BY_LIKELIHOOD]
    costs = [f"{', '.join(lost)} cannot be had"] if lost else []
    if "judge" in left:
        costs.append("judge is one digit in words in the place of an expectation over ten")
    if not left:
        raise HeptathlonError(f"confide: {why}: {costs[0]}; ask for said or agree.")
    if costs:
        logger.warning("confide: %s: %s.", why, "; ".join(costs))
    return tuple(left)


def _rights(run: Run) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for one in score_samples(run)[0]:
        if (right := right_of(one)) is not None:
            out.setdefault(one.task.task, {})[str(one.sample.doc["item_id"])] = right
    return out


def _name(run: Run | None) -> str:
    return "" if run is None else str(run.results[-1].get("model_name") or "?")


class _Asker:
    """Puts questions to a model, through a journal of its own."""

    def __init__(self, lm: Any, run: Run, config: Any, wanted: Wanted, *, rates: bool) -> None:
        from heptathlon.running.journal import Journal

        self._rates = rates
        self._lm, self._run, self._config, self._wanted = lm, run, config, wanted
        self._chat = config.apply_chat_template or bool(getattr(lm, "chats", False))
        fingerprint = runner.fingerprint(lm, config)
        self.journal = Journal(run.folder / FOLDER / f"{fingerprint}.jsonl")
        if len(self.journal):
            logger.warning("resuming: %d replies are known", len(self.journal))
        self.journal.attach(lm)

    def ask(
        self,
        task: str,
        ones: Sequence[ScoredSample],
        kinds: Sequence[Kind],
        theirs: Mapping[str, float],
        other: str,
    ) -> list[Confided]:
        """Return what the model says of answers to one task."""
        asked = [words.question(task, one.sample.doc) for one in ones]
        answered = [words.answer(one.sample, one.verdict) for one in ones]
        generated = catalog.is_generated(task)
        out: list[dict[str, Any]] = [_base(one, _name(self._run)) for one in ones]
        if "agree" in kinds and generated:
            for row, one, drawn in zip(out, ones, self._samples(task, ones), strict=True):
                row["samples"] = drawn
                row["agree"] = agreement(one, drawn)
        likely = set(kinds) & set(BY_LIKELIHOOD)
        if likely:
            for row in out:
                row |= {"scored": list(self._labels()), "tokens": self._tokens(), "logs": {}}
        if "p_true" in kinds:
            bare = [words.true(q, a) for q, a in zip(asked, answered, strict=True)]
            self._both_orders(out, "p_true", bare)
            if any(row.get("samples") for row in out):
                shown = [
                    words.true(q, a, row["samples"])
                    for q, a, row in zip(asked, answered, out, strict=True)
                ]
                self._both_orders(out, "p_true_samples", shown)
        if "p_ik" in kinds:
            self._both_orders(out, "p_ik", [words.known(q) for q in asked])
        if "said" in kinds:
            texts = [words.said(q, a) for q, a in zip(asked, answered, strict=True)]
            for row, reply in zip(out, self._generate(texts, self._short()), strict=True):
                percent = formulas.percent_said(reply)
                row["said_reply"] = whole(reply)
                row["said"] = None if isinstance(percent, Unread) else percent / 100
        if "judge" in kinds:
            self._judge(out, [words.judged(q, a) for q, a in zip(asked, answered, strict=True)])
        for row, one in zip(out, ones, strict=True):
            if (theirs_right := theirs.get(str(one.sample.doc["item_id"]))) is not None:
                row |= {"other_right": theirs_right, "other": other}
        return [Confided(**row) for row in out]

    def _judge(self, out: Sequence[dict[str, Any]], texts: Sequence[str]) -> None:
        if self._rates:
            pairs = [(text, digit) for text in texts for digit in formulas.DIGITS]
            logs = self._likelihoods(pairs)
            for place, row in enumerate(out):
                row["digit"] = formulas.expected_digit(logs[10 * place : 10 * place + 10])
            return
        for row, reply in zip(out, self._generate(texts, self._short()), strict=True):
            digit = formulas.digit_said(reply)
            row["digit_reply"] = whole(reply)
            row["digit"] = None if isinstance(digit, Unread) else digit

    def _both_orders(
        self, out: Sequence[dict[str, Any]], name: str, texts: Sequence[tuple[str, str]]
    ) -> None:
        """Put the probability of yes into rows, and the likelihoods that it comes from."""
        flat = [(text, label) for both in texts for text in both for label in words.LABELS]
        logs = self._likelihoods(flat)
        for place, row in enumerate(out):
            a, b, c, d = logs[4 * place : 4 * place + 4]
            row["logs"][name] = [(a, b), (c, d)]
            row[name] = formulas.in_both_orders((a, b), (c, d))

    def _labels(self) -> tuple[str, ...]:
        # A template ends where the answer begins, and a text behind its colon.
        return words.LABELS if self._chat else tuple(f" {label}" for label in words.LABELS)

    def _tokens(self) -> list[list[int]]:
        if getattr(self._lm, "tokenizer", None) is None or not hasattr(self._lm, "tok_encode"):
            return []
        return [
            [int(token) for token in self._lm.tok_encode(label, add_special_tokens=False)]
            for label in self._labels()
        ]

    def _likelihoods(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        from lm_eval.api.instance import Instance

        joint = "" if self._chat else " "
        requests = [
            Instance("loglikelihood", {}, (self._wrapped(text), f"{joint}{word}"), i,
                     metadata=("confide", i, 1))
            for i, (text, word) in enumerate(pairs)
        ]  # fmt: skip
        found = [float(log) for log, _ in self._lm.loglikelihood(requests)]
        if len(found) != len(pairs) or any(log != log for log in found):
            raise HeptathlonError("confide: the model gave no likelihood to some of its questions.")
        return found

    def _generate(self, texts: Sequence[str], options: dict[str, Any]) -> list[str]:
        return self._replies([self._wrapped(text) for text in texts], options)

    def _replies(self, prompts: Sequence[str], options: dict[str, Any]) -> list[str]:
        from lm_eval.api.instance import Instance

        requests = [
            Instance("generate_until", {}, (prompt, dict(options)), i, metadata=("confide", i, 1))
            for i, prompt in enumerate(prompts)
        ]
        return [str(reply) for reply in self._lm.generate_until(requests)]

    def _short(self) -> dict[str, Any]:
        return {"until": [], "do_sample": False, "max_gen_toks": self._wanted.max_tokens}

    def _samples(self, task: str, ones: Sequence[ScoredSample]) -> list[list[str]]:
        """Return some samples at temperature 1 of the answer to each document."""
        count = self._wanted.samples
        told = dict(catalog.definition(task)["generation_kwargs"])
        options = told | {"do_sample": True, "temperature": 1.0}
        prompts = [
            self._wrapped(catalog.prompt_of(task, one.sample.doc))
            if self._chat
            else one.sample.prompt
            for one in ones
        ]
        drawn = self._replies([prompt for prompt in prompts for _ in range(count)], options)
        return [
            [whole(text) for text in drawn[count * i : count * (i + 1)]] for i in range(len(ones))
        ]

    def _wrapped(self, text: str) -> Any:
        if not self._chat:
            return text
        system = str(self._run.results[-1].get("system_instruction") or "")
        turns = [{"role": "system", "content": system}] if system else []
        return self._lm.apply_chat_template([*turns, {"role": "user", "content": text}])


def _base(one: ScoredSample, name: str) -> dict[str, Any]:
    return {
        "item_id": str(one.sample.doc["item_id"]),
        "confided_by": name,
        "wording_sha256": hashlib.sha256(canonical_json(words.WORDING).encode()).hexdigest(),
        "answer_sha256": answer_hash(one.sample),
        "right": right_of(one),
    }


def agreement(one: ScoredSample, samples: Sequence[str]) -> float | None:
    """Return the share of samples that give the answer of the run.

    A sample of which nothing is read agrees with none; an answer of which nothing was read has no
    agreement.
    """
    if one.verdict.invalid or not samples:
        return None
    scorer: Callable[..., Any] = scorer_of(one.family).verdict
    own = _read(one.verdict, str(one.sample.response))
    verdicts = [scorer(one.sample.doc, [text]) for text in samples]
    return sum(
        not verdict.invalid and _read(verdict, text) == own
        for verdict, text in zip(verdicts, samples, strict=True)
    ) / len(samples)


def _read(verdict: Any, text: str) -> str:
    return str(verdict.answer or last_line(text)).strip().casefold()
