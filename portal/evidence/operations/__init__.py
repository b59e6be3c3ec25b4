"""The verbs that change evidence, one journey a file."""
