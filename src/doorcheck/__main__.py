"""``python -m doorcheck``: the same as the ``doorcheck`` command."""

from doorcheck.cli.main import run

if __name__ == "__main__":
    run()
