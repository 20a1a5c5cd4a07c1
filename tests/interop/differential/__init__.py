"""The differential test: generated tokens before judges that do not know each other."""
