"""What is typed and chosen in accreditation."""
