#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
collections="${ANSIBLE_COLLECTIONS_PATH%%:*}"
export PYTHONPATH="$collections${PYTHONPATH:+:$PYTHONPATH}"
exec python "$collections/ansible_collections/siteops/devices/tests/integration/targets/rollout/rollout.py" slices nothing_named killed
