"""The verbs of accreditation."""
