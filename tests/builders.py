"""Reach a state by calling the operations; a builder begins with its article. No test starts from an impossible row."""
