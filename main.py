"""Pointsman's command line: `python main.py --help`."""

from __future__ import annotations

import sys

from router.commands import build

if __name__ == "__main__":
    build(sys.argv[1:])()
