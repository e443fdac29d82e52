"""Private salts: what is taken, what is refused, and what they key."""

import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from heptathlon import cli, salts
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream
from tests.salts import salt


def test_new_ones_differ_and_are_taken():
    made = {salts.new() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        assert re.fullmatch(r"heptathlon-salt-[0-9a-f]{72}", one)
        assert salts.written(salts.key_of(one)) == one


def test_the_command_prints_a_salt_and_nothing_else():
    done = CliRunner().invoke(cli.app, ["salt", "new"])
    assert done.exit_code == 0
    (line,) = done.stdout.splitlines()
    assert len(salts.key_of(line)) == 32
    assert "secret" in done.stderr


WEAK = {
    "a word": "hunter2",
    "a phrase": "correct horse battery staple",
    "a long phrase": "it was the best of times, it was the worst of times " * 4,
    "hex without the prefix": hashlib.sha256(b"x").hexdigest(),
    "a hash of a word": salts.PREFIX + hashlib.sha256(b"secret").hexdigest(),
    "a hash of a word, made as long": salts.PREFIX + hashlib.sha512(b"secret").hexdigest()[:72],
    "too short": salt("a")[:-2],
    "too long": salt("a") + "0",
    "no hex": salt("a")[:-1] + "g",
    "other capitals": salt("a").upper(),
    "blank": " ",
    "with a blank": salt("a") + " ",
    "full-width digits": salts.PREFIX + "\uff11" * 72,
}


@pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK)
def test_others_are_refused_everywhere_and_not_repeated(weak: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(salts.VARIABLE, weak)
    for attempt in (
        lambda: salts.key_of(weak),
        salts.named,
        lambda: Stream("maze", salt=weak),
        lambda: store.SetName("maze", salt=weak),
        lambda: store.asked("maze", {}),
        lambda: store.builder_of("maze").generate("fresh", "smoke", "fewshot", "2026.1", weak),
    ):
        with pytest.raises(HeptathlonError, match="heptathlon salt new") as refused:
            attempt()
        assert weak.strip() == "" or weak not in str(refused.value)
    done = CliRunner().invoke(cli.app, ["build", "maze", "--tier", "smoke"])
    assert done.exit_code != 0


@pytest.mark.parametrize(
    "raw",
    [
        bytes(32),
        bytes(range(32)),
        bytes(range(0, 256, 8)),
        b"deadbeef" * 4,
        b"\x01\x02\x03\x04\x05\x06\x07\x08" * 4,
        b"the salt of the season 2026.1 !!",
        hashlib.sha256(b"x").digest()[:31],
        hashlib.sha512(b"x").digest(),
        bytes(16) + hashlib.md5(b"x", usedforsecurity=False).digest()[:8] * 2,
    ],
)
def test_bytes_that_are_not_random_are_refused(raw: bytes):
    with pytest.raises(HeptathlonError, match="heptathlon salt new"):
        salts.written(raw)
    digits = hashlib.sha256(salts.PREFIX.encode() + raw).hexdigest()[:8]
    with pytest.raises(HeptathlonError, match="heptathlon salt new"):
        salts.key_of(f"{salts.PREFIX}{raw.hex()}{digits}")


def test_one_wrong_digit_is_noticed():
    right = salt("a")
    for place in range(len(salts.PREFIX), len(right)):
        wrong = right[:place] + ("0" if right[place] != "0" else "1") + right[place + 1 :]
        with pytest.raises(HeptathlonError, match="mistyped"):
            salts.key_of(wrong)


PARTS = st.lists(st.text(max_size=4) | st.integers(-9, 9), max_size=4)


@given(PARTS, PARTS)
def test_keyed_is_an_hmac_and_tells_addresses_apart(one: list, other: list):
    for secret in ("", salt("a")):
        same = salts.keyed(secret, *one) == salts.keyed(secret, *other)
        assert same == ([(type(p), p) for p in one] == [(type(p), p) for p in other])
    expected = hmac.new(salts.key_of(salt("a")), repr(tuple(one)).encode(), "sha256").digest()
    assert salts.keyed(salt("a"), *one) == expected
    assert salts.keyed(salt("a"), *one) != salts.keyed(salt("b"), *one)


def test_a_folder_tells_nothing_of_its_salt():
    """A word's hash in a folder's name was found by trying words; this one is keyed."""
    name = store.SetName("maze", salt=salt("a")).folder
    tag = name.rpartition("-")[2]
    assert len(tag) == 12
    assert store.SetName("maze", salt=salt("b")).folder != name
    for guess in (salt("a"), salt("a").removeprefix(salts.PREFIX), salts.key_of(salt("a")).hex()):
        assert tag not in hashlib.sha256(guess.encode()).hexdigest()
    assert tag not in hashlib.sha256(salts.key_of(salt("a"))).hexdigest()
