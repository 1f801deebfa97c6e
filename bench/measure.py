"""Variants of one task, timed in turn in one run -> a table of medians and ratios, and the targets met or missed.

IO (clock, standard output); standard library only. Seconds of two different runs are not comparable, ratios are:
``compute_ratio`` says how they are taken.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

HEADINGS = ("variant", "median (min-max) s", "n", "to ours")
LIKE_LENGTH = 10


class Stopwatch:
    """Wall seconds between ``start`` and ``stop``; what a variant prepares and checks stays outside of them."""

    seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        # Garbage of the variant before must not be collected on this one's time.
        gc.collect()
        started = perf_counter()
        yield
        self.seconds = perf_counter() - started


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the task: ``run`` does it once and returns its seconds.

    A slow variant takes part only in every ``every``-th round, beginning with the first.
    """

    name: str
    run: Callable[[], float]
    every: int = 1


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of one variant, one entry per round; None for a round that it sat out."""

    name: str
    rounds: tuple[float | None, ...]

    @property
    def taken(self) -> tuple[float, ...]:
        return tuple(seconds for seconds in self.rounds if seconds is not None)


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold of a ratio: at most ``bound``, or at least ``bound`` where ``at_least`` is true."""

    name: str
    ratio: float
    bound: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def __str__(self) -> str:
        wanted = f"{'at least' if self.at_least else 'at most'} {self.bound:g}"
        return f"{self.name} {self.ratio:.3g} ({wanted}): {'pass' if self.is_met else 'FAIL'}"


def time_in_turn(variants: tuple[Variant, ...], rounds: int) -> tuple[Timings, ...]:
    """Run every variant once per round, in the given order; return their timings in that order."""
    seconds: list[list[float | None]] = [[] for _ in variants]
    for number in range(rounds):
        for variant, taken in zip(variants, seconds, strict=True):
            taken.append(variant.run() if number % variant.every == 0 else None)
    return tuple(Timings(variant.name, tuple(taken)) for variant, taken in zip(variants, seconds, strict=True))


def compute_ratio(numerator: Timings, denominator: Timings) -> float:
    """Return the ratio of two variants, robust against the machine's slow spells.

    Of runs about as long as each other one spell hits both of a round: the median of the rounds' ratios. A run more
    than ten times as long averages over spells that a short one meets or misses: the ratio of the medians.
    """
    of_medians = median(numerator.taken) / median(denominator.taken)
    if not 1 / LIKE_LENGTH <= of_medians <= LIKE_LENGTH:
        return of_medians
    pairs = zip(numerator.rounds, denominator.rounds, strict=True)
    return median(above / below for above, below in pairs if above is not None and below is not None)


def format_table(timings: tuple[Timings, ...], ours: Timings) -> str:
    """Return one line per variant: median (min-max) seconds, number of runs, ratio to ``ours``."""
    lines = [HEADINGS, *(_format_line(row, ours) for row in timings)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


def judge_targets(targets: tuple[Target, ...]) -> int:
    """Print the last line, which says of each target whether it is met; return the exit code, 1 if one is not."""
    print("; ".join(str(target) for target in targets))
    return 0 if all(target.is_met for target in targets) else 1


def _format_line(row: Timings, ours: Timings) -> tuple[str, str, str, str]:
    taken = row.taken
    spread = f"{_say_seconds(median(taken))} ({_say_seconds(min(taken))}-{_say_seconds(max(taken))})"
    return row.name, spread, str(len(taken)), f"{compute_ratio(row, ours):.3g}"


def _say_seconds(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.3f}"
