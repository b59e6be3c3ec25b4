"""The ground floor: it knows nothing of complaints or bodies and could serve any portal."""
