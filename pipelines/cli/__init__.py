"""The command line: one module a group of verbs; what it says is in en.toml and fr.toml beside it."""
