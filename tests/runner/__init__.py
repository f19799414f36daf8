"""Runs everything that says whether the collection is good: linters, sanity, unit and integration tests.

``python -m tests.runner --help`` tells how; the Makefile calls it. It needs nothing but the standard library: it makes
the virtual environments that the tools are run from.
"""
