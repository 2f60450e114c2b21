"""``python -m amts_sphinx``: the ``amts`` command."""

import sys

from amts_sphinx.cli import main

if __name__ == "__main__":
    sys.exit(main())
