"""A body judges itself against a standard; it is signed, reviewed, published and planned."""
