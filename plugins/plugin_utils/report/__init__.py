# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run: what the engine says becomes outcomes, they are collected per device, and shown as JSON and as a page."""
