"""The shared core: seeding, strict files, records and the registry."""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from heptathlon import families, files
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.records import content_id, doc_digest
from heptathlon.running import runs
from heptathlon.seeding import Stream

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


KNOWN_UNIFORM = 0.8667286824489054


class TestStream:
    def test_known_words(self):
        """Pinned: a change here is other data under the same season's name."""
        stream = Stream("maze", 1, "2026.1", "", "test", 0)
        assert [stream.below(10) for _ in range(8)] == [5, 6, 2, 7, 2, 9, 9, 2]
        assert stream.uniform() == KNOWN_UNIFORM

    def test_same_in_another_process(self):
        code = "from heptathlon.seeding import Stream; print(Stream('a', 1).words(3).tolist())"
        printed = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "77"},
        )
        assert json.loads(printed.stdout) == Stream("a", 1).words(3).tolist()

    def test_keys_do_not_run_together(self):
        keys = [("a", "bc"), ("ab", "c"), ("a", 1), ("a", "1"), ("a",), ("a", "")]
        assert len({Stream(*key).word() for key in keys}) == len(keys)

    def test_neighbours_share_no_stretch(self):
        """The fault of seed + index: one item's stream is a shift of its neighbour's."""
        streams = [set(Stream("x", i).words(2000).tolist()) for i in range(5)]
        for i, one in enumerate(streams):
            for other in streams[i + 1 :]:
                assert not one & other

    @given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
    def test_words_and_word_are_one_sequence(self, single, block, after):
        stream, reference = Stream("k"), Stream("k")
        got = [stream.word() for _ in range(single)]
        got += stream.words(block).tolist()
        got += [stream.word() for _ in range(after)]
        assert got == [reference.word() for _ in range(single + block + after)]

    @pytest.mark.parametrize("n", [1, 2, 3, 7, 100, 2**63, 2**64])
    def test_below_stays_below(self, n):
        stream = Stream("range", n)
        assert all(0 <= stream.below(n) < n for _ in range(200))

    def test_below_is_uniform(self):
        stream = Stream("uniform")
        counts = Counter(stream.below(7) for _ in range(70_000))
        assert scipy_stats.chisquare([counts[i] for i in range(7)]).pvalue > 1e-3

    def test_uniform_is_uniform(self):
        stream = Stream("uniform")
        values = [stream.uniform() for _ in range(20_000)]
        assert scipy_stats.kstest(values, "uniform").pvalue > 1e-3

    def test_shuffle_reaches_all_orders_evenly(self):
        stream = Stream("shuffle")
        counts: Counter[tuple[int, ...]] = Counter()
        for _ in range(24_000):
            items = [0, 1, 2, 3]
            stream.shuffle(items)
            counts[tuple(items)] += 1
        assert len(counts) == 24
        assert scipy_stats.chisquare(list(counts.values())).pvalue > 1e-3

    @given(st.lists(st.integers(), min_size=1, max_size=20, unique=True), st.data())
    def test_sample_is_distinct(self, options, data):
        k = data.draw(st.integers(0, len(options)))
        chosen = Stream("sample").sample(options, k)
        assert len(chosen) == len(set(chosen)) == k
        assert set(chosen) <= set(options)

    @pytest.mark.parametrize("n", [0, -1, 2**64 + 1])
    def test_below_refuses(self, n):
        with pytest.raises(ValueError, match="below"):
            Stream("x").below(n)


class TestStrictJson:
    @given(json_values)
    def test_reads_what_it_writes(self, value):
        assert files.loads_strict(files.dump_json(value), where="x") == value

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('{"a": NaN}', "NaN"),
            ('{"a": [Infinity]}', "Infinity"),
            ('{"a": -Infinity}', "Infinity"),
            ('{"a": 1e999}', "1e999"),
            ('{"a": 1, "b": {"c": 1, "c": 2}}', "'c'"),
            ('{"a": "\\ud800"}', "Unicode"),
            ("[" * 100 + "]" * 100, "nested"),
            ("[" * 100_000, "nested"),
            ("9" * 5000, "digits"),
            ('{"a": 1', "line 1"),
            ("", "JSON"),
        ],
    )
    def test_refuses_and_names_the_place(self, text, says):
        with pytest.raises(HeptathlonError, match=says) as error:
            files.loads_strict(text, where="results.json")
        assert str(error.value).startswith("results.json")

    @given(st.text())
    def test_any_text_is_read_or_refused(self, text):
        try:
            value = files.loads_strict(text, where="x")
        except HeptathlonError:
            return
        assert files.canonical_json(value)

    def test_size_limit(self, tmp_path: Path):
        file = tmp_path / "big.json"
        file.write_text('"' + "x" * 50 + '"')
        assert files.read_json_strict(file, max_bytes=52) == "x" * 50
        with pytest.raises(HeptathlonError, match="larger"):
            files.read_json_strict(file, max_bytes=51)

    def test_missing_and_binary_files(self, tmp_path: Path):
        with pytest.raises(HeptathlonError, match="cannot be read"):
            files.read_json_strict(tmp_path / "none.json", max_bytes=10)
        (tmp_path / "b").write_bytes(b'"\xff"')
        with pytest.raises(HeptathlonError, match="UTF-8"):
            files.read_json_strict(tmp_path / "b", max_bytes=10)

    @pytest.mark.parametrize("value", [math.nan, math.inf, {"a": [math.nan]}])
    def test_never_writes_nan(self, value):
        for write in (files.dump_json, files.canonical_json):
            with pytest.raises(ValueError, match="JSON"):
                write(value)


class TestAtomicFiles:
    def test_a_failed_write_leaves_the_old_file(self, tmp_path: Path):
        file = tmp_path / "a" / "f.txt"
        files.write_text_atomic(file, "old")

        def fail_halfway() -> None:
            with files.replacing(file) as temporary:
                temporary.write_text("half")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_halfway()
        assert file.read_text() == "old"
        assert list(file.parent.iterdir()) == [file]


class TestIdentity:
    @given(st.dictionaries(st.text(), json_values, max_size=5))
    def test_order_of_keys_does_not_matter(self, doc):
        assert doc_digest(doc) == doc_digest(dict(reversed(doc.items())))

    @given(json_values, json_values)
    def test_different_content_has_different_ids(self, a, b):
        same = files.canonical_json(a) == files.canonical_json(b)
        assert (content_id(a) == content_id(b)) == same


class TestRegistry:
    @pytest.mark.parametrize("family", families.FAMILIES.values(), ids=lambda f: f.name)
    def test_task_names_lead_back(self, family):
        for task in family.tasks():
            assert families.family_of_task(task) is family
        for variant in family.headline.variants:
            assert families.family_of_task(f"heptathlon_{variant}_lite") is family

    def test_unknown_names_offer_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean 'maze'"):
            families.family("mazes")
        with pytest.raises(UnknownNameError, match="heptathlon_maze"):
            families.family_of_task("heptathlon_maza")
        with pytest.raises(UnknownNameError):
            families.family_of_task("hellaswag")

    def test_chance_is_below_the_ceiling(self):
        for family in families.FAMILIES.values():
            assert np.isfinite([family.chance, family.ceiling]).all()
            assert family.chance < family.ceiling


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    """Opened like a file, a pipe without a writer would stop the program for good."""
    pipe = tmp_path / "results_2026-01-01T00-00-00.0.json"
    os.mkfifo(pipe)
    for read in (
        lambda: files.read_text_limited(pipe, max_bytes=10),
        lambda: files.sha256_file(pipe),
        lambda: list(runs.read_samples(pipe, "heptathlon_maze_smoke")),
        lambda: runs.read_results(pipe),
    ):
        with pytest.raises(HeptathlonError, match="is a pipe or a device; give a plain file"):
            read()
