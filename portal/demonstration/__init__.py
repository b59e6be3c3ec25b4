"""The demonstration: real organisations' names, invented facts."""
