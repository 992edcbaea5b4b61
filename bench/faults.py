"""What becomes of a request when its upstream fails: every way, every wire, through the front door.

`python -m bench.faults` starts a gateway before simulated vendors, lets each of them fail in every
way that they know, and judges the answers with OpenAI's own client: each must be complete, or an
error that the client raises. It writes docs/fault-matrix.md from the results. `--fault cut` (and
more of them) runs a part and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
from rich.progress import Progress

from bench.fault_cells import DISTURBS_OTHERS, HELPS, WIRES, Cell, list_cells
from bench.fault_house import DEADLINE_SECONDS, Gateway, Town, open_town
from bench.report import print_report
from providers.simulators.faults import FAULTS
from router.storage.entries import AttemptRow

PAGE = Path(__file__).parents[1] / "docs" / "fault-matrix.md"
_GRACE_SECONDS = 4.0
_PARALLEL = 24
_QUESTION = "I would like my money back for the kettle, how does a refund work?"
_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "open_refund",
        "description": "Open a refund for the customer",
        "parameters": {
            "type": "object",
            "properties": {
                "reason": {"type": "string"},
                "item": {"type": "string"},
                "urgent": {"type": "boolean"},
            },
            "required": ["reason", "item", "urgent"],
        },
    },
}
_UNSEEN_PAGE = (
    "## What stays unseen, and the switch that closes it",
    "",
    "`unseen`: a clean end of something that the model did not say, and nothing in the stream that tells.",
    "",
    "| fault | unseen at | because |",
    "|---|---|---|",
    "| `reorder` | openai, anthropic, dashscope | their chat streams number nothing, and each piece is"
    " readable in any place |",
    "| `lost` | all four | the same; llama-server's count of tokens, which shows pieces in another"
    " order, leaps in good answers too |",
    "",
    "`terms: {order: proven}` closes all of them, as the column *proven* shows: OpenAI is streamed over",
    "its Responses API and Qwen over DashScope's own wire, whose frames are numbered one by one, and",
    "every other answer is fetched whole and streamed from here. [Dispatch](dispatch.md) says what",
    "that costs. Pieces that come twice are seen without it once a vendor is known (three streams)",
    "to send no more pieces than tokens.",
)
_NEEDS_HISTORY = frozenset({"duplicate"})
"""Seen by counting pieces against tokens, once a vendor is known to send a piece for each token."""
_INVISIBLE = dict.fromkeys(map(ord, "\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e\r\n"))


@dataclass(slots=True)
class Said:
    """What the client got, in the client's own words."""

    text: str = ""
    arguments: str = ""
    finish: str | None = None

    def is_like(self, other: Said) -> bool:
        """The same answer, but for characters that only test how lines are read."""
        return (
            _plain(self.text) == _plain(other.text)
            and self.arguments == other.arguments
            and self.finish in ("stop", "tool_calls")
        )

    def is_made_of(self, other: Said) -> bool:
        """Some or all of the same characters, in whatever order; blanks aside."""
        ours, theirs = (
            Counter("".join((said.text + said.arguments).split())) for said in (self, other)
        )
        return ours <= theirs


@dataclass(slots=True)
class Result:
    """How one cell ended. `fault` names what is wrong with it; empty when all is well."""

    cell: Cell
    outcome: str
    seconds: float
    wrong: str = ""
    is_hung: bool = False
    rows_missing: int = 0
    rows: tuple[AttemptRow, ...] = field(default=())


async def run_cells(
    cells: Sequence[Cell], folder: Path, parallel: int = _PARALLEL, patience: float = 1.0
) -> list[Result]:
    """Run every cell once and judge it, one wire after the other, so many cells at a time."""
    results = []
    for wire in dict.fromkeys(cell.wire for cell in cells):
        home = folder / wire
        home.mkdir()
        its_own = [cell for cell in cells if cell.wire == wire]
        results += await _run_wire(its_own, home, parallel, patience)
    return sorted(results, key=lambda result: result.cell.number)


async def _run_wire(
    cells: Sequence[Cell], folder: Path, parallel: int, patience: float
) -> list[Result]:
    longest = (DEADLINE_SECONDS + _GRACE_SECONDS) * patience
    async with open_town(cells, folder, patience) as town, AsyncExitStack() as stack:
        clients = {
            id(gateway): await stack.enter_async_context(_client(gateway, longest))
            for gateway in town.gateways
        }
        wanted = await _wanted(clients[id(town.breaking)], cells)
        unjudged = town.hits()
        gate = asyncio.Semaphore(parallel)
        with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
            bar = progress.add_task("cells", total=len(cells))

            async def run(cell: Cell) -> Result:
                async with gate:
                    client = clients[id(town.gateway_for(cell))]
                    result = await _run(client, cell, wanted, longest)
                progress.advance(bar)
                return result

            peaceful = [cell for cell in cells if cell.fault not in DISTURBS_OTHERS]
            results = await asyncio.gather(*(run(cell) for cell in peaceful))
            for cell in cells:
                if cell.fault in DISTURBS_OTHERS:
                    results.append(await run(cell))
                    await asyncio.sleep(0.6)
        _check_rows(town, results, town.hits() - unjudged)
    return results


async def _wanted(client: openai.AsyncOpenAI, cells: Sequence[Cell]) -> dict[bool, Said]:
    """The right answers, in words and as a tool call, from an upstream in good health."""
    found = {}
    for asks_for_tool in (False, True):
        said = Said()
        await _ask(client, cells[0].spare, _QUESTION, asks_for_tool, True, "wanted", said)
        found[asks_for_tool] = said
    return found


async def _run(
    client: openai.AsyncOpenAI, cell: Cell, wanted: dict[bool, Said], longest: float
) -> Result:
    question = f"{_QUESTION} [[simulate:main/{cell.directive}]]"
    if _needs_history(cell):
        for _ in range(3):
            await _ask(client, cell.model, _QUESTION, cell.asks_for_tool, True, "warm", Said())
    said = Said()
    began = time.monotonic()
    result = Result(cell, "", 0.0)
    try:
        await asyncio.wait_for(
            _ask(client, cell.pool, question, cell.asks_for_tool, cell.is_stream, cell.pool, said),
            longest,
        )
        result.outcome = "complete"
        _judge(result, said, wanted[cell.asks_for_tool])
    except TimeoutError:
        result.outcome, result.is_hung = "hung", True
    except openai.APIStatusError as error:
        result.outcome = f"error {error.status_code}"
    except openai.APIConnectionError as error:
        result.outcome, result.wrong = "no connection", f"{type(error).__name__}: {error}"
    except openai.APIError:
        result.outcome = "error in stream"
    except Exception as error:  # the judge's boundary: any other error is the gateway's defect
        result.outcome, result.wrong = "raw error", f"{type(error).__name__}: {error}"
    result.seconds = time.monotonic() - began
    if result.outcome.startswith("error") and cell.is_harmless:
        result.wrong = "an error although nothing was wrong"
    return result


def _needs_history(cell: Cell) -> bool:
    return cell.fault in _NEEDS_HISTORY and cell.is_stream and cell.help != "proven"


def _judge(result: Result, said: Said, wanted: Said) -> None:
    """A clean end must be the whole answer, or say itself that it was filtered."""
    if said.finish == "content_filter":
        result.outcome = "filtered"
    elif result.cell.may_be_unseen and said.is_made_of(wanted):
        result.outcome = "unseen"
    elif not said.is_like(wanted):
        result.wrong = f"a clean end of {said.text!r} {said.arguments!r} ({said.finish})"


async def _ask(
    client: openai.AsyncOpenAI,
    model: str,
    question: str,
    asks_for_tool: bool,
    is_stream: bool,
    request_id: str,
    said: Said,
) -> None:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "extra_headers": {"x-request-id": request_id},
    }
    if asks_for_tool:
        body |= {"tools": [_TOOL], "tool_choice": "required"}
    if not is_stream:
        whole = (await client.chat.completions.create(**body)).choices[0]
        said.text = whole.message.content or ""
        calls = whole.message.tool_calls or []
        said.arguments = "".join(call.function.arguments for call in calls)
        said.finish = whole.finish_reason
        return
    async for chunk in await client.chat.completions.create(stream=True, **body):
        for choice in chunk.choices:
            said.text += choice.delta.content or ""
            for call in choice.delta.tool_calls or []:
                said.arguments += (call.function and call.function.arguments) or ""
            said.finish = choice.finish_reason or said.finish


def _client(gateway: Gateway, longest: float) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=gateway.base_url,
        api_key="unused",
        max_retries=0,
        timeout=longest + _GRACE_SECONDS,
    )


def _plain(text: str) -> str:
    return text.translate(_INVISIBLE)


def _check_rows(town: Town, results: Sequence[Result], hits: Counter[str]) -> None:
    """One finished row for each call that a vendor saw, and who answered."""
    for gateway in town.gateways:
        gateway.house.ledger.flush()
    for result in results:
        cell = result.cell
        entry = town.gateway_for(cell).house.ledger.find(cell.pool)
        rows = () if entry is None else entry.attempts
        done = Counter(row.model for row in rows if row.outcome not in ("open", "unknown"))
        if _needs_history(cell):
            hits[cell.model] -= 3
        for model in (cell.model, cell.spare):
            result.rows_missing += max(0, hits[model] - done[model])
        if len({row.number for row in rows}) != len(rows):
            result.wrong = result.wrong or "two rows with one number"
        result.rows = rows
        answering = [row.kind for row in rows if row.outcome == "answered"]
        if result.outcome == "complete" and answering and answering[-1] != "primary":
            result.outcome = {
                "retry": "complete (retry)",
                "continuation": "complete (continued)",
            }.get(answering[-1], "complete (fallback)")


def write_page(results: Sequence[Result], seconds: float, patience: float = 1.0) -> str:
    """The matrix as a page: one line for each fault, place and mode."""
    lines = [
        "# The fault matrix",
        "",
        "Written by `uv run python -m bench.faults` from its own run; do not edit by hand.",
        "",
        "Each upstream fails in every way that the simulators know, on four vendors' wires: with",
        "nobody behind it (*alone*), with another model behind it (*fallback*), where a stream had",
        "begun, with a policy that lets the other model go on (*continue*), and alone with a policy",
        "that demands `order: proven` of its streams (*proven*). The judge is OpenAI's own client with",
        "its retries off. A cell is right when the answer is complete or the client raises an error;",
        "a partial answer that ends cleanly is wrong. Where the wires differ, each is named.",
        "",
        *_UNSEEN_PAGE,
        "",
        *_summary(results, seconds, patience),
        "",
        f"| fault | where | mode | {' | '.join(HELPS)} |",
        "|---|---|---|" + "---|" * len(HELPS),
    ]
    groups: dict[tuple[str, str, bool], dict[str, dict[str, str]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for result in results:
        cell = result.cell
        key = (cell.fault, cell.where, cell.is_stream)
        groups[key][cell.help][cell.wire] = _mark(result)
    for (fault, where, is_stream), helped in groups.items():
        cells = " | ".join(_cell(helped.get(each, {})) for each in HELPS)
        mode = "stream" if is_stream else "whole"
        lines.append(f"| `{fault}` | {where} | {mode} | {cells} |")
    used = dict.fromkeys(result.cell.fault for result in results)
    lines += ["", "## The faults", "", "| fault | what happens |", "|---|---|"]
    lines += [f"| `{name}` | {FAULTS[name].says} |" for name in used]
    return "\n".join(lines) + "\n"


def _summary(results: Sequence[Result], seconds: float, patience: float) -> list[str]:
    outcomes = Counter(result.outcome.split(" (")[0].split()[0] for result in results)
    counted = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    wrong = sum(bool(result.wrong) for result in results)
    missing = sum(result.rows_missing for result in results)
    busy = f", on a busy machine with limits {patience:g} times as long" if patience != 1 else ""
    return [
        f"{len(results)} cells in {seconds:.0f} s{busy}: {counted}. Wrong: {wrong}. "
        f"Hung: {sum(result.is_hung for result in results)}. Ledger rows missing: {missing}."
    ]


def _mark(result: Result) -> str:
    missing = f" ({result.rows_missing} rows missing)" if result.rows_missing else ""
    return ("**wrong**" if result.wrong else result.outcome) + missing


def _cell(by_wire: dict[str, str]) -> str:
    said = set(by_wire.values())
    if len(said) <= 1:
        return "".join(said)
    wires: dict[str, list[str]] = defaultdict(list)
    for wire, outcome in by_wire.items():
        wires[outcome].append(wire)
    return "; ".join(f"{outcome}: {', '.join(names)}" for outcome, names in wires.items())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--fault", action="append", default=[], choices=list(FAULTS))
    parser.add_argument("--wire", action="append", default=[], choices=WIRES)
    parser.add_argument("--no-page", action="store_true", help="do not write docs/fault-matrix.md")
    parser.add_argument("--parallel", type=int, default=_PARALLEL, help="cells at a time")
    parser.add_argument("--patience", type=float, default=1.0, help="stretch every limit so much")
    options = parser.parse_args()
    cells = list_cells(options.fault, options.wire or WIRES)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(run_cells(cells, Path(folder), options.parallel, options.patience))
    seconds = time.monotonic() - began
    if not (options.fault or options.wire or options.no_page):
        PAGE.write_text(write_page(results, seconds, options.patience))
    _print(results, seconds)


def _print(results: Sequence[Result], seconds: float) -> None:
    bad = [r for r in results if r.wrong or r.is_hung or r.rows_missing]
    for result in bad:
        cell = result.cell
        mode = "stream" if cell.is_stream else "whole"
        print(
            f"{cell.wire} {cell.directive} {mode} {cell.help} ({cell.where}): {result.outcome} "
            f"{result.wrong[:300]} rows missing {result.rows_missing}",
            file=sys.stderr,
        )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        counts[result.outcome][result.cell.help] += 1
    rows = [
        (outcome, *(by_help[each] for each in HELPS), sum(by_help.values()))
        for outcome, by_help in sorted(counts.items())
    ]
    print_report(
        "What became of each cell",
        ("outcome", *HELPS, "all"),
        rows,
        {
            "cells": len(results),
            "faults": len({result.cell.fault for result in results}),
            "unseen": sum(result.outcome == "unseen" for result in results),
            "wrong": sum(bool(result.wrong) for result in results),
            "hung": sum(result.is_hung for result in results),
            "rows_missing": sum(result.rows_missing for result in results),
            "seconds": round(seconds, 1),
        },
    )


if __name__ == "__main__":
    main()
