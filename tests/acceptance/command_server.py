"""A process that has loaded the program, and forks for each command that is asked of it.

Tests run hundreds of commands; each would load the same modules for longer than it works. What is forked is a process
of its own as ever, with its own folder, environment and files, and ends as the command ends.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time

LONGEST_REQUEST = 1024 * 1024
DESCRIPTORS = 3


def wait_for_command(listener: socket.socket) -> tuple[str, ...]:
    """Serve until the one that started this process is gone; in each fork, return the arguments of its command."""
    running: dict[int, socket.socket] = {}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([sys.stdin, listener, *running], [], [])
        for one in ready:
            if one is sys.stdin:
                sys.exit(0)
            if one is listener:
                asked, _ = listener.accept()
                request, descriptors, _, _ = socket.recv_fds(asked, LONGEST_REQUEST, DESCRIPTORS)
                pid = os.fork()
                if pid == 0:
                    for other in (listener, asked, *running.values()):
                        other.close()
                    return _take_over(json.loads(request), descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                asked.sendall(f"{pid}\n".encode())
                running[os.pidfd_open(pid)] = asked
            else:
                asked = running.pop(one)
                ended = os.waitid(os.P_PIDFD, one, os.WEXITED)
                os.close(one)
                if ended is not None:
                    status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
                    asked.sendall(f"{status}\n".encode())
                asked.close()


def _take_over(request: dict[str, object], descriptors: list[int]) -> tuple[str, ...]:
    """Become the process that was asked for."""
    arguments, folder, environment, mask = (request[name] for name in ("arguments", "folder", "environment", "umask"))
    assert isinstance(arguments, list)
    assert isinstance(folder, str)
    assert isinstance(environment, dict)
    assert isinstance(mask, int)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.umask(mask)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return tuple(map(str, arguments))


def _load_program() -> None:
    """Load what any command may load later."""
    import click

    from scheduler.cli import commands

    for name in commands.list_commands(click.Context(commands)):
        commands.get_command(click.Context(commands), name)
    for module in ("scheduler.ledger.migrating", "openpyxl", "sqlalchemy.dialects.sqlite.pysqlite", "holidays"):
        __import__(module)


if __name__ == "__main__":
    from scheduler.cli import main

    _load_program()
    sys.argv = ["scheduler", *wait_for_command(socket.socket(fileno=int(sys.argv[1])))]
    main()
