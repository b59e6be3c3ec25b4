"""Every SELECT of accreditation."""
