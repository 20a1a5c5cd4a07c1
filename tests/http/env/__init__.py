# SPDX-License-Identifier: Apache-2.0
"""Real parts for the http tests: an httpd, an issuer, a proxy, tokens, clients and the guards over the logs."""
