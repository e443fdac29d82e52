"""What must not be published: keys and tokens, wherever they stand in what a run records.

lm-eval writes model arguments into its results as they were given, so a key among them would be
published with the run. It is refused before the run and before a submission; nothing is redacted
silently, because a key that was printed once has to be revoked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from heptathlon.errors import HeptathlonError
from heptathlon.harmless import label

_NAMES = frozenset(
    (
        *("token", "hf_token", "use_auth_token", "auth_token", "access_token", "api_token"),
        *("api_key", "apikey", "key", "secret", "password", "passwd", "pwd", "credentials"),
        *("auth", "authorization", "bearer", "cookie", "cookies", "header", "headers"),
    )
)
_ENDS = ("_api_key", "_apikey", "_secret", "_password", "_access_token", "_auth_token")
_VALUES = re.compile(
    r"hf_[A-Za-z0-9]{16,}|api_org_[A-Za-z0-9]{16,}"  # Hugging Face
    r"|\bsk-[A-Za-z0-9_-]{16,}|\bsk_(?:live|test)_[A-Za-z0-9]{16,}"  # OpenAI, Anthropic and others
    r"|\bgh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|\bglpat-[\w-]{16,}"  # GitHub, GitLab
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bxox[abeprs]-[\w-]{10,}"  # Amazon, Google, Slack
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}"  # a JSON web token
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?i:\bbearer\s+\S{8,}|\bbasic\s+[A-Za-z0-9+/]{8,}={0,2})"
    r"|(?i:://[^\s/@:]*:[^\s/@]+@|://[^\s/@:]{8,}@)"  # a name and a password in an address
    r"|(?i:[?&](?:api[_-]?key|access[_-]?token|token|key|sig|signature|secret|password)=[^&\s]+)"
)
SPOKEN = (
    "put it into the environment (HF_TOKEN for weights, OPENAI_API_KEY for a server) and leave it "
    "out of the arguments"
)


def secrets_in(value: object, place: str = "") -> Iterator[str]:
    """Yield the places of a JSON value that hold a key, a token or a password.

    Args:
        value: what is published; names of fields tell a key as well as its form does.
        place: where the value itself stands, for what is yielded.

    Example:
        >>> list(secrets_in({"model_args": {"pretrained": "a/b", "token": "x"}}))
        ['model_args.token']
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            below = f"{place}.{key}" if place else str(key)
            if _VALUES.search(str(key)):
                yield below
            elif _names_a_secret(str(key)) and isinstance(item, str | int | float | Mapping):
                # ``token=true`` asks for the one that is stored; it tells nothing.
                if not isinstance(item, bool) and str(item).lower() not in ("", "true", "false"):
                    yield below
            else:
                yield from secrets_in(item, below)
    elif isinstance(value, str):
        if _VALUES.search(value):
            yield place
    elif isinstance(value, Sequence):
        for number, item in enumerate(value):
            yield from secrets_in(item, f"{place}.{number}")


def refuse_secrets(value: object, where: str) -> None:
    """Refuse a value that holds a secret, in a sentence that does not repeat it.

    Args:
        value: see :func:`secrets_in`.
        where: names the command or the file.

    Raises:
        HeptathlonError: naming the field, and the way to do it right.
    """
    for place in secrets_in(value):
        raise HeptathlonError(
            f"{where}: {label(_VALUES.sub('…', place))} holds a key, a token or a password, which "
            f"would be published with the run; {SPOKEN}."
        )


def _names_a_secret(name: str) -> bool:
    plain = name.lower().replace("-", "_")
    return plain in _NAMES or plain.endswith(_ENDS)
