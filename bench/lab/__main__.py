"""Entry of `python3 -m lab`; bench/run starts it."""

import sys

from lab.cli import main

sys.exit(main(sys.argv[1:]))
