"""What may be done with a recommendation, one journey a file."""
