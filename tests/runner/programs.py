"""Programs that the tests run and that no package registry of Python has."""

from __future__ import annotations

import os
import shutil
import threading
from typing import TYPE_CHECKING

from .processes import StageError

if TYPE_CHECKING:
    from .processes import Shell

SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])

_one_at_a_time = threading.Lock()


def ensure_mosquitto(shell: Shell) -> None:
    """Install the MQTT broker where it is missing and that is possible; say how where it is not."""
    with _one_at_a_time:
        if shutil.which("mosquitto", path=SEARCH_PATH):
            return
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise StageError("the MQTT broker mosquitto is missing: install it, for example with `sudo apt-get install mosquitto`")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        shell.run(["apt-get", "update"], env=environment)
        # The tests start their own; the one of the system stays off.
        shell.run(["apt-get", "install", "--yes", "--no-install-recommends", "mosquitto"], env={**environment, "RUNLEVEL": "1"})
