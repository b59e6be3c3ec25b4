"""Forms about people: shape and messages only."""
