"""Shape and messages of the forms about evidence."""
