"""What the Ombudsman recommended, what was promised, and what was done."""
