"""People learn, are examined, are marked, are certified, and renew."""
