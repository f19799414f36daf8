# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Started as a process: runs the module file that the first argument names, with the arguments in the second.

This is what the engine's wrapper does on the other host: it puts the arguments in place and runs the file as a program.
"""

from __future__ import annotations

import runpy
import sys

from ansible.module_utils import basic

if __name__ == "__main__":
    basic._ANSIBLE_ARGS = sys.argv[2].encode()
    basic._ANSIBLE_PROFILE = "legacy"  # how the result is serialised; ansible-core 2.19 and newer want to be told
    runpy.run_path(sys.argv[1], run_name="__main__")
