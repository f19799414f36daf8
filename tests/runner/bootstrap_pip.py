"""Lets ansible-test make its virtual environments where the host that it takes get-pip from is not reached.

It looks into its cache first; what is put there runs pip straight out of its wheel, which comes from where pip gets
everything else. A get-pip that is there already, downloaded or put there by somebody else, is left alone.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .environments import Environment
    from .processes import Shell

VERSION = """
import pathlib, re, ansible_test
text = (pathlib.Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py").read_text()
print(re.search(r"def get_venv_packages.*?pip='([0-9.]+)'", text, re.S).group(1))
"""
GET_PIP = """import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "pip-{version}-py3-none-any.whl"))
args = [arg for arg in sys.argv[1:] if arg not in ("--no-setuptools", "--no-wheel")]
from pip._internal.cli.main import main

sys.exit(main(["install", "--no-index", "--find-links", here, *args]))
"""


def prime(environment: Environment, shell: Shell) -> None:
    """Put a get-pip for the pip that the environment's ansible-test wants into ansible-test's cache."""
    answer = subprocess.run([environment.program, "-c", VERSION], capture_output=True, text=True, check=True)
    version = answer.stdout.strip()
    cache = Path.home() / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    download = [environment.program, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    shell.run([*download, "--dest", str(cache), f"pip=={version}"])
    script.write_text(GET_PIP.format(version=version))
