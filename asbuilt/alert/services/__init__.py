"""Pagers, chats, mail and web hooks, each reached by a URL of Apprise. Its face: `apprise_target`."""
