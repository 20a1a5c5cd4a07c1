# SPDX-License-Identifier: Apache-2.0
"""The differential test: generated tokens before judges that do not know each other."""
