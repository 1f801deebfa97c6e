"""A file's bytes -> what the parsing process answers, whatever becomes of that process.

IO: starts the process (children), listens, and ends it when it is silent for too long. A crash of it is one
sentence.
"""

from __future__ import annotations

import os
import selectors
import signal
from collections.abc import Callable, Iterator

from scheduler.documents.children import Child, start_child
from scheduler.documents.document import Progress
from scheduler.documents.limits import CHILD_CPU_SECONDS, SILENT_SECONDS
from scheduler.documents.package import refuse_damaged, refuse_hungry
from scheduler.documents.wire import AnswerError, Conversion, Reading, Refusal, Step, decode_answer
from scheduler.errors import DocumentError

_LAST_SECONDS = 2.0
_CHUNK = 1 << 20
_LONGEST_ANSWER = 256 << 20


def read_isolated(
    content: bytes,
    form: str,
    name: str,
    progress: Progress | None = None,
    *,
    meanwhile: Callable[[], object] | None = None,
    silent_seconds: float = SILENT_SECONDS,
    start: Callable[[bytes, str, str], Child] = start_child,
) -> Reading | Conversion:
    """Let a child process read ``content``, whose signature says ``form``; ``name`` is the file's, for errors.

    ``start`` starts the child, then ``meanwhile`` is called; after ``silent_seconds`` without an answer it is ended.
    Raises DocumentError with the child's refusal, or one sentence where it crashed, hung or was killed.
    """
    child = start(content, form, name)
    try:
        if meanwhile:
            meanwhile()
        for line in _listen(child.answers, silent_seconds):
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
        os.close(child.answers)
        # One whose last answer is in ends by itself, for its exit code.
        code = child.wait(_LAST_SECONDS)
        code = child.kill() if code is None else code
    if code == -signal.SIGXCPU:
        raise _refuse_slow(name)
    # The interpreter aborts where it runs out of memory on the way to telling so.
    if code == -signal.SIGABRT:
        raise refuse_hungry(name)
    raise refuse_damaged(name)


def _refuse_slow(name: str) -> DocumentError:
    return DocumentError(
        f"{name}: takes longer to read than any plan ({SILENT_SECONDS:.0f} s without a page, "
        f"{CHILD_CPU_SECONDS} s in all); save it anew, or hand in the plan alone"
    )


def _listen(stream: int, silent_seconds: float) -> Iterator[bytes]:
    """Yield the lines from the pipe ``stream`` until it ends; TimeoutError when nothing comes for so long."""
    held: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if not selector.select(silent_seconds):
                raise TimeoutError
            chunk = os.read(stream, _CHUNK)
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
