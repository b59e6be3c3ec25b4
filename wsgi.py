"""The WSGI entry. Load it before the web processes are forked (gunicorn --preload), so that they share its memory."""

from portal import create_app
from portal.config import Settings
from portal.warming import warm

application = create_app(Settings.from_env())
warm(application)
