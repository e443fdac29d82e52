"""Keys among a run's arguments are found, and what only looks like one is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.keys import secrets_in

KEY = "sk-proj-0123456789abcdefXYZ"


@pytest.mark.parametrize(
    "arguments",
    [
        {"api_key": "x"},
        {"openai_api_key": "abcdef"},
        {"auth_token": "abc"},
        {"token": "hf_0123456789abcdefghij"},
        {"header": {"Authorization": "Bearer abcdefghijk"}},
        {"header": "{'Authorization': 'Bearer abcdefghijk'}"},
        {"extra": {"deep": [{"password": "p"}]}},
        {"base_url": "https://me:word@host/v1"},
        {"base_url": "https://host/v1?api-key=abc"},
        {"pretrained": KEY},
        {"anything": f"text {KEY} text"},
    ],
)
def test_keys_are_found(arguments):
    assert secrets_in({"model": "org/m", **arguments}) == list(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"pretrained": "org/sk-model", "tokenizer": "org/tokenizer", "dtype": "auto"},
        {"think_end_token": "</think>", "prefix_token_id": 1, "add_bos_token": True},
        {"use_auth_token": "True", "token": "true"},
        {"max_tokens": 100, "key_variable": "MY_KEY", "base_url": "http://127.0.0.1:8000/v1"},
        {"pretrained": "C://weights?x", "model": None},
    ],
)
def test_what_is_no_key(arguments):
    assert secrets_in(arguments) == []


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.none(), st.lists)))
def test_any_arguments_are_looked_at(arguments):
    assert set(secrets_in(arguments)) <= set(arguments)
