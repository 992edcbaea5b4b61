"""The demo itself: processes up, requests out, a live table, and the bill."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from providers.simulators.process import Simulator, SimulatorError, start_simulator
from providers.simulators.settings import Pacing
from router.commands.demo_bill import print_bill
from router.commands.demo_scenes import SCENES
from router.commands.demo_table import Row, draw_table
from router.commands.demo_talk import Talk
from router.steps.access import hash_key

DEMO_KEY = "pm-demo-only-not-a-secret"
_VENDORS = {
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "dashscope": ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL"),
}
_START_SECONDS = 60
_PACING = Pacing(first_token_seconds=0.08, tokens_per_second=120)
"""About how quickly a vendor answers on a good day, only shorter."""
_WIDTH = 150
_ROOT = Path(__file__).parents[2]


def run_demo(console: Console, *, live: bool, keep: bool, port: int, ledger: Path | None) -> int:
    """Run every scene; 0 when all of them were answered."""
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    try:
        return _demo(console, live=live, keep=keep, port=port, ledger=ledger)
    except (GatewayFailedError, SimulatorError) as error:
        console.print(f"✗ {error}", style="red", markup=False)
        return 1


class GatewayFailedError(RuntimeError):
    """The gateway's process ended instead of serving; carries what it said."""


def _demo(console: Console, *, live: bool, keep: bool, port: int, ledger: Path | None) -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pointsman-demo-")))
        book = ledger or folder / "ledger.sqlite3"
        simulators, gateway = _start(console, stack, folder, book, live=live, port=port)
        _introduce(console, simulators, gateway.url)
        rows = _play(console, Talk(gateway.url, DEMO_KEY))
        _show_what_vendors_saw(console, simulators)
        print_bill(console, book)
        failed = [row for row in rows if row.failed]
        for row in failed:
            console.print(f"✗ {row.title}: {row.answer}", style="red", markup=False)
        if keep:
            _keep_serving(console, gateway)
    return 1 if failed else 0


class GatewayProcess:
    """The gateway in a process of its own, as a user would start it."""

    def __init__(self, config: Path, port: int) -> None:
        command = [sys.executable, str(_ROOT / "main.py"), "serve", "-c", str(config)]
        self.process = subprocess.Popen(
            [*command, "--port", str(port)],
            stderr=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        )
        self.said: list[str] = []
        self._is_ready = threading.Event()
        self.url = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            if "serves http" in line:
                self.url = line.split("serves ", 1)[1].strip()
                self._is_ready.set()
        self._is_ready.set()

    def wait(self) -> None:
        """Return when the gateway takes requests.

        Raises:
            GatewayFailedError: it ended instead; carries what it said.
        """
        self._is_ready.wait(_START_SECONDS)
        if not self.url:
            raise GatewayFailedError("The gateway did not start:\n" + "\n".join(self.said))

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start(
    console: Console, stack: ExitStack, folder: Path, book: Path, *, live: bool, port: int
) -> tuple[dict[str, Simulator], GatewayProcess]:
    with _progress(console) as progress:
        missing = [name for name, (key, _) in _VENDORS.items() if not (live and os.getenv(key))]
        task = progress.add_task("Starting simulated vendors", total=len(missing) + 2)
        simulators = {}
        for name in missing:
            simulators[name] = start_simulator(name, pacing=_PACING)
            stack.callback(simulators[name].stop)
            progress.advance(task)
        config = folder / "demo.yaml"
        config.write_text(yaml.safe_dump(_configure(simulators, book), allow_unicode=True))
        progress.update(task, description="Starting the gateway and loading the local model")
        gateway = GatewayProcess(config, port)
        stack.callback(gateway.stop)
        progress.advance(task)
        gateway.wait()
        progress.advance(task)
    return simulators, gateway


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


def _configure(simulators: dict[str, Simulator], book: Path) -> dict[str, Any]:
    providers: dict[str, Any] = {}
    for name, (key, base_url) in _VENDORS.items():
        if name in simulators:
            providers[name] = {
                "kind": name,
                "api_key": "sk-simulated",
                "base_url": simulators[name].base_url,
            }
        else:
            providers[name] = {"kind": name, "api_key": f"${{{key}}}"}
            if os.getenv(base_url):
                providers[name]["base_url"] = f"${{{base_url}}}"
    return {
        "providers": providers,
        "keys": [{"name": "demo", "sha256": hash_key(DEMO_KEY)}],
        "ledger": {"path": str(book)},
        "server": {"log_level": "error"},
    }


def _introduce(console: Console, simulators: dict[str, Simulator], url: str) -> None:
    if simulators:
        console.print(
            f"[yellow]Simulated:[/yellow] {', '.join(simulators)} — processes on this machine that "
            "speak the vendors' wires; their answers are canned, tokens and prices are counted for real."
        )
    console.print(f"The gateway serves [bold]{url}[/bold]; every row below went through it.\n")


def _play(console: Console, talk: Talk) -> list[Row]:
    rows: list[Row] = []
    with Live(draw_table(rows), console=console, refresh_per_second=8) as screen:
        for scene in SCENES:
            for row in talk.play(scene):
                rows.append(row)
                screen.update(draw_table(rows))
    console.print()
    return rows


_SECRETS = ("11010519491231002X", "13812345678", "finance@example.com")


def _show_what_vendors_saw(console: Console, simulators: dict[str, Simulator]) -> None:
    seen = [entry for simulator in simulators.values() for entry in simulator.log()]
    leaked = [secret for secret in _SECRETS if any(secret in str(entry) for entry in seen)]
    if leaked:
        console.print(f"[red]Leaked to a vendor: {', '.join(leaked)}[/red]")
    elif simulators:
        console.print(
            f"The simulated vendors logged {len(seen)} requests; the id card, the phone number and "
            "the e-mail address are in none of them, and were put back into the answers."
        )


def _keep_serving(console: Console, gateway: GatewayProcess) -> None:
    console.print(
        f"\nStill serving. Try:\n  curl {gateway.url}/chat/completions "
        f"-H 'Authorization: Bearer {DEMO_KEY}' -H 'Content-Type: application/json' \\\n"
        '    -d \'{"model": "auto", "messages": [{"role": "user", "content": "我要退款"}]}\'\n'
        "Stop with Ctrl-C.",
        markup=False,
        soft_wrap=True,
    )
    try:
        gateway.process.wait()
    except KeyboardInterrupt:
        console.print("Stopping.")
