# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Started as a process: lets the vendor's own Python client (steelscript.appresponse) list, upload, initialise and start.

Arguments: URL, user name, password, image. Prints what it saw, as JSON.
A process of its own, for that client changes warnings and keeps files.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from steelscript.appresponse.core.appresponse import AppResponse
from steelscript.common.service import UserAuth


def until(look: Callable[[], Any], state: str) -> Any:
    """Look until the state is the wanted one."""
    for _time in range(200):
        seen = look()
        if seen.state() == state:
            return seen
        time.sleep(0.02)
    raise SystemExit(f"{seen.state()} instead of {state}")


def main(url: str, username: str, password: str, path: str) -> dict[str, Any]:
    appliance = AppResponse(url, UserAuth(username, password))
    service = appliance.system_update
    before = service.get_images()
    uploaded = json.loads(service.upload_image(path))
    image = until(lambda: service.get_image_by_id(uploaded["id"]), "VALID")
    service.get_update().initialize()
    update = until(service.get_update, "INITIALIZED")
    seen = {
        "sw_version": appliance.get_info()["sw_version"],
        "before": len(before),
        "version": image.version(),
        "checksum": image.checksum(),
        "target": update.target_version(),
    }
    update.start()
    return seen


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
