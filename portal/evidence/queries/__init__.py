"""Every SELECT about evidence, one page's worth a file."""
