# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes IFW packages into the folder that the argument names. Run in the root of the collection."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, ".")

from tests.simulators import ifw

folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
ifw.firmware(ifw.SENSOR, "1.210").write(folder / "sensor.ifw")
ifw.firmware(ifw.SENSOR, "1.220").write(folder / "sensor-next.ifw")
ifw.firmware(ifw.COM_BOARD, "1.300").write(folder / "board.ifw")
ifw.web({"index.html": b"<html>", "js/app.js": b"run()"}).write(folder / "web.ifw")
ifw.firmware(ifw.SENSOR, "1.230").add("../../evil", b"").write(folder / "evil.ifw")
