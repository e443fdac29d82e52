"""``python -m heptathlon.cli``."""

from heptathlon.cli import main

if __name__ == "__main__":
    main()
