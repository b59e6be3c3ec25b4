"""The one register of what falls short, whoever noticed it, and the actions that mend it."""
