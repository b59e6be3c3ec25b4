"""Book 4: what was handed in. Received to disk, recognised by content, kept by its hash, scanned, and only then served."""
