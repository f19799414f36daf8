# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo [CHAPTER=name]`: the playbooks on simulated devices. Ends with an error when something does not come out as it says."""

from __future__ import annotations

import os
import sys

from . import commission, site, xyte
from .example import ROOT
from .playbook import UnexpectedError

CHAPTERS = {"commission": commission.tell, "site": site.tell, "xyte": xyte.tell}


def main(names: list[str]) -> int:
    unknown = set(names) - set(CHAPTERS)
    if unknown:
        print(f"There is no chapter {', '.join(sorted(unknown))}; there are {', '.join(CHAPTERS)}.")
        return 2
    os.chdir(ROOT)
    try:
        for name in names or CHAPTERS:
            CHAPTERS[name]()
    except UnexpectedError as error:
        print(f"\nThe demo did not come out as it should. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
