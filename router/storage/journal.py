"""A file beside the ledger where every call is noted before it is made.

A write into the page cache takes a few microseconds and survives `kill -9`; the tables can then be
filled at leisure, many rows in one transaction. Each living process holds a lock on its own files,
so that whoever starts next can tell the dead ones' and finish their rows.

A frame is its payload's length and CRC-32 (little endian, four bytes each) and the payload. A torn
or damaged frame ends the file.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_HEAD = struct.Struct("<II")


class Journal:
    """The files of one process: `<ledger>-pending-<writer>-<segment>`."""

    def __init__(self, ledger: Path, writer: int) -> None:
        self._ledger = ledger
        self._writer = writer
        self._segment = 0
        self._past: list[tuple[Path, int]] = []
        self.path = ledger
        self._file = -1
        self.size = 0
        self._open_segment()

    def append(self, frames: bytes) -> None:
        """Write whole frames; after a failure the file ends where it ended before.

        Raises:
            OSError: the disk is full, or the file cannot be written.
        """
        try:
            written = os.write(self._file, frames)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        if written != len(frames):
            os.ftruncate(self._file, self.size)
            raise OSError(28, "No space left on device", str(self.path))
        self.size += written

    def rotate(self, still_open: Iterable[bytes]) -> None:
        """Begin a new file with the frames that are not settled yet; the old one goes on `forget`."""
        path, file, size = self.path, self._file, self.size
        try:
            self._open_segment()
            for frames in still_open:
                self.append(frames)
        except OSError:
            if self._file != file:
                _remove(self.path, self._file)
            self.path, self._file, self.size = path, file, size
            raise
        self._past.append((path, file))

    def past(self) -> int:
        """How many older files wait for `forget`."""
        return len(self._past)

    def forget(self, count: int) -> None:
        """Delete the oldest files: all that they noted is in the tables or noted again."""
        for path, file in self._past[:count]:
            _remove(path, file)
        del self._past[:count]

    def clear(self) -> None:
        """Empty the file in use: all that it noted is in the tables."""
        os.ftruncate(self._file, 0)
        self.size = 0

    def close(self) -> None:
        """Delete every file. Call it only when all is in the tables."""
        self.forget(len(self._past))
        _remove(self.path, self._file)

    def abandon(self) -> None:
        """Let go of the files but leave them: they hold what the tables could not take."""
        for _, file in (*self._past, (self.path, self._file)):
            os.close(file)

    def _open_segment(self) -> None:
        self._segment += 1
        name = f"{self._ledger.name}-pending-{self._writer}-{self._segment}"
        path = self._ledger.with_name(name)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.path = path
        _lock(self._file)
        self.size = 0


class Leftover:
    """A file of a dead process, locked so that only one heir reads it."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file = file

    def payloads(self) -> Iterator[bytes]:
        """What was noted, up to the first torn frame."""
        yield from read_frames(self.path.read_bytes())

    def delete(self) -> None:
        """Its rows are in the tables now."""
        _remove(self.path, self._file)

    def leave(self) -> None:
        """Keep the file for a later heir."""
        os.close(self._file)


def find_leftovers(ledger: Path) -> list[Leftover]:
    """Files of processes that died, in the order they were written."""
    found = []
    for path in sorted(ledger.parent.glob(f"{ledger.name}-pending-*"), key=_order):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        if _lock(file):
            found.append(Leftover(path, file))
        else:
            os.close(file)
    return found


def count_pending(ledger: Path) -> int:
    """How many journals with notes in them wait for an heir."""
    leftovers = find_leftovers(ledger)
    for leftover in leftovers:
        leftover.leave()
    return sum(leftover.path.stat().st_size > 0 for leftover in leftovers)


def frame(payload: bytes) -> bytes:
    """The payload as it is written."""
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def read_frames(data: bytes) -> Iterator[bytes]:
    """The payloads of whole frames, up to the first that is torn."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + length]
        if len(payload) != length or zlib.crc32(payload) != check:
            return
        yield payload
        at += _HEAD.size + length


def _order(path: Path) -> tuple[int, int]:
    writer, segment = path.name.rsplit("-", 2)[1:]
    return int(writer), int(segment)


def _remove(path: Path, file: int) -> None:
    path.unlink(missing_ok=True)
    os.close(file)


if sys.platform == "win32":

    def _lock(file: int) -> bool:
        """Windows keeps others from deleting an open file, which is lock enough."""
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        """Whether the file is ours now; the system lets go when the process dies."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
