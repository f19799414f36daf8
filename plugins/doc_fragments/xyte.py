# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of the Xyte device cloud, and those of answers."""

    DOCUMENTATION = r"""
options:
  broker:
    description:
      - URL of the MQTT broker, such as C(mqtts://broker.example.com:8883), or C(mqtt://) without TLS.
      - The ports V(8883) and V(1883) may be left out.
    type: str
    required: true
  device_id:
    description: The device's id in the cloud. It is the user name and the client id, too.
    type: str
    required: true
  access_key:
    description: The device's access key. The default is the environment variable E(XYTE_ACCESS_KEY).
    type: str
  ca_path:
    description: File or folder with the CA certificates to trust, in PEM form. Without it, those of the operating system are trusted.
    type: path
  validate_certs:
    description: Whether to verify the TLS certificate. Without it, anybody on the way can read the access key.
    type: bool
    default: true
  timeout:
    description:
      - Seconds until the broker must have acknowledged what it was sent. Meanwhile, a lost connection is made again.
    type: float
    default: 30
requirements:
  - paho-mqtt >= 2.0
  - jsonschema >= 3.2
notes:
  - Runs in the controller process when the connection is local, else on the host that it leads to.
    With C(async), C(become) or C(environment) it always runs as a process of its own.
  - Each task has a short connection of its own. What is sent counts when the broker has acknowledged it (QoS 1); it arrives twice
    when an acknowledgement was lost. When the broker says that nobody has subscribed to it, there is a warning.
  - A device has one connection at a time. The event source C(siteops.devices.xyte) steps back while a task of
    the same device is connected, and gets afterwards what came in meanwhile.
"""

    ANSWER = r"""
options:
  response_topic:
    description:
      - Where the answer goes, as the event or M(siteops.devices.xyte_info) tells it. Must be a topic of this device.
      - Without it, the snapshot is asked for the message that is answered, for its response topic and correlation data;
        when it is not there, the answer goes to the documented topic, with a warning if it is a command or a license.
    type: str
  correlation_data:
    description: >-
      What the answer carries so that the cloud knows what it belongs to; in base64, as the event or M(siteops.devices.xyte_info) tells it.
    type: str
  wait:
    description: Seconds to wait for the snapshot, when it is asked.
    type: float
    default: 3
"""
