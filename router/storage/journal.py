"""A file beside the ledger where every call is noted before it is made.

What stands in the page cache survives `kill -9`; the tables can then be filled at leisure, many rows
in one transaction. The file is mapped into memory, so that a note is a copy and no call into the
system; its room is reserved beforehand, so that a full disk is an error and nothing worse. Each living
process holds a lock on its own files, so that whoever starts next can tell the dead ones' and finish
their rows.

A frame is its payload's length and CRC-32 (little endian, four bytes each) and the payload. A frame
that is empty, torn or damaged ends the file.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_HEAD = struct.Struct("<II")
_END = bytes(_HEAD.size)
_ROOM_BYTES = 1024 * 1024
"""What is reserved at a time."""


class Journal:
    """The files of one process: `<ledger>-pending-<writer>-<segment>`."""

    def __init__(self, ledger: Path, writer: int) -> None:
        self._ledger = ledger
        self._writer = writer
        self._segment = 0
        self._past: list[_Segment] = []
        self._file = self._open_segment()

    @property
    def path(self) -> Path:
        """The file in use."""
        return self._file.path

    @property
    def size(self) -> int:
        """How many bytes of notes stand in it."""
        return self._file.size

    def append(self, frames: bytes) -> None:
        """Write whole frames; after a failure the file ends where it ended before.

        Raises:
            OSError: the disk is full, or the file cannot be written.
        """
        self._file.append(frames)

    def rotate(self, still_open: Iterable[bytes]) -> None:
        """Begin a new file with the frames that are not settled yet; the old one goes on `forget`.

        Raises:
            OSError: there is no room for it; the old one stays in use.
        """
        new = self._open_segment()
        try:
            for frames in still_open:
                new.append(frames)
        except OSError:
            new.remove()
            raise
        self._past.append(self._file)
        self._file = new

    def past(self) -> int:
        """How many older files wait for `forget`."""
        return len(self._past)

    def forget(self, count: int) -> None:
        """Delete the oldest files: all that they noted is in the tables or noted again."""
        for segment in self._past[:count]:
            segment.remove()
        del self._past[:count]

    def clear(self) -> None:
        """Empty the file in use: all that it noted is in the tables."""
        self._file.clear()

    def close(self) -> None:
        """Delete every file. Call it only when all is in the tables."""
        self.forget(len(self._past))
        self._file.remove()

    def abandon(self) -> None:
        """Let go of the files but leave them: they hold what the tables could not take."""
        for segment in (*self._past, self._file):
            segment.leave()

    def _open_segment(self) -> _Segment:
        self._segment += 1
        name = f"{self._ledger.name}-pending-{self._writer}-{self._segment}"
        return _Segment(self._ledger.with_name(name))


class _Segment:
    """One file, mapped; behind its last frame stands an empty one."""

    def __init__(self, path: Path) -> None:
        """Create it, locked.

        Raises:
            OSError: it cannot be created, or there is no room for it.
        """
        self.path = path
        self.size = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(self._descriptor)
        self._room = 0
        self._map: mmap.mmap | None = None
        try:
            self._map = self._grow(_ROOM_BYTES)
        except OSError:
            self.remove()
            raise

    def append(self, frames: bytes) -> None:
        """Write whole frames behind those that are there."""
        held, start = self._map, self.size
        end = start + len(frames)
        if held is None or end + len(_END) > self._room:
            held = self._map = self._grow(end + len(_END))
        # In this order: whenever the process dies, what is there ends with a whole frame.
        held[end : end + len(_END)] = _END
        held[start:end] = frames
        self.size = end

    def clear(self) -> None:
        """Begin again at the file's start."""
        if self._map is not None:
            self._map[: len(_END)] = _END
        self.size = 0

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)
        self.leave()

    def leave(self) -> None:
        """Let go of it."""
        if self._map is not None:
            self._map.close()
        os.close(self._descriptor)

    def _grow(self, least: int) -> mmap.mmap:
        room = -(-least // _ROOM_BYTES) * _ROOM_BYTES
        _reserve(self._descriptor, self._room, room - self._room)
        grown = _map(self._descriptor, room)
        if self._map is not None:
            self._map.close()
        self._room = room
        return grown


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
        self.path.unlink(missing_ok=True)
        os.close(self._file)

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
    try:
        return sum(any(True for _ in leftover.payloads()) for leftover in leftovers)
    finally:
        for leftover in leftovers:
            leftover.leave()


def frame(payload: bytes) -> bytes:
    """The payload as it is written."""
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def read_frames(data: bytes) -> Iterator[bytes]:
    """The payloads of whole frames, up to the first that is torn."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + length]
        if not length or len(payload) != length or zlib.crc32(payload) != check:
            return
        yield payload
        at += _HEAD.size + length


def _order(path: Path) -> tuple[int, int]:
    writer, segment = path.name.rsplit("-", 2)[1:]
    return int(writer), int(segment)


def _map(descriptor: int, length: int) -> mmap.mmap:
    if sys.platform == "linux":
        # All pages at once: one by one they would cost every note a little.
        return mmap.mmap(descriptor, length, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
    return mmap.mmap(descriptor, length)


def _reserve(descriptor: int, start: int, length: int) -> None:
    """Room on the disk: a mapped file that outgrows a full one would kill the process."""
    if sys.platform == "linux":
        os.posix_fallocate(descriptor, start, length)
        return
    os.lseek(descriptor, start, os.SEEK_SET)
    zeros = memoryview(bytes(length))
    while zeros:
        zeros = zeros[os.write(descriptor, zeros) :]


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
