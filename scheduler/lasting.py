"""What is in force stays for long -> set apart from what Python's garbage collector goes through.

IO: the interpreter. A plan of 10,000 visits is some hundred thousand objects; going through them again and again, the
collector would hold up every page and mail for a third of a second each time.
"""

from __future__ import annotations

import gc


def set_apart_what_lasts(*, anew: bool = False) -> None:
    """Collect what is no longer used, and let later collections pass over all that is left.

    What was set apart goes as soon as nothing refers to it, but for cycles: ``anew`` looks for these too, and holds
    everything up for as long as that takes.
    """
    if anew:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
