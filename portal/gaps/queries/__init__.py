"""Every SELECT about gaps and planned actions, one page's worth a file."""
