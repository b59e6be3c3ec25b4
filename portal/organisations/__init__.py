"""Public bodies and the people who act for them."""
