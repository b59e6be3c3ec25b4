"""The front doors: the public's, an organisation's, the Ombudsman's."""
