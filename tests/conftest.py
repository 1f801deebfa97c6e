"""What holds for every test: no law fails because the machine was slow for a moment."""

from hypothesis import settings

settings.register_profile("scheduler", deadline=None)
settings.load_profile("scheduler")
