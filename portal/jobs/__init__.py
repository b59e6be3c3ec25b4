"""What the portal does by itself: when each job runs and why."""
