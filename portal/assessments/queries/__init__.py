"""Every SELECT about assessments, one journey a file."""
