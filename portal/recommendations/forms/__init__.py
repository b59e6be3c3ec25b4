"""Shape and messages of the forms about recommendations, a journey a file."""
