"""``python -m course.gate``."""

import sys

from course.gate.stages import main

sys.exit(main())
