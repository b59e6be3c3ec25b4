"""The shape of what people type into assessments, one journey a file."""
