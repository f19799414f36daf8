# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.simulators.xyte`: a broker and a cloud for playbooks, with an HTTP API on 127.0.0.1 to look and to order.

- `GET /devices/{id}`: what the device has sent (`reports`), `violations` of the document, `commands`, `firmware_version`;
- `POST /devices/{id}/commands` `{"name", "parameters"}`, `/config` `{"version", ...}`, `/licenses` `{"data", "good"}`;
- `POST /restart` `{"seconds"}`: the broker is away for so long.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .lifetime import wait_for_the_end, write_ready_file
from .tls import Authority
from .xyte import XyteCloud, XyteDevice


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.xyte", description="A simulated Xyte cloud behind a real broker.")
    parser.add_argument("--devices", type=int, default=2)
    parser.add_argument("--ready-file")
    parser.add_argument("--exit-with", type=int, metavar="PID")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        authority = Authority(Path(name), "simulated cloud")
        with XyteCloud(Path(name), options.devices, authority=authority) as cloud, _control(cloud) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            ready = _description(cloud, authority, server.server_address[1])
            if options.ready_file:
                write_ready_file(options.ready_file, ready)
            else:
                print(json.dumps(ready, indent=2), flush=True)
            wait_for_the_end(options.exit_with)
            server.shutdown()


def _description(cloud: XyteCloud, authority: Authority, control: int) -> dict[str, Any]:
    url = cloud.broker.url
    devices = [{"name": row.id, "broker": url, "device_id": row.id, "access_key": row.access_key} for row in cloud.devices]
    return {
        "pid": os.getpid(),
        "port": cloud.broker.port,
        "broker": url,
        "ca_path": str(authority.ca_path),
        "public_key": cloud.public_key,
        "control_url": f"http://127.0.0.1:{control}",
        "devices": devices,
    }


def _shown(device: XyteDevice) -> dict[str, Any]:
    reports = [{"topic": report.topic, "body": report.body} for report in device.reports]
    return {"reports": reports, "violations": device.violations, "commands": device.commands, "firmware_version": device.firmware_version}


def _order(cloud: XyteCloud, device: XyteDevice, what: str, body: dict[str, Any]) -> Any:
    if what == "commands":
        return {"id": cloud.command(device, **body)}
    if what == "licenses":
        return {"id": cloud.license(device, **body)}
    if what == "config":
        cloud.configure(device, **body)
    return {}


def _control(cloud: XyteCloud) -> ThreadingHTTPServer:
    by_id = {device.id: device for device in cloud.devices}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(_shown(by_id[self.path.split("/")[2]]))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.path == "/restart":
                cloud.broker.restart(body.get("seconds", 1))
                return self._answer({})
            _empty, _devices, device, what = self.path.split("/")
            return self._answer(_order(cloud, by_id[device], what, body))

        def _answer(self, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_unused: object) -> None:
            """Nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
