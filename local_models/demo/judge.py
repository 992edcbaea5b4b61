"""Ask the demo model what it has never seen: `python -m local_models.demo.judge [FILE.gguf]`.

The phrasings of dialogues/unseen.yaml are kept out of training; each comes with what a right answer
must hold. Prints every answer, and one JSON line last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from pathlib import Path

import yaml

from local_models.demo.chat import END, START
from local_models.demo.conversations import DIALOGUES
from local_models.engine import Piece, Sampling
from local_models.llama_cpp import LlamaCpp, LlamaCppSettings
from local_models.scheduler import Scheduler

SHIPPED = Path(__file__).parent / "pointsman-demo-q8_0.gguf"


async def answer(scheduler: Scheduler, system: str, question: str) -> str:
    """The model's likeliest answer under this system prompt (none when empty)."""
    turns = f"{START}system\n{system}{END}\n" if system else ""
    prompt = f"{turns}{START}user\n{question}{END}\n{START}assistant\n"
    events = scheduler.generate(prompt, sampling=Sampling(temperature=0), max_tokens=160)
    return "".join([event.text async for event in events if isinstance(event, Piece)])


async def judge(path: Path, system: str = "") -> dict[str, float]:
    """The share of unseen phrasings whose answer holds what it must, by language."""
    cases = yaml.safe_load((DIALOGUES / "unseen.yaml").read_text(encoding="utf-8"))
    scheduler = Scheduler(LlamaCpp(LlamaCppSettings(path=path)), name="judged")
    shares = {}
    for language, rows in cases.items():
        answers = await asyncio.gather(*(answer(scheduler, system, row[0]) for row in rows))
        right = [
            re.search(row[1], said) is not None for row, said in zip(rows, answers, strict=True)
        ]
        for row, said, is_right in zip(rows, answers, right, strict=True):
            print(f"{'  ' if is_right else 'X '}{row[0]}\n      {said}")
        shares[language] = round(sum(right) / len(right), 3)
    await scheduler.close()
    return shares


def main() -> None:
    """Read the command line and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--system", type=Path, help="a text file with a system prompt")
    given = parser.parse_args()
    system = given.system.read_text(encoding="utf-8") if given.system else ""
    print(json.dumps({"right": asyncio.run(judge(given.file, system))}))


if __name__ == "__main__":
    main()
