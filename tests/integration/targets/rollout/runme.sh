#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
export PYTHONPATH="${ANSIBLE_COLLECTIONS_PATH%%:*}${PYTHONPATH:+:$PYTHONPATH}"
exec python rollout.py waves_and_gate limit_of_failures wrong_variables
