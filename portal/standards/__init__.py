"""The complaint standards: content rather than rows, read once, versioned, and fixed once published."""
