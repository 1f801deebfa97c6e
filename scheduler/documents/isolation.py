"""A file's bytes -> what the parsing process answers, whatever becomes of that process.

IO: starts ``scheduler.documents.worker``, listens, and ends it when it is silent for too long. A crash of it is one
sentence.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from scheduler.documents.document import Progress
from scheduler.documents.limits import CHILD_CPU_SECONDS, SILENT_SECONDS
from scheduler.documents.package import refuse_damaged, refuse_hungry
from scheduler.documents.wire import AnswerError, Conversion, Reading, Refusal, Step, decode_answer
from scheduler.errors import DocumentError

_LAST_SECONDS = 2.0
_CHUNK = 1 << 20
_LONGEST_ANSWER = 256 << 20
_PACKAGE_PARENT = Path(__file__).resolve().parents[2]


def read_isolated(
    content: bytes, form: str, name: str, progress: Progress | None = None, *, silent_seconds: float = SILENT_SECONDS
) -> Reading | Conversion:
    """Let a child process read ``content``, whose signature says ``form``; ``name`` is the file's, for errors.

    The child is ended after ``silent_seconds`` without an answer. Raises DocumentError with the child's refusal, or one
    sentence where it crashed, hung or was killed.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryDirectory(prefix="scheduler-read-") as folder:
        source.write(content)
        source.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "scheduler.documents.worker", form, name],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PYTHONPATH": str(_PACKAGE_PARENT), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        answers = child.stdout
        try:
            for line in _listen(answers, silent_seconds) if answers else ():
                try:
                    answer = decode_answer(line)
                except AnswerError as error:
                    raise refuse_damaged(name) from error
                match answer:
                    case Step(done, of):
                        if progress and of:
                            progress(done, of)
                    case Refusal(sentence):
                        raise DocumentError(sentence)
                    case _:
                        return answer
        except TimeoutError as error:
            child.kill()
            raise _refuse_slow(name) from error
        finally:
            if answers:
                answers.close()
            _end_process(child)
        if child.returncode == -signal.SIGXCPU:
            raise _refuse_slow(name)
        # The interpreter aborts where it runs out of memory on the way to telling so.
        if child.returncode == -signal.SIGABRT:
            raise refuse_hungry(name)
        raise refuse_damaged(name)


def _end_process(child: subprocess.Popen[bytes]) -> None:
    """Let a child whose last answer is in end by itself, for its exit code; kill one that does not."""
    try:
        child.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _refuse_slow(name: str) -> DocumentError:
    return DocumentError(
        f"{name}: takes longer to read than any plan ({SILENT_SECONDS:.0f} s without a page, "
        f"{CHILD_CPU_SECONDS} s in all); save it anew, or hand in the plan alone"
    )


def _listen(stream: IO[bytes], silent_seconds: float) -> Iterator[bytes]:
    """Yield the lines of ``stream`` until it ends; TimeoutError when nothing comes for so long."""
    held: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if not selector.select(silent_seconds):
                raise TimeoutError
            chunk = os.read(stream.fileno(), _CHUNK)
            if not chunk:
                return
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                yield b"".join([*held, part])
                held, size = [], 0
            held.append(rest)
            size += len(rest)
            if size > _LONGEST_ANSWER:
                raise TimeoutError
