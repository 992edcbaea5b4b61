"""Brings a store's tables up to date, forward only, one numbered SQL file after another."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from router.storage.errors import LedgerTooNewError

SQLITE_FOLDER = Path(__file__).parent / "sqlite"


def migrate_sqlite(
    connection: sqlite3.Connection, path: Path | str, folder: Path = SQLITE_FOLDER
) -> int:
    """Run what is missing and give the schema's number; each file is one transaction.

    Raises:
        LedgerTooNewError: a newer version has written this file.
    """
    steps = {int(file.name.split("_")[0]): file for file in folder.glob("*.sql")}
    newest = max(steps)
    found = _version(connection)
    if found > newest:
        raise LedgerTooNewError(path, found, newest)
    for number in sorted(steps):
        if number > found:
            _run(connection, number, steps[number].read_text(encoding="utf-8"))
    return newest


def _run(connection: sqlite3.Connection, number: int, script: str) -> None:
    """Another process may be migrating too: the version is read again under the lock."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < number:
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _statements(script: str) -> list[str]:
    """`executescript` would commit on its own, so the file is cut where SQLite says a statement ends."""
    statements, text = [], ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            statements.append(text)
            text = ""
    return statements
