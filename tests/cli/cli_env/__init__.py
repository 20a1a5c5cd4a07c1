# SPDX-License-Identifier: Apache-2.0
"""What the tests of okta-token stand on."""
