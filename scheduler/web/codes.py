"""An address -> a QR code as SVG, for screens and for paper (ISO/IEC 18004, by segno).

Pure.
"""

from __future__ import annotations

import io

import segno

_BORDER = 4  # the quiet zone that readers need, in modules


def draw_code(text: str, title: str) -> str:
    """Return the code of ``text`` as an SVG element without size and style, for a page to place; ``title`` names it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgclass="code",
        lineclass=None,
        omitsize=True,
        nl=False,
        border=_BORDER,
        light="#fff",
        title=title,
    )
    return out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1)
