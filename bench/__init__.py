"""How fast the portal is, as ratios to a bare Flask application within one run on one machine."""
