"""One organisation's evidence library: handed in once, in versions that never change, pinned to what they prove."""
