"""The tools that views are made of."""
