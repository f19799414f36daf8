# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an appliance tells about itself."""

from __future__ import annotations

import typing as t

from .client import NpmClient
from .image import image_of
from .update import update_of


def gather(appliance: NpmClient) -> dict[str, t.Any]:
    """``images``, ``update`` and ``system``, with every member there: what the appliance leaves out is None.

    ``update_status`` is ``update`` under a name that templates can write with a dot.
    """
    update = update_of(appliance.update())
    return {
        "images": [image_of(raw) for raw in appliance.images()],
        "update": update,
        "update_status": update,
        "system": {**appliance.info(), "services": appliance.services()},
    }
