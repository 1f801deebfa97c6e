"""The process that parses a stranger's file: a fork of this one, or ``python -m scheduler.documents.worker FORM NAME``.

IO: writes one JSON line per answer to a pipe (standard output), and nothing else. Before it parses it gives up all it
does not need: memory and processor time beyond the limits, writing, sockets, other programs.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import sys
from typing import Final, NoReturn

from scheduler.documents.document import Progress
from scheduler.documents.grid import GridTooLargeError
from scheduler.documents.limits import CHILD_CPU_SECONDS, CHILD_MEMORY, MIB
from scheduler.documents.ole import recognise_compound
from scheduler.documents.package import Package, recognise_package, refuse_hungry, refuse_protected
from scheduler.documents.sheets import read_sheet_blocks
from scheduler.documents.text import read_text_blocks
from scheduler.documents.wire import Answer, Conversion, Reading, Refusal, Step, encode_answer
from scheduler.documents.word import read_word
from scheduler.errors import DocumentError

_FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system",
                     "pty.", "shutil.", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link",
                     "os.symlink", "os.chmod", "os.chown", "os.truncate", "webbrowser.")  # fmt: skip
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_RESERVE: Final = 8 * MIB
_TARGETS: Final = {"doc": "docx", "odt": "docx", "rtf": "docx", "xls": "xlsx", "xlsb": "xlsx", "ods": "xlsx"}
_OTHERS: Final = {
    "pptx": "the file is a presentation; hand in the plan as a Word, Excel, PDF or text file",
    "ppt": "the file is a presentation; hand in the plan as a Word, Excel, PDF or text file",
    "zip": "the file is an archive or of a program that is not known here; unpack it, and hand in the plan itself",
    "ole": "the file is of a program that is not known here; save the plan as a Word, Excel, PDF or text file",
}


def confine_process(*, memory: int = CHILD_MEMORY, seconds: int = CHILD_CPU_SECONDS) -> None:
    """Give up, for good: memory over ``memory`` bytes, processor time over ``seconds``, writing, sockets, programs."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (least, least))
    sys.addaudithook(_refuse_event)


def read_answer(content: bytes, form: str, name: str, report: Progress) -> Answer:
    """Read ``content``, whose signature says ``form`` (text, zip, pdf, ole, rtf), and return what came of it.

    Files whose form has a reader here are read; others are refused, or named for conversion. What the parsers do not
    foresee leaves as their own exception, a lack of memory as MemoryError.
    """
    try:
        return _read_form(content, form, name, report)
    except DocumentError as refusal:
        return Refusal(str(refusal))
    except GridTooLargeError as error:
        return Refusal(f"{name}: {error}")
    except RecursionError:
        return Refusal(f"{name}: is nested deeper than any plan (tables in tables?); save the plan anew and simpler")


def _read_form(content: bytes, form: str, name: str, report: Progress) -> Reading | Conversion:
    if form == "text":
        return Reading("text", read_text_blocks(content, name))
    if form == "pdf":
        # It takes longer to load than most other files to read.
        from scheduler.documents.pdf import read_pdf_blocks

        return Reading("pdf", *read_pdf_blocks(content, name, report))
    package = Package(content, name) if form == "zip" else None
    kind = recognise_package(package) if package else "rtf" if form == "rtf" else recognise_compound(content)
    if package and kind == "docx":
        return read_word(package, name, report)
    if package and kind == "xlsx":
        return Reading("xlsx", *read_sheet_blocks(package, name, report))
    if kind in _TARGETS:
        return Conversion(kind, _TARGETS[kind])
    if kind == "protected":
        raise refuse_protected(name)
    raise DocumentError(f"{name}: {_OTHERS[kind]}")


def _refuse_event(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not for a parser")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("a parser writes no files")


def serve_forked(content: bytes, form: str, name: str, answers: int) -> NoReturn:
    """Be the child of a fork: let go of all that was open, answer to the pipe ``answers``, and end."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.closerange(3, answers)
    os.closerange(answers + 1, os.sysconf("SC_OPEN_MAX"))
    _serve(content, form, name, answers)


def _serve(content: bytes, form: str, name: str, answers: int) -> NoReturn:
    """Confine this process, write the answers for ``content`` to ``answers``, and end with exit code 0."""
    if form == "pdf":
        # While its compiled modules may still be written.
        importlib.import_module("scheduler.documents.pdf")
    confine_process()
    gc.disable()  # a short life, and a limit on memory that holds anyway

    def write(answer: Answer) -> None:
        _write_whole(answers, encode_answer(answer))

    # With no memory left, the answer that says so could not be made any more.
    hungry = encode_answer(Refusal(str(refuse_hungry(name))))
    reserve = bytearray(_RESERVE)
    try:
        line = encode_answer(read_answer(content, form, name, lambda done, of: write(Step(done, of))))
    except MemoryError:
        del reserve
        line = hungry
    _write_whole(answers, line)
    # Without taking apart what is in memory: the system does that at once.
    os._exit(0)


def _write_whole(pipe: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def main() -> NoReturn:
    """Answer for the file on standard input; exit code 0 whenever there is an answer."""
    form, name = sys.argv[1:]
    answers = os.dup(sys.stdout.fileno())
    # Whatever a parser prints must not mix with the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _serve(sys.stdin.buffer.read(), form, name, answers)


if __name__ == "__main__":
    main()
