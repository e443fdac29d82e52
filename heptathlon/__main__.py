"""``python -m heptathlon``: the command, where its script is not on the path."""

from heptathlon.cli import main

if __name__ == "__main__":
    main()
