"""Fetch a local model by name: `python -m local_models.fetch qwen3-0.6b [--dir models]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local_models.download import DownloadOptions, download
from local_models.errors import LocalModelError
from local_models.registry import find, models


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and fetch; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help=", ".join(models()))
    parser.add_argument("--dir", type=Path, default=Path("models"), help="where files are kept")
    parser.add_argument("--hub", action="append", default=[], help="instead of HF_ENDPOINT")
    given = parser.parse_args(arguments)
    options = DownloadOptions(hubs=given.hub, token=os.environ.get("HF_TOKEN", ""))
    try:
        model = find(given.name)
        got = asyncio.run(download(model, given.dir, options=options, on_progress=show_progress))
    except LocalModelError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    print(f"\n{got.path} is whole (checked by {got.checked_by}).")
    return 0


def show_progress(so_far: int, total: int | None) -> None:
    """One line that is written over and over."""
    share = f" of {total / 1e6:.0f} MB ({so_far / total:.0%})" if total else " MB"
    print(f"\r{so_far / 1e6:.0f}{share}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
