"""``python -m mbltn`` is the ``mbltn`` command."""

from .cli import main

if __name__ == "__main__":
    main()
