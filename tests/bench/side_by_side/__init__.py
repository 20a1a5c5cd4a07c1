# SPDX-License-Identifier: Apache-2.0
"""httpd with and without tokens to check, side by side: see scripts/bench and docs/performance.md."""
