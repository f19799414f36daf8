"""Programs that the tests run and that no package registry of Python has."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from .processes import StageError

if TYPE_CHECKING:
    from .processes import Shell

SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])

_one_at_a_time = threading.Lock()


def ensure_mosquitto(shell: Shell) -> None:
    """Install the MQTT broker where it is missing and that is possible; say how where it is not."""
    _ensure(shell, "mosquitto", "mosquitto")


def ensure_java(shell: Shell) -> dict[str, str]:
    """Install the Java that ansible-rulebook's engine runs on, likewise. Returns the variables by which it is found."""
    _ensure(shell, "java", "openjdk-17-jre-headless")
    return {"JAVA_HOME": str(Path(shutil.which("java", path=SEARCH_PATH) or "").resolve().parents[1])}


def _ensure(shell: Shell, program: str, package: str) -> None:
    with _one_at_a_time:
        if shutil.which(program, path=SEARCH_PATH):
            return
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise StageError(f"{program} is missing: install it, for example with `sudo apt-get install {package}`")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        shell.run(["apt-get", "update"], env=environment)
        # The tests start their own; the one of the system stays off.
        shell.run(["apt-get", "install", "--yes", "--no-install-recommends", package], env={**environment, "RUNLEVEL": "1"})
