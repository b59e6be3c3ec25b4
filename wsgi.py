"""The WSGI entry."""

from portal import create_app
from portal.config import Settings

application = create_app(Settings.from_env())
