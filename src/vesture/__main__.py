"""`python -m vesture` is `vesture`."""

import sys

from vesture.cli import main

if __name__ == "__main__":
    sys.exit(main())
