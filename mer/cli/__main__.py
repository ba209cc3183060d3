"""``python -m mer.cli``."""

import sys

from mer.cli.main import main

sys.exit(main())
