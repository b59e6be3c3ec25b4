"""A package, so that what is built once for it is taken down with it."""
