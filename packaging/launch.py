"""Where the frozen program starts: the same `main` as the `opsconsole` command of an ordinary installation."""

import sys

from opsconsole.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
