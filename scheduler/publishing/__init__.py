"""From what the service knows to what calendar clients fetch: feeds built, handed to the web, or written as files.

Shell over ``feeds``. ``building`` decides which feeds there are and keeps their blocks, ``serving`` keeps the web's
shelf in step with plans and tokens, ``files`` writes the same feeds into a folder.
"""

from scheduler.publishing.building import FeedSite, build_one_feed
from scheduler.publishing.files import WrittenFeeds, write_feeds
from scheduler.publishing.serving import FeedPublisher, TokenWatch

__all__ = ["FeedPublisher", "FeedSite", "TokenWatch", "WrittenFeeds", "build_one_feed", "write_feeds"]
