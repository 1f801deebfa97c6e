"""Random mutations of a Word, an Excel and a PDF file: each is read or refused, in time and within the memory granted.

Run as ``python -m tests.soak.mutations [--count N] [--seed N] [--form FORM]``. Exit status 1 when a mutation ended the
parser by a signal, took over ten seconds or over 512 MB. A mutation is made again by its form, seed and number.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import scheduler.documents.pdf
import scheduler.documents.sheets
import scheduler.documents.word
from scheduler.documents.limits import CHILD_MEMORY, MIB
from scheduler.documents.wire import Reading, encode_answer
from scheduler.documents.worker import confine_process, read_answer
from tests.hostile.files import HEADS, ROWS, make_docx, make_pdf, make_xlsx, replace_parts

LONGEST_SECONDS = 10.0
MANY_ROWS = (HEADS, *ROWS * 20)
FORMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "docx": ("zip", cache(lambda: make_docx(rows=MANY_ROWS))),
    "xlsx": ("zip", cache(lambda: make_xlsx(rows=MANY_ROWS))),
    "pdf": ("pdf", cache(make_pdf)),
}
LOADED = (scheduler.documents.pdf, scheduler.documents.sheets, scheduler.documents.word)  # before the forks, once


class Outcome(StrEnum):
    READ = "read"
    REFUSED = "refused"
    GAVE_UP = "told as damaged"
    OUT_OF_MEMORY = "out of memory"
    HUNG = "over 10 s"
    DIED = "ended by a signal"


EXIT_CODES = {0: Outcome.READ, 10: Outcome.REFUSED, 11: Outcome.OUT_OF_MEMORY, 1: Outcome.GAVE_UP}
WRONG = (Outcome.HUNG, Outcome.DIED)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of mutation ``number``; ``memory`` is the most bytes the process had resident."""

    form: str
    number: int
    outcome: Outcome
    seconds: float
    memory: int


def mutate_bytes(content: bytes, chance: random.Random) -> bytes:
    """Return ``content`` with one to twenty bytes, runs or ends changed."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(changed))
        run = chance.choice((1, 1, 4, 64))
        match chance.randrange(6):
            case 0 | 1:
                changed[at] = chance.randrange(256)
            case 2:
                del changed[at : at + run]
            case 3:
                changed[at:at] = changed[at : at + run] * chance.choice((1, 2, 50))
            case 4:
                digits = str(chance.choice((0, 1, -1, 2**31, 10**12, chance.randrange(100))))
                changed[at : at + chance.randrange(4)] = digits.encode()
            case _:
                other = chance.randrange(len(changed))
                changed[at : at + run] = changed[other : other + run]
        if not changed:
            return b"\x00"
    return bytes(changed[: chance.randrange(1, len(changed))] if chance.random() < 0.05 else changed)


def mutate_file(content: bytes, form: str, chance: random.Random) -> bytes:
    """Mutate the file itself or, of a packed one as often, the XML inside: its checksums hide that from the parser."""
    if form == "pdf" or chance.random() < 0.3:
        return mutate_bytes(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        main = [name for name in parts if name.endswith(("document.xml", "sheet1.xml", "sharedStrings.xml"))]
        chosen = chance.choice(main if main and chance.random() < 0.6 else parts)
        return replace_parts(content, {chosen: mutate_bytes(archive.read(chosen), chance)})


def read_in_fork(content: bytes, form: str) -> tuple[int, float, int]:
    """Read ``content`` as the parsing process does, in a fork; return its wait status, seconds and resident bytes."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            confine_process()
            code = _read(content, FORMS[form][0])
        os._exit(code)
    _, status, usage = os.wait4(child, 0)
    return status, time.monotonic() - started, usage.ru_maxrss * 1024


def _read(content: bytes, signature: str) -> int:
    try:
        answer = read_answer(content, signature, "plan", lambda _done, _of: None)
        encode_answer(answer)
    except MemoryError:
        return 11
    return 0 if isinstance(answer, Reading) else 10


def try_mutation(form: str, seed: int, number: int) -> Result:
    """Make mutation ``number`` of ``form`` and read it."""
    chance = random.Random(f"{form}-{seed}-{number}")
    status, seconds, memory = read_in_fork(mutate_file(FORMS[form][1](), form, chance), form)
    if os.WIFSIGNALED(status):
        outcome = Outcome.HUNG if os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU) else Outcome.DIED
    else:
        outcome = EXIT_CODES[os.WEXITSTATUS(status)]
    return Result(form, number, outcome, seconds, memory)


def try_batch(form: str, seed: int, numbers: range) -> list[Result]:
    return [try_mutation(form, seed, number) for number in numbers]


def run_mutations(forms: tuple[str, ...], count: int, seed: int) -> list[Result]:
    """Try ``count`` mutations of each form, on all processors."""
    batches = [
        (form, range(start, min(start + 50, count))) for form in forms for start in range(0, count, 50)
    ]  # fmt: skip
    with ProcessPoolExecutor() as pool:
        futures = [pool.submit(try_batch, form, seed, numbers) for form, numbers in batches]
        return [result for future in futures for result in future.result()]


def main() -> int:
    """Print what became of the mutations; return 1 if one is wrong."""
    parser = argparse.ArgumentParser(description="Read random mutations of each binary form.")
    parser.add_argument("--count", type=int, default=2_000, help="mutations of each form (default 2000)")
    parser.add_argument("--seed", type=int, default=1, help="other seeds give other mutations (default 1)")
    parser.add_argument("--form", choices=FORMS, action="append", help="only this form (may be given again)")
    options = parser.parse_args()
    forms = tuple(options.form or FORMS)
    results = run_mutations(forms, options.count, options.seed)
    wrong = [each for each in results if each.outcome in WRONG or each.memory > CHILD_MEMORY]
    for form in forms:
        own = [each for each in results if each.form == form]
        counts = Counter(each.outcome for each in own)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
        print(
            f"{form}: {len(own)} mutations: {told}; at most {max(each.seconds for each in own):.2f} s and "
            f"{max(each.memory for each in own) // MIB} MB"
        )
    for each in wrong:
        print(f"WRONG: {each.form} seed {options.seed} number {each.number}: {each.outcome}, {each.seconds:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
