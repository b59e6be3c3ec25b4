"""Files of cases, as a case system writes them: read line by line, never held whole."""
