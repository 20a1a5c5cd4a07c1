# SPDX-License-Identifier: Apache-2.0
"""docs/migrate.md, run: its configurations, its programs and its tables."""
