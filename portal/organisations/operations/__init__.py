"""The verbs that change things, one journey a file."""
