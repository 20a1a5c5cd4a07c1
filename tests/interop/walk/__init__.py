# SPDX-License-Identifier: Apache-2.0
"""Walking docs/guide.md: its blocks, a terminal to paste them into, and a machine to run them on."""
