"""Names and subjects of mails, read by a decoder that is not Python's."""

from __future__ import annotations

import base64
import json
import subprocess
from random import Random

from scheduler.headers import write_address_header, write_text_header
from tests.acceptance.clients.subscribers import PROGRAMS, need_node_package
from tests.acceptance.missing import skip_where
from tests.unit.test_messages import NAMES_AND_TITLES


def test_postal_mime_reads_five_thousand_names_and_subjects_as_they_were_meant() -> None:
    skip_where(need_node_package("postal-mime")())
    random, words = Random(6), NAMES_AND_TITLES.split()
    # Some without a blank, which must be parted inside a word.
    meant = [
        (
            " ".join(random.choices(words, k=random.randint(1, 30))),
            " ".join(random.choices(words, k=random.randint(1, 14))),
            "".join(random.choices(words, k=random.randint(10, 40))),
        )
        for _ in range(5_000)
    ]
    mails = (
        write_text_header("Subject", subject)
        + write_address_header("From", sender, "kiem-tra@so-ldtbxh.example")
        + write_address_header("To", reader, "ubnd@son-dong.example")
        + b"\r\n"
        for subject, sender, reader in meant
    )
    lines = b"".join(base64.b64encode(mail) + b"\n" for mail in mails)
    ran = subprocess.run(
        ["node", "read_mails.mjs"], input=lines, cwd=PROGRAMS, capture_output=True, check=True, timeout=120
    )
    read = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(mail["subject"], mail["from"][0], mail["to"][0][0]) for mail in read] == meant
